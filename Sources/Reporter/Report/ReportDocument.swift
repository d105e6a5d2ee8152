import FoundationEssentials
import ModelSpec

/// The JSON document `tenfold.report/1`.
public struct ReportDocument: Codable, Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.report/1"

  /// `tenfold.report/1`.
  public var schema: String
  /// The records that were judged.
  public var records: [Origin]
  /// One verdict for every claim that the records can speak of.
  public var verdicts: [Verdict]
  /// Every curve over tokens per pass, of records that have at least three token counts.
  public var curves: [CurveEntry]

  /// Where verdicts come from.
  public struct Origin: Codable, Hashable, Sendable {
    /// The record as the reader named it; verdicts refer to it.
    public var name: String
    /// When measuring began, RFC 3339.
    public var created: String
    /// Whether all planned cells were measured.
    public var status: Record.Status
    /// Model name of the processor.
    public var cpu: String
    /// Comparisons in the record.
    public var cells: Int
    /// Comparisons whose numbers contradict themselves, and which no verdict uses.
    public var cellsLeftOut: Int
  }

  /// The document of a report.
  public init(_ report: Report) {
    schema = Self.currentSchema
    verdicts = report.sections.flatMap(\.verdicts)
    curves = report.sections.flatMap { section in
      Curve.curves(of: section.named.record).map { CurveEntry($0, record: section.named.name) }
    }
    records = report.sections.map { section in
      let record = section.named.record
      return Origin(
        name: section.named.name, created: record.created, status: record.status,
        cpu: record.machine.cpu, cells: record.cells.count,
        cellsLeftOut: record.cells.count { !$0.isCredible })
    }
  }
}

/// Writes Tenfold's JSON documents.
public enum JSONText {
  /// The document with sorted keys in snake_case and a newline at the end.
  ///
  /// - Throws: `RecordError` when a number is not finite.
  public static func render(_ document: some Encodable) throws(RecordError) -> String {
    do {
      return String(decoding: try DocumentCoding.encoder.encode(document), as: UTF8.self) + "\n"
    } catch {
      throw RecordError("the document cannot be written: \(DocumentCoding.sentence(error))")
    }
  }
}
