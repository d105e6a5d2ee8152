import ModelSpec
import Statistics

/// Which side of a comparison a pass belongs to.
enum SideRole: Hashable {
  case baseline
  case candidate
}

/// Measures a ratio as a ratio: passes of both sides alternate within short rounds, so that whatever
/// slows the machine for longer than a round slows both.
///
/// A round is four slices, ABBA or BAAB by a fair coin, so that neither a drift nor being first
/// favours a side. Every slice repeats the pass the same number of times on both sides: different
/// counts would bias the ratio by what a slice's beginning costs.
struct PairedMeasurement {
  /// With nine rounds the interval leaves out the smallest and the largest ratio: one disturbed
  /// round does not widen it.
  ///
  /// With six to eight it reaches from the smallest to the largest.
  static let wantedRounds = 9

  /// Beyond this many rounds the interval narrows slower than the machine drifts.
  static let mostRounds = 61

  /// Passes in one slice of either side.
  let passesPerSlice: Int

  /// Seconds that one round takes.
  let roundSeconds: Double

  /// A schedule from the seconds of one pass of each side, taken beforehand.
  init(
    baselineSeconds: Double, candidateSeconds: Double,
    shortestSliceSeconds: Double = MeasuringEffort.full.shortestSliceSeconds
  ) {
    let slower = max(baselineSeconds, candidateSeconds)
    passesPerSlice =
      slower >= shortestSliceSeconds || slower <= 0
      ? 1 : Int((shortestSliceSeconds / slower).rounded(.up))
    roundSeconds = 2 * Double(passesPerSlice) * (baselineSeconds + candidateSeconds)
  }

  /// Rounds that fit in the given time: at least the six that an interval takes.
  func rounds(within seconds: Double) -> Int {
    guard roundSeconds > 0 else { return Self.mostRounds }
    let fitting = min(Double(Self.mostRounds), seconds / roundSeconds)
    return max(OrderStatisticInterval.minimumRounds, Int(fitting))
  }

  /// Measures the rounds.
  ///
  /// - Parameters:
  ///   - rounds: how many.
  ///   - coin: decides the order of each round.
  ///   - isCancelled: asked between rounds, never within one.
  ///   - pass: runs the pass of a side with a running number that selects its inputs, and returns
  ///     its seconds.
  /// - Returns: the rounds, fewer than asked when cancelled.
  func measure(
    rounds: Int, coin: inout SeededGenerator, isCancelled: () -> Bool,
    pass: (SideRole, Int) -> Double
  ) -> [PairedRound] {
    var result: [PairedRound] = []
    var passNumber: [SideRole: Int] = [.baseline: 0, .candidate: 0]
    func slice(_ role: SideRole) -> Double {
      var seconds = 0.0
      for _ in 0..<passesPerSlice {
        seconds += pass(role, passNumber[role, default: 0])
        passNumber[role, default: 0] += 1
      }
      return seconds
    }
    while result.count < rounds, !isCancelled() {
      let first: SideRole = coin.next() & 1 == 0 ? .baseline : .candidate
      let second: SideRole = first == .baseline ? .candidate : .baseline
      var seconds: [SideRole: Double] = [first: slice(first)]
      seconds[second] = slice(second) + slice(second)
      seconds[first, default: 0] += slice(first)
      let passes = Double(2 * passesPerSlice)
      result.append(
        PairedRound(
          order: first == .baseline ? "ABBA" : "BAAB",
          baselineSeconds: seconds[.baseline, default: 0] / passes,
          candidateSeconds: seconds[.candidate, default: 0] / passes))
    }
    return result
  }
}
