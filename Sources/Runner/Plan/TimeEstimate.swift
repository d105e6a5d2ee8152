import LayerSpec
import MoEKernel
import ModelSpec
import Statistics

/// Chooses the fraction of a width at which a side can be measured within its time.
///
/// Times are first guessed from rates in the slow middle of what servers reach, and then replaced by
/// the time of a real pass. The guess only decides at which width that first pass is tried, so a
/// wrong one costs time and nothing else.
enum TimeEstimate {
  /// Memory read rate of one thread.
  static let guessedBytesPerSecond = 15e9

  /// Intermediate units that are left of every network when there is too little time for all.
  ///
  /// A product of few inputs spends a larger part of its time at its ends, which would show up in the
  /// ratio.
  static let leastWidth = 512

  /// The same where the time is too short for the fewest rounds at that: a product of several panels, of
  /// whose ends the other fraction tells (`FractionCheck`).
  static let leastWidthOfAll = 128

  /// Guessed seconds of one pass at full width, each kind of layer once.
  static func seconds(
    of layers: [PlannedLayer], _ workload: Workload, threads: Int, side: SideResources
  ) -> Double {
    layers.reduce(0) { sum, planned in
      let work = LayerWork(
        count: 1, operations: planned.layer.operations(workload, formats: side.formats))
      return sum
        + max(
          Double(work.flops) / side.engine.guessedFlopsPerSecond,
          Double(work.bytes) / guessedBytesPerSecond) / Double(threads)
    }
  }
}

extension CellPlan {
  /// Guessed seconds of one pass of a side at full width, each kind of layer once.
  func guessedSeconds(_ role: SideRole) -> Double {
    TimeEstimate.seconds(
      of: layers(role), workload, threads: limits.threads, side: side(role))
  }

  /// The divisors that the cell may be measured at, the smallest first: the one that was asked for, or all that
  /// its widths have and its memory allows, but none that leaves less than `leastWidth` of a width.
  func divisors(leastWidth: Int) -> [Int] {
    if let forcedWidth { return [forcedWidth.divisor] }
    let narrowest = (layers.baseline + layers.candidate).map(\.layer.narrowestWidth).min() ?? 0
    let allowed = MemoryPlan.divisors.filter { narrowest / $0 >= leastWidth && has($0) }
    return allowed.isEmpty ? [widest.divisor] : allowed
  }

  /// Whether there is a form at just this fraction of the width.
  private func has(_ divisor: Int) -> Bool { form(divisor).divisor == divisor }

  /// The divisor of the fraction that tells what another does to the ratio: the one that was asked for, or
  /// half of it; `nil` for full width, and where there is none.
  func otherDivisor(than divisor: Int) -> Int? {
    guard divisor > 1 || forcedWidth?.other != nil else { return nil }
    let wanted = forcedWidth?.other ?? 2 * divisor
    return wanted != divisor && MemoryPlan.divisors.contains(wanted) && has(wanted) ? wanted : nil
  }

  /// Seconds of rounds that the cell could use: twice the fewest rounds at full width.
  var wantedSeconds: Double {
    let round = 2 * (guessedSeconds(.baseline) + guessedSeconds(.candidate))
    return max(BudgetShare.least, 2 * Double(RatioEstimate.fewestVisits) * round)
  }
}

/// Divides a budget of seconds among cells: who needs little gets what it needs, and what that leaves
/// is shared equally by the others.
enum BudgetShare {
  /// A budget is exceeded by more than what one slow pass may add.
  static let overrun = 1.2

  /// Seconds of rounds that even the quickest cell can make use of: some 25 rounds of four slices.
  static let least = 2.0

  /// What the first of the cells may take.
  ///
  /// - Parameters:
  ///   - wants: seconds that each cell could use, the first cell's first.
  ///   - budget: seconds that are left for all of them.
  static func first(of wants: [Double], budget: Double) -> Double {
    guard let first = wants.first else { return 0 }
    let wanted = wants.reduce(0, +)
    // With more than enough for all, everyone gets more, in proportion.
    return wanted <= budget
      ? first * budget / wanted : min(first, largest(of: wants, budget: budget))
  }

  /// The most that one of the cells may take: infinite where all get what they want, and else what the small
  /// ones leave for each of the others.
  private static func largest(of wants: [Double], budget: Double) -> Double {
    var left = budget
    for (index, want) in wants.sorted().enumerated() {
      let share = left / Double(wants.count - index)
      if want > share { return max(0, share) }
      left -= want
    }
    return .infinity
  }

  /// Which of its choices every cell takes: the first that is no longer than allowed, or else the shortest.
  ///
  /// The allowance is the largest with which all fit the budget, the same for every cell.
  ///
  /// - Parameter choices: the seconds of each cell's choices, at least one, in the order of preference.
  /// - Returns: their indices; the shortest of all where even these take longer than the budget.
  static func choices(_ choices: [[Double]], budget: Double) -> [Int] {
    func taken(_ allowance: Double) -> [Int] {
      choices.map { seconds in
        let shortest = seconds.indices.min { (seconds[$0], $0) < (seconds[$1], $1) }
        return seconds.firstIndex { $0 <= allowance } ?? shortest ?? 0
      }
    }
    func fits(_ allowance: Double) -> Bool {
      zip(choices, taken(allowance)).reduce(0) { $0 + $1.0[$1.1] } <= budget
    }
    // What is taken grows with the allowance and changes only where another choice is just allowed, so that the
    // largest allowance that fits is found by halving these.
    let allowances = choices.joined().sorted()
    var (fitting, tooLarge) = (-1, allowances.count)
    while tooLarge - fitting > 1 {
      let middle = (fitting + tooLarge) / 2
      if fits(allowances[middle]) { fitting = middle } else { tooLarge = middle }
    }
    return taken(fitting < 0 ? -.infinity : allowances[fitting])
  }
}

/// Seconds as people read them, with one decimal, less than one in milliseconds: `5.4 s`, `30 ms`.
struct SecondsInWords: CustomStringConvertible {
  let description: String

  init(_ seconds: Double) {
    let tenths = Int((min(seconds, 1e9) * 10).rounded())
    description =
      tenths < 10
      ? "\(Int((seconds * 1000).rounded())) ms" : "\(tenths / 10).\(tenths % 10) s"
  }
}
