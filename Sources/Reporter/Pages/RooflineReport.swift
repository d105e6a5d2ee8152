import ModelSpec

/// The JSON document `tenfold.roofline/1`.
public struct RooflineDocument: Codable, Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.roofline/1"

  /// `tenfold.roofline/1`.
  public var schema: String
  /// The machine that was measured.
  public var machine: MachineIdentity
  /// Its ceilings, for each number of threads and precision.
  public var ceilings: [Ceiling]

  /// The document of these ceilings.
  public init(machine: MachineIdentity, ceilings: [Ceiling]) {
    schema = Self.currentSchema
    self.machine = machine
    self.ceilings = ceilings
  }
}

/// A machine's ceilings for a reader.
public enum RooflineReport {
  /// A page of the ceilings and what they mean for a layer.
  public static func page(of document: RooflineDocument) -> Page {
    let table = Table(
      columns: [
        .init("threads", .right), .init("precision"), .init("peak", .right),
        .init("read", .right), .init("ridge", .right),
      ],
      rows: document.ceilings.map { ceiling in
        Table.Row([
          .init("\(ceiling.threads)"), .init(ceiling.precision.name),
          .init(Figures.rate(flopsPerSecond: ceiling.peakFlopsPerSecond)),
          .init(Figures.rate(bytesPerSecond: ceiling.readBytesPerSecond)),
          .init(ceiling.ridgeTokens.map { Figures.significant($0, trimmed: true) } ?? "-"),
        ])
      })
    return Page([
      .title("Ceilings"),
      .facts([.init("Machine", document.machine.hardware)]),
      .table(table),
      .paragraph(
        "Peak is multiply-adds on registers alone, read is streaming from memory alone, each the "
          + "second best of several tries with all threads at once. Ridge is peak over read in tokens: "
          + "an expert with fewer waits for its weights, one with more for arithmetic."),
    ])
  }
}
