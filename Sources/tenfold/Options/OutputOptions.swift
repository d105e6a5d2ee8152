import ArgumentParser

/// The forms that every command can print.
enum DocumentFormat: String, ExpressibleByArgument, CaseIterable {
  case text, markdown, json
}

/// Where a command's document goes and in which form.
struct OutputOptions: ParsableArguments {
  @Option(
    help: """
      text, markdown or json (default: what the ending of --output says - .md, .json - else text).
      """)
  var format: DocumentFormat?

  @Option(help: ArgumentHelp("Write to this file, whole or not at all.", valueName: "file"))
  var output: String?

  /// The form that was asked for, or that the file's name implies.
  var resolvedFormat: DocumentFormat {
    if let format { return format }
    guard let output else { return .text }
    if output.hasSuffix(".json") { return .json }
    return output.hasSuffix(".md") ? .markdown : .text
  }

  /// True when `run` puts its whole record into a file of the user's choice.
  var holdsRecord: Bool { output != nil && resolvedFormat == .json }

  /// True when the document may carry colours: text, on a terminal that wants them.
  var usesColor: Bool {
    resolvedFormat == .text && output == nil && TerminalTraits.showsColor
  }

  /// The checked way out; make it before any work whose loss would hurt.
  func destination() throws(Failure) -> Destination {
    if let output { .file(try OutputFile(output)) } else { .standardOutput }
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
