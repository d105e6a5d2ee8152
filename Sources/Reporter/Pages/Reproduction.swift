/// How something is measured again.
public enum Reproduction: Hashable, Sendable {
  /// By this command line.
  case command(String)
  /// Not by this version, which refuses a part of it: `the engine zeta-9`.
  case unmeasurable(String)

  /// The command line, or why there is none as a sentence.
  var text: String {
    switch self {
    case .command(let line): line
    case .unmeasurable: "T\(clause.dropFirst())."
    }
  }

  /// Either as a part of a sentence: `tenfold run … measures it`.
  var clause: String {
    switch self {
    case .command(let line): "\(line) measures it"
    case .unmeasurable(let part):
      "this version of tenfold cannot measure it with \(part)"
    }
  }

  /// Either by itself on a page.
  var block: Page.Block {
    switch self {
    case .command(let line): .command(line)
    case .unmeasurable: .paragraph(text)
    }
  }
}
