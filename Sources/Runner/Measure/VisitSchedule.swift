import ModelSpec

/// Which cell is visited next.
///
/// The time of a run has as many parts as a cell has visits at the least, and every cell is visited in each of
/// them: a machine's states last, and an interval must hold those of the whole run. What these visits leave of
/// the time goes to cells whose intervals are wide.
struct VisitSchedule {
  /// How a cell stands.
  private struct Standing {
    /// Seconds that one more visit takes.
    var seconds: Double
    /// Visits so far.
    var visits = 0
    /// Parts of the run that it was visited in, or that a later visit would come too late for.
    var parts = 0
    /// The width of its interval, high over low minus 1; `nil` while it has none.
    var width: Double?
    /// When its last visit ended, in seconds since the first began.
    var lastEnd = -Double.infinity
  }

  /// The most visits of a cell, evenly spread: visits that follow each other sooner find the machine in the
  /// state that the one before found, and say little that is new.
  static let mostVisits = 24

  /// Seconds for all visits; they take longer only where the fewest do.
  private let budget: Double
  /// The width of an interval that needs no further visit.
  private let goal: Double
  private var cells: [Standing]

  /// Visits and parts at the least.
  private static let fewest = RatioEstimate.fewestVisits

  /// What the width of a cell without an interval is taken for.
  private static let unknownWidth = 0.3

  /// A schedule before the first visit.
  ///
  /// - Parameter seconds: what a visit to each cell takes.
  init(seconds: [Double], budget: Double, goal: Double) {
    cells = seconds.map { Standing(seconds: $0) }
    self.budget = budget
    self.goal = goal
  }

  /// The index of the next cell; `nil` where nothing is left to do or no time to do it.
  mutating func next(elapsed: Double) -> Int? {
    let isOver = elapsed >= budget
    let part = isOver ? Self.fewest - 1 : Int(elapsed / budget * Double(Self.fewest))
    let unfinished = cells.indices.filter {
      cells[$0].visits < Self.fewest || !isOver && cells[$0].parts < Self.fewest
    }
    let behind = unfinished.min { (cells[$0].parts, $0) < (cells[$1].parts, $1) }
    if let behind, cells[behind].parts <= part, !isOver {
      cells[behind].parts = part + 1
      return behind
    }
    if isOver { return unfinished.min { (cells[$0].visits, $0) < (cells[$1].visits, $1) } }
    if let widest = widest(elapsed: elapsed, part: part) { return widest }
    // With nothing else to do, the next part begins early.
    if let behind {
      cells[behind].parts += 1
      return behind
    }
    return open(elapsed: elapsed, part: part).min { cells[$0].lastEnd < cells[$1].lastEnd }
  }

  /// Takes in a visit.
  ///
  /// - Parameters:
  ///   - seconds: what it took.
  ///   - end: when it ended, in seconds since the first began.
  ///   - width: that of the cell's interval; `nil` while it has none.
  mutating func note(visitTo index: Int, seconds: Double, end: Double, width: Double?) {
    cells[index].visits += 1
    cells[index].seconds = seconds
    cells[index].lastEnd = end
    cells[index].width = width
  }

  /// The cell whose interval a second narrows most, of those that were not visited a moment ago.
  private func widest(elapsed: Double, part: Int) -> Int? {
    let pause = budget / Double(Self.mostVisits)
    // A width shrinks as one over the root of the visits.
    func gain(_ cell: Standing) -> Double {
      (cell.width ?? Self.unknownWidth) / (Double(max(1, cell.visits)) * max(cell.seconds, 1e-9))
    }
    return open(elapsed: elapsed, part: part).filter { elapsed - cells[$0].lastEnd >= pause }
      .max { (gain(cells[$0]), $1) < (gain(cells[$1]), $0) }
  }

  /// The cells that more visits than the fewest would narrow, and for which these leave time.
  private func open(elapsed: Double, part: Int) -> [Int] {
    let needed = cells.reduce(0.0) { sum, cell in
      let visits = max(Self.fewest - cell.visits, Self.fewest - max(cell.parts, part))
      return sum + Double(max(0, visits)) * cell.seconds
    }
    let left = budget - elapsed - needed
    return cells.indices.filter { index in
      let cell = cells[index]
      return (cell.width ?? .infinity) > goal && cell.visits < Self.mostVisits
        && cell.seconds <= left
    }
  }
}
