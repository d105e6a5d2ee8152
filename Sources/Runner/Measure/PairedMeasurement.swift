import ModelSpec
import Statistics

/// Which side of a pairing a pass belongs to.
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
  /// The longest slice that is made longer so that it sees every batch.
  ///
  /// A slice of slower passes is one pass, and all of a visit see one batch: passes of a tenth of a second
  /// differ less by their batch than a round would lose by being four times as long.
  static let longestMixedSliceSeconds = 0.1

  /// Passes in one slice of either side.
  let passesPerSlice: Int

  /// Seconds that one round takes.
  let roundSeconds: Double

  /// Whether a slice sees every batch equally often; if not, all slices of a visit see the same one.
  let mixesBatches: Bool

  /// A schedule from the seconds of one pass of each side, taken beforehand.
  init(
    baselineSeconds: Double, candidateSeconds: Double,
    shortestSliceSeconds: Double = MeasuringEffort.full.shortestSliceSeconds
  ) {
    let slower = max(baselineSeconds, candidateSeconds)
    let batches = Batches.count
    mixesBatches = Double(batches) * slower <= Self.longestMixedSliceSeconds
    let passes = slower > 0 ? max(1, Int((shortestSliceSeconds / slower).rounded(.up))) : 1
    passesPerSlice = mixesBatches ? (passes + batches - 1) / batches * batches : passes
    roundSeconds = 2 * Double(passesPerSlice) * (baselineSeconds + candidateSeconds)
  }

  /// Rounds of a visit that fit in the given time, at least one.
  func rounds(within seconds: Double) -> Int {
    guard roundSeconds > 0 else { return 1 }
    return max(1, Int(min(Double(Self.mostRoundsOfAVisit), seconds / roundSeconds)))
  }

  /// More rounds narrow a visit's median less than visits differ.
  static let mostRoundsOfAVisit = 15

  /// Measures the rounds of a visit.
  ///
  /// - Parameters:
  ///   - rounds: how many.
  ///   - visit: the visit's number, from 0.
  ///   - coin: decides the order of each round.
  ///   - isCancelled: asked between rounds, never within one.
  ///   - pass: runs the pass of a side with a number that selects its inputs, and returns its seconds.
  /// - Returns: the rounds, fewer than asked when cancelled.
  func measure(
    rounds: Int, visit: Int, coin: inout SeededGenerator, isCancelled: () -> Bool,
    pass: (SideRole, Int) -> Double
  ) -> [PairedRound] {
    var result: [PairedRound] = []
    func slice(_ role: SideRole) -> Double {
      var seconds = 0.0
      for number in 0..<passesPerSlice {
        seconds += pass(role, mixesBatches ? number : visit)
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
          candidateSeconds: seconds[.candidate, default: 0] / passes, visit: visit))
    }
    return result
  }
}
