import ArgumentParser
import ModelSpec
import Reporter

/// `tenfold compare`: two records of the same machine, from two builds.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Tells whether a build became slower, from two records of the same machine.",
    discussion: """
      Exits with 0 when it did not (or became faster), 2 when it did, and 3 when the records cannot \
      tell: also when a cell of one cannot be compared with one of the other, or a run was \
      interrupted. Exits with 5 when they differ in machine, toolchain, BLAS or seed, naming the \
      fields, or have no cell in common.
      """)

  @Argument(help: "The record of the earlier build.")
  var base: String

  @Argument(help: "The record of the later build.")
  var head: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The loss that is accepted; to pass, one of three times as much must be excluded.",
      valueName: "percentage"), transform: OptionValue.percentage)
  var tolerance = 0.03

  @OptionGroup var output: OutputOptions

  func run() throws {
    let records = try [base, head].map(RecordFile.readTimes)
    let destination = try output.destination(offering: DocumentFormat.forChanges)
    let comparison = try Self.compare(records[0], records[1], tolerance: tolerance)
    try destination.write(output.render(comparison))
    switch comparison.verdict {
    case .pass, .improvement: return
    case .regression: throw Failure(.regression, "")
    case .inconclusive: throw Failure(.inconclusive, "")
    }
  }

  private static func compare(
    _ base: NamedRecord, _ head: NamedRecord, tolerance: Double
  ) throws(Failure) -> RecordComparison {
    do {
      return try RecordComparison(base: base, head: head, tolerance: tolerance)
    } catch {
      throw Failure(
        .notComparable,
        "the records \(base.name) (BASE) and \(head.name) (HEAD) cannot be compared: \(error)")
    }
  }
}
