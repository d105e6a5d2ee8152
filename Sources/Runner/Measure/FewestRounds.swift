import ModelSpec

/// What the fewest rounds of a cell are: at which fraction of the width, how long, and what they take.
struct FewestRounds: Equatable {
  /// One part of so many of the width.
  let divisor: Int
  /// Decides how long a round is, and how many a visit has.
  let effort: MeasuringEffort
  /// Seconds of all of them, and of those at another fraction that tell what this one does.
  let seconds: Double

  init(_ trial: CellPreparation.Trial, divisor: Int, effort: MeasuringEffort) {
    let visits = [divisor, trial.cell.otherDivisor(than: divisor)].compactMap { $0 }.map {
      PairedMeasurement(
        baselineSeconds: trial.baselineSeconds / Double($0),
        candidateSeconds: trial.candidateSeconds / Double($0), effort: effort
      ).secondsOfAVisit
    }
    self.divisor = divisor
    self.effort = effort
    seconds = Double(RatioEstimate.fewestVisits) * visits.reduce(0, +)
  }

  /// The shortest rounds at every fraction of the width that a cell may be measured at, the widest first.
  static func atAllWidths(
    of trial: CellPreparation.Trial, leastWidth: Int, effort: MeasuringEffort
  ) -> [FewestRounds] {
    trial.cell.divisors(leastWidth: leastWidth).map {
      FewestRounds(trial, divisor: $0, effort: effort.shortestRounds)
    }
  }

  /// The least that those of a cell can take at any width.
  static func leastSeconds(of trial: CellPreparation.Trial, effort: MeasuringEffort) -> Double {
    atAllWidths(of: trial, leastWidth: TimeEstimate.leastWidthOfAll, effort: effort)
      .map(\.seconds).min() ?? 0
  }

  /// Those of all cells that fit a budget together, or the shortest that there are.
  ///
  /// First come the widths: a fraction of one adds an error of its own and rounds at another fraction, so as few
  /// cells as possible are narrowed, the longest of them, each by what the shortest rounds take. What that leaves of
  /// the budget goes to longer rounds at the same widths, to the cells that need little first. Every cell has its
  /// own, so that a trial that took longer than usual changes those of its neighbours by little.
  static func fitting(
    _ budget: Double, of trials: [CellPreparation.Trial], effort: MeasuringEffort
  ) -> [FewestRounds] {
    func widths(_ leastWidth: Int) -> [[FewestRounds]] {
      trials.map { atAllWidths(of: $0, leastWidth: leastWidth, effort: effort) }
    }
    let usual = widths(TimeEstimate.leastWidth)
    let least = usual.reduce(0) { $0 + ($1.map(\.seconds).min() ?? 0) }
    let wide = choose(
      from: least <= budget ? usual : widths(TimeEstimate.leastWidthOfAll), budget: budget)
    let rounds = zip(trials, wide).map { trial, wide in
      effort.lengthsOfRounds.map { FewestRounds(trial, divisor: wide.divisor, effort: $0) }
    }
    return choose(from: rounds, budget: budget)
  }

  /// One of each cell's choices, in the order of preference, by what a budget allows for one cell.
  private static func choose(from choices: [[FewestRounds]], budget: Double) -> [FewestRounds] {
    let chosen = BudgetShare.choices(choices.map { $0.map(\.seconds) }, budget: budget)
    return zip(choices, chosen).map { $0[$1] }
  }
}
