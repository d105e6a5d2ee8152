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

      @NAME for BASE is the stored baseline of HEAD's machine (tenfold baseline), of another day and so \
      advice: exits with 5 where there is none of that name or machine.
      """)

  @Argument(help: "The record of the earlier build, or @NAME for a stored baseline.")
  var base: String

  @Argument(help: "The record of the later build.")
  var head: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The loss that is accepted; to pass, one of three times as much must be excluded.",
      valueName: "percentage"), transform: OptionValue.percentage)
  var tolerance = Self.usualTolerance

  @OptionGroup var stored: StoreOptions
  @OptionGroup var output: OutputOptions

  /// The loss that is accepted unless the user says so: 3 %.
  static let usualTolerance = 0.03

  func run() throws {
    let (base, head, name) = try records()
    let destination = try output.destination(offering: DocumentFormat.forChanges)
    let comparison = try Self.compare(base, head, tolerance: tolerance, stored: name)
    try destination.write(output.render(comparison))
    switch comparison.verdict {
    case .pass, .improvement: return
    case .regression: throw Failure(.regression, "")
    case .inconclusive: throw Failure(.inconclusive, "")
    }
  }

  /// What begins the name of a stored baseline in place of a path; a file of such a name is `./@main`.
  private static let mark = "@"

  /// Both records, and the name of the first where it is a stored baseline.
  private func records() throws(Failure) -> (NamedRecord, NamedRecord, BaselineName?) {
    guard base.hasPrefix(Self.mark) else {
      return (try RecordFile.readTimes(base), try RecordFile.readTimes(head), nil)
    }
    let name: BaselineName
    do {
      name = try BaselineName(String(base.dropFirst(Self.mark.count)))
    } catch {
      throw Failure(.usage, "\(error)")
    }
    let head = try RecordFile.readTimes(head)
    return (try stored.store.baseline(name, for: head), head, name)
  }

  private static func compare(
    _ base: NamedRecord, _ head: NamedRecord, tolerance: Double, stored: BaselineName?
  ) throws(Failure) -> RecordComparison {
    do {
      return try RecordComparison(
        base: base, head: head, tolerance: tolerance, stored: stored)
    } catch {
      throw Failure(
        .notComparable,
        "the records \(base.name) (BASE) and \(head.name) (HEAD) cannot be compared: \(error)")
    }
  }
}
