/// One line on standard error that says how far a run is.
///
/// A terminal sees a single line that is rewritten; a log file sees one line each time the step
/// changes, not each time the clock does.
struct StatusLine {
  /// Columns of the narrowest terminal that still shows the line without wrapping.
  private static let columns = 79

  private let rewrites: Bool
  private var lastStep = ""
  private var isShown = false

  init(rewrites: Bool = TerminalTraits.rewritesLines) {
    self.rewrites = rewrites
  }

  /// Shows what is being done and, on a terminal, the moving detail behind it.
  mutating func show(step: String, detail: String) {
    if rewrites {
      StandardStream.show("\(step)  \(detail)", columns: Self.columns)
      isShown = true
    } else if step != lastStep {
      StandardStream.note("\(step)  \(detail)")
    }
    lastStep = step
  }

  /// Takes the line off the terminal, so that what follows starts on an empty one.
  mutating func clear() {
    guard isShown else { return }
    StandardStream.control(.rewind)
    isShown = false
  }
}
