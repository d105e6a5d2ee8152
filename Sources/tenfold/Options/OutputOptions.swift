import ArgumentParser
import Reporter

/// The forms of a document.
enum DocumentFormat: String, ExpressibleByArgument, CaseIterable {
  case text, markdown, json, html, csv, junit

  /// What every command can print.
  static let ofEveryCommand: [DocumentFormat] = [.text, .markdown, .json, .html]
  /// What commands with cells can print: their rows too.
  static let ofCells = ofEveryCommand + [.csv]
  /// What a comparison of two records can be printed as: test cases too.
  static let ofComparisons = ofEveryCommand + [.junit]

  /// What a name that ends so is written as; anything else is text.
  fileprivate static let endings = [
    (".json", json), (".md", markdown), (".html", html), (".csv", csv), (".xml", junit),
  ]
}

/// Where a command's document goes and in which form.
struct OutputOptions: ParsableArguments {
  @Option(
    help: """
      text, markdown, json or html; csv where there are cells; junit where records are compared \
      (default: what the ending of --output says - .md, .json, .html, .csv, .xml - else text).
      """)
  var format: DocumentFormat?

  @Option(help: ArgumentHelp("Write to this file, whole or not at all.", valueName: "file"))
  var output: String?

  /// The form that was asked for, or that the file's name implies.
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

  /// The checked way out; make it before any work whose loss would hurt.
  ///
  /// - Parameter formats: the forms that the command has for its document.
  func destination(
    offering formats: [DocumentFormat] = DocumentFormat.ofEveryCommand
  ) throws(Failure) -> Destination {
    guard formats.contains(resolvedFormat) else { throw notOffered(beside: formats) }
    guard let output else { return .standardOutput }
    return .file(try OutputFile(output))
  }
}

extension OutputOptions {
  /// Why a command does not print the form that was asked for, and which `formats` it does.
  func notOffered(beside formats: [DocumentFormat] = DocumentFormat.ofEveryCommand) -> Failure {
    let names = formats.map(\.rawValue)
    let choice = names.dropLast().joined(separator: ", ") + " or \(names.last ?? "")"
    let reason =
      switch resolvedFormat {
      case .csv: "csv is a form for cells, of which tenfold report RECORD prints the rows"
      case .junit: "junit is a form for comparisons, which tenfold compare makes"
      case .text, .markdown, .json, .html: "this command has no \(resolvedFormat.rawValue)"
      }
    return Failure(.usage, "\(reason); use --format \(choice)")
  }
}

/// A way out that has been checked.
enum Destination {
  case standardOutput
  case file(OutputFile)

  /// Writes the document.
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
