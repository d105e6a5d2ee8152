/// One line on standard error that says how far a run is.
///
/// A terminal sees a single line that moves: a bar, the cell, the time left, what is being done. A log
/// file sees one line for each cell that is tried and made ready, and one for each tenth of the visits.
struct StatusLine {
  /// How far a run is.
  struct Step {
    /// The cell's number, from 1; 0 before the first.
    let cell: Int
    /// Cells of the run; 0 as long as they are not known.
    let cells: Int
    /// How much of the run is done, 0 to 1.
    let fraction: Double
    /// Seconds until the run ends; `nil` where they cannot be estimated.
    let secondsLeft: Double?
    /// True while cells are visited, false while they are made ready one after the other.
    let isVisit: Bool
    /// What is being done, in words: `measuring olmoe-1b-7b against iso-total, 16 tokens`.
    let doing: String

    /// `7/24`; empty as long as the cells are not known.
    fileprivate var place: String { cells > 0 ? "\(cell)/\(cells)" : "" }
    /// The tenth of the run that it is in.
    fileprivate var tenth: Int { Int(10 * max(0, min(1, fraction))) }
  }

  /// Columns of a terminal that does not say how many it has.
  private static let usualColumns = 80
  /// Columns below which a bar would leave no room for words.
  private static let leastColumnsOfBar = 60
  private static let barLength = 20

  private let rewrites: Bool
  private let columns: Int
  private var lastCell: Int?
  private var lastTenth: Int?
  private var isShown = false

  init(
    rewrites: Bool = TerminalTraits.rewritesLines, columns: Int? = TerminalTraits.columnsOfStatus
  ) {
    self.rewrites = rewrites
    // The last column stays free: a character there moves some terminals to the next line.
    self.columns = (columns ?? Self.usualColumns) - 1
  }

  /// Shows what is being done.
  mutating func show(_ step: Step) {
    Interruption.note(doing: step.doing)
    if rewrites {
      StandardStream.show(Self.moving(step, columns: columns), columns: columns)
      isShown = true
    } else if step.isVisit ? step.tenth != lastTenth : step.cell != lastCell {
      StandardStream.note(Self.logged(step))
    }
    (lastCell, lastTenth) = (step.cell, step.isVisit ? step.tenth : nil)
  }

  /// Erases the line on the terminal, so that what follows begins on an empty one.
  mutating func clear() {
    guard isShown else { return }
    StandardStream.control(.rewind)
    isShown = false
  }

  /// Takes a line off the terminal that another thread may have shown.
  static func clearAny() {
    if TerminalTraits.rewritesLines { StandardStream.control(.rewind) }
  }

  /// The line of a terminal: `[#####---------------] 7/24, 42 s left: measuring …`; without the bar on a
  /// narrow one.
  static func moving(_ step: Step, columns: Int) -> String {
    let left = step.secondsLeft.map { ", \(words(seconds: $0)) left" } ?? ""
    let filled = Int(max(0, min(1, step.fraction)) * Double(barLength))
    let bar =
      columns < leastColumnsOfBar
      ? ""
      : "[" + String(repeating: "#", count: filled)
        + String(repeating: "-", count: barLength - filled) + "] "
    let place = step.place.isEmpty ? "" : "\(step.place)\(left): "
    return "\(bar)\(place)\(step.doing)"
  }

  /// The line of a log file: `[7/24]  42 s left, measuring …`.
  static func logged(_ step: Step) -> String {
    let left = step.secondsLeft.map { "\(words(seconds: $0)) left, " } ?? ""
    let place = step.place.isEmpty ? "" : "[\(step.place)]  "
    return "\(place)\(left)\(step.doing)"
  }

  /// A time as people say it: `42 s`, `3 min 20 s`, `2 h 5 min`; steps of five seconds beyond a minute.
  static func words(seconds: Double) -> String {
    let whole = Int(max(0, seconds.isFinite ? min(seconds, mostSeconds) : mostSeconds).rounded(.up))
    if whole < 60 { return "\(whole) s" }
    let (minutes, rest) = whole.quotientAndRemainder(dividingBy: 60)
    if minutes < 60 { return "\(minutes) min" + (rest / 5 > 0 ? " \(rest / 5 * 5) s" : "") }
    return "\(minutes / 60) h \(minutes % 60) min"
  }

  /// Longer than any run that somebody waits for.
  private static let mostSeconds = 1e7
}
