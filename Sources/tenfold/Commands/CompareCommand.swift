import ArgumentParser
import ModelSpec
import Reporter

/// The forms that a comparison can be printed in.
enum CompareFormat: String, ExpressibleByArgument, CaseIterable {
  case text, markdown, json, junit

  /// The form that a file's name implies.
  init(ofFile name: String) {
    self =
      if name.hasSuffix(".json") { .json } else if name.hasSuffix(".md") {
        .markdown
      } else if name.hasSuffix(".xml") { .junit } else { .text }
  }
}

/// `tenfold compare`: two records of the same machine, from two builds.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Tells whether a build became slower, from two records of the same machine.",
    discussion: """
      Exits with 0 when it did not (or became faster), 2 when it did, 3 when the records cannot tell, \
      and 5 when they differ in machine, toolchain, BLAS or options, naming the fields.
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

  @Option(
    help: """
      text, markdown, json or junit (default: what the ending of --output says - .md, .json, .xml - \
      else text).
      """)
  var format: CompareFormat?

  @Option(help: ArgumentHelp("Write to this file, whole or not at all.", valueName: "file"))
  var output: String?

  func run() throws {
    let records = try [base, head].map { path in
      NamedRecord(name: path, record: try RecordFile.read(path))
    }
    let destination: Destination =
      if let output { .file(try OutputFile(output)) } else { .standardOutput }
    let comparison = try Self.compare(records[0], records[1], tolerance: tolerance)
    try destination.write(render(comparison))
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

  private func render(_ comparison: RecordComparison) throws(Failure) -> String {
    switch format ?? output.map(CompareFormat.init(ofFile:)) ?? .text {
    case .text:
      let isColoured = output == nil && TerminalTraits.showsColor
      return TextPage.render(comparison.page, style: isColoured ? .coloured : .plain)
    case .markdown: return MarkdownPage.render(comparison.page)
    case .junit: return comparison.junit
    case .json:
      do {
        return try JSONText.render(comparison.document)
      } catch {
        throw Failure(.mismatch, "internal error: \(error); please report it")
      }
    }
  }
}
