import ArgumentParser

/// The forms of a document.
enum DocumentFormat: String, ExpressibleByArgument, CaseIterable {
  case text, markdown, json, html, csv

  /// What every command can print; rows of cells are for those that have some.
  static let ofEveryCommand = allCases.filter { $0 != .csv }

  /// What a name that ends so is written as; anything else is text.
  fileprivate static let endings = [
    (".json", json), (".md", markdown), (".html", html), (".csv", csv),
  ]
}

/// Where a command's document goes and in which form.
struct OutputOptions: ParsableArguments {
  @Option(
    help: """
      text, markdown, json or html, and csv where there are cells (default: what the ending of \
      --output says - .md, .json, .html, .csv - else text).
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

  /// The checked way out; make it before any work whose loss would hurt.
  ///
  /// - Parameter formats: the forms that the command has for its document.
  func destination(
    offering formats: [DocumentFormat] = DocumentFormat.ofEveryCommand
  ) throws(Failure) -> Destination {
    guard formats.contains(resolvedFormat) else { throw notOffered }
    guard let output else { return .standardOutput }
    return .file(try OutputFile(output))
  }
}

extension OutputOptions {
  /// Why a command does not print the form that was asked for.
  var notOffered: Failure {
    Failure(
      .usage,
      "\(resolvedFormat.rawValue) is a form for cells, which this command does not print; use "
        + "--format text, markdown, json or html, or tenfold report RECORD --format csv")
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
