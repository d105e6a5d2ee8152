import ModelSpec

/// Which cell is visited next: every cell has its fewest visits spread over the whole time, and what these
/// leave of it goes to cells whose intervals are wide.
struct VisitSchedule {
  /// How a cell stands.
  struct Standing {
    /// Visits so far.
    var visits = 0
    /// Seconds that one more takes.
    var seconds: Double
    /// Whether its interval is as narrow as was asked for.
    var isNarrow = false
    /// The width of its interval, high over low minus 1; `nil` while it has none.
    var width: Double?
    /// When its last visit ended, in seconds since the first began.
    var lastEnd = -Double.infinity
  }

  /// Seconds for all visits; they take longer only where the fewest do.
  let budget: Double
  /// The fewest visits of a cell.
  private let fewest = RatioEstimate.fewestVisits

  /// The most visits of a cell, evenly spread: visits that follow each other sooner find the machine in the
  /// state that the one before found, and say little that is new.
  static let mostVisits = 24

  /// What the width of a cell without an interval is taken for.
  private static let unknownWidth = 0.3

  /// The index of the next cell; `nil` where nothing is left to do or no time to do it.
  func next(_ cells: [Standing], elapsed: Double) -> Int? {
    let unfinished = cells.indices.filter { cells[$0].visits < fewest }
    let progress = budget > 0 ? min(1, elapsed / budget) : 1
    // How far a cell is behind an even pace.
    func lag(_ index: Int) -> Double { progress * Double(fewest) - Double(cells[index].visits) }
    let slowest = unfinished.max { (lag($0), $1) < (lag($1), $0) }
    if let slowest, lag(slowest) > 0 || cells[slowest].visits == 0 { return slowest }
    let needed = unfinished.reduce(0.0) {
      $0 + Double(fewest - cells[$1].visits) * cells[$1].seconds
    }
    let left = budget - elapsed - needed
    let open = cells.indices.filter { index in
      let cell = cells[index]
      return !cell.isNarrow && cell.visits < Self.mostVisits && cell.seconds <= left
    }
    let pause = budget / Double(Self.mostVisits)
    let rested = open.filter { elapsed - cells[$0].lastEnd >= pause }
    return rested.max { (gain(cells[$0]), $1) < (gain(cells[$1]), $0) }
      ?? slowest ?? open.min { cells[$0].lastEnd < cells[$1].lastEnd }
  }

  /// How much of its width a second takes off a cell's interval: a width shrinks as one over the root of the
  /// visits.
  private func gain(_ cell: Standing) -> Double {
    (cell.width ?? Self.unknownWidth) / (Double(max(1, cell.visits)) * max(cell.seconds, 1e-9))
  }
}
