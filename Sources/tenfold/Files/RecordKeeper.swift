import ModelSpec
import Reporter

/// Writes a record, prints its report, and says last where the files are.
struct RecordKeeper {
  private let output: OutputOptions
  private let destination: Destination
  /// Where the record goes when `output` does not take it.
  private let archive: RecordArchive?
  private let writesPage: Bool
  private let details: Bool

  /// Checks that every file can be written; to be made before anything is measured.
  ///
  /// - Parameters:
  ///   - writesPage: whether an illustrated report goes beside the record.
  ///   - details: whether text holds the whole report.
  /// - Throws: `Failure` with status 73.
  init(_ output: OutputOptions, writesPage: Bool, details: Bool) throws(Failure) {
    self.output = output
    self.writesPage = writesPage
    self.details = details
    destination = try output.destination(offering: DocumentFormat.forCells)
    archive = try output.holdsRecord ? nil : RecordArchive()
    if writesPage, output.holdsRecord, let path = output.output {
      _ = try OutputFile(Self.page(beside: path))
    }
  }

  /// Writes the record before anything else, because it alone cannot be made again.
  func keep(_ record: Record) throws(Failure) {
    var notes: [String] = []
    // Notes come after a long report, where a reader sees them, and also when printing it failed.
    defer { notes.forEach(StandardStream.note) }
    let path = try kept(record)
    if archive != nil { notes.append("Record: \(path)") }
    let report = Report(records: [try Self.named(path, record)], analytic: .catalogue)
    if writesPage {
      let page = Self.page(beside: path)
      try OutputFile(page).write([UInt8](HTMLPage.render(report.illustratedPage).utf8))
      notes.append("Report: \(page)")
    }
    if archive != nil {
      try destination.write(
        output.resolvedFormat == .json ? record.text() : output.render(report, details: details))
    }
  }

  /// The record for a report; one that was just measured must not contradict itself.
  private static func named(_ path: String, _ record: Record) throws(Failure) -> NamedRecord {
    do {
      return try NamedRecord(name: path, record: record)
    } catch {
      throw Failure(.mismatch, "internal error: \(error); please report it")
    }
  }

  /// Writes the record and returns its path.
  ///
  /// Where writing fails, the record goes to standard output, so that a full disk does not lose it.
  private func kept(_ record: Record) throws(Failure) -> String {
    do {
      if let archive { return try archive.keep(record) }
      try destination.write(record.text())
      return output.output ?? record.created
    } catch {
      try StandardStream.print(record.text())
      throw Failure(error.status, "\(error); the record went to standard output instead")
    }
  }

  /// The path of the page that belongs to the record at `path`.
  private static func page(beside path: String) -> String {
    (path.hasSuffix(".json") ? String(path.dropLast(5)) : path) + ".html"
  }
}
