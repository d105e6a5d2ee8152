import ArgumentParser
import Reporter

/// The output formats of documents.
enum DocumentFormat: String, ExpressibleByArgument, CaseIterable {
  case text, markdown, json, html, csv, junit
  case githubSummary = "github-summary"
  case githubAnnotations = "github-annotations"
  case googleBenchmark = "google-benchmark"
  case bmf
  case githubActionBenchmark = "github-action-benchmark"
  case openmetrics, otava
  case otavaConfiguration = "otava-config"

  /// What every command can print.
  static let forEveryCommand: [DocumentFormat] = [.text, .markdown, .json, .html]
  /// What commands with cells can print: also rows of them, and their times for other programs.
  static let forCells = forEveryCommand + [.csv] + forTimes
  /// What a comparison of builds can be printed as: also test cases, and what GitHub shows.
  static let forChanges = forEveryCommand + [.csv] + forReviews + forTimes

  /// Forms in which programs take the times of one build.
  static let forTimes: [DocumentFormat] = [
    .googleBenchmark, .bmf, .githubActionBenchmark, .openmetrics, .otava, .otavaConfiguration,
  ]
  /// Forms that are shown beside a change.
  static let forReviews: [DocumentFormat] = [.junit, .githubSummary, .githubAnnotations]

  /// The format of a file by the end of its name; any other is text.
  fileprivate static let endings = [
    (".json", json), (".md", markdown), (".html", html), (".csv", csv), (".xml", junit),
  ]
}

/// The options for where a command's document goes and in which format.
struct OutputOptions: ParsableArguments {
  @Option(
    help: """
      text, markdown, json or html; where there are cells also csv and, for other programs, \
      google-benchmark, bmf, github-action-benchmark, openmetrics, otava and otava-config; where builds are \
      compared also junit, github-summary and github-annotations (default: what the ending of --output \
      says - .md, .json, .html, .csv, .xml - else text).
      """)
  var format: DocumentFormat?

  @Option(help: ArgumentHelp("Write to this file, whole or not at all.", valueName: "file"))
  var output: String?

  /// The format that was asked for, or that the file's name implies.
  var resolvedFormat: DocumentFormat {
    if let format { return format }
    return DocumentFormat.endings.first { output?.hasSuffix($0.0) == true }?.1 ?? .text
  }

  /// True when `run` puts its whole record into a file of the user's choice.
  var holdsRecord: Bool { output != nil && resolvedFormat == .json }

  /// True when the document may carry colours: text, on a terminal that wants them.
  var usesColor: Bool {
    resolvedFormat == .text && output == nil && TerminalTraits.showsColor
  }

  /// Columns that text may take: those of the terminal that it goes to, if it goes to one.
  var width: Int {
    let goesToTerminal = resolvedFormat == .text && output == nil
    return TextPage.width(ofTerminal: goesToTerminal ? TerminalTraits.columns : nil)
  }

  /// Where the document goes, checked to be writable; to be made before anything is measured.
  ///
  /// - Parameter formats: the formats that the command has for its document.
  /// - Throws: `Failure` with status 64 for another format, or 73 for a file that cannot be
  ///   created.
  func destination(
    offering formats: [DocumentFormat] = DocumentFormat.forEveryCommand
  ) throws(Failure) -> Destination {
    guard formats.contains(resolvedFormat) else { throw notOffered(beside: formats) }
    guard let output else { return .standardOutput }
    return .file(try OutputFile(output))
  }
}

extension OutputOptions {
  /// Why a command does not print the format that was asked for, and which `formats` it does.
  func notOffered(beside formats: [DocumentFormat] = DocumentFormat.forEveryCommand) -> Failure {
    let names = formats.map(\.rawValue)
    let choice = names.dropLast().joined(separator: ", ") + " or \(names.last ?? "")"
    let name = resolvedFormat.rawValue
    let reason =
      switch resolvedFormat {
      case .csv: "csv is a form for cells, of which tenfold report RECORD prints the rows"
      case .junit, .githubSummary, .githubAnnotations:
        "\(name) is a form for comparisons, which tenfold compare makes"
      case .googleBenchmark, .bmf, .githubActionBenchmark, .openmetrics, .otava,
        .otavaConfiguration:
        "\(name) is a form for times of cells, which tenfold report RECORD prints"
      case .text, .markdown, .json, .html: "this command has no \(name)"
      }
    return Failure(.usage, "\(reason); use --format \(choice)")
  }
}

/// Where a document goes, checked to be writable.
enum Destination {
  case standardOutput
  case file(OutputFile)

  /// Prints the document, or writes the file whole or not at all.
  func write(_ document: String) throws(Failure) {
    switch self {
    case .standardOutput: try StandardStream.print(document)
    case .file(let file): try file.write([UInt8](document.utf8))
    }
  }
}

/// How much of a report text and Markdown show.
struct DetailOptions: ParsableArguments {
  @Flag(
    help: """
      All tables, as text or Markdown; without it, what one screen shows. html and json always hold all.
      """)
  var details = false
}
