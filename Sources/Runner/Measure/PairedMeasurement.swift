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
/// favours a side. Of long passes it is two, AB or BA: what a moment does to one is little, and twice as many
/// of them fit at their whole width. Every slice repeats the pass the same number of times on both sides: different
/// counts would bias the ratio by what a slice's beginning costs.
///
/// Batches are routed to more or fewer experts, so a ratio is that of the batches it was measured on. Both sides
/// of a pair of slices go over the same ones, and pairs take them in turn. A round sees all of them equally
/// often wherever that does not make it too long: of quick passes in every slice, of slower ones by having
/// as many pairs as there are batches, ABBABAAB. Where there is time for single pairs only, a visit has an even
/// number of rounds, because two batches that follow each other are about as costly as any other two
/// (`Batches.orderOfLikePairs`).
struct PairedMeasurement {
  /// The longest slice that is made longer so that it sees every batch.
  static let longestMixedSliceSeconds = 0.1

  /// A pass of the slower side up to which a round has as many pairs of slices as there are batches.
  ///
  /// A round of longer ones would take more than a second, which leaves a cell few visits.
  static let longestMixedPassSeconds = 0.15

  /// A pass of the slower side from which on a round has one slice of each side: a dozen of the scheduler's
  /// time slices.
  static let longPassSeconds = 0.25

  /// Slices of each side in a round.
  let slicesPerSide: Int

  /// Passes in one slice of either side.
  let passesPerSlice: Int

  /// Seconds that one round takes.
  let roundSeconds: Double

  /// Rounds that a visit has at the least.
  let fewestRoundsOfAVisit: Int

  /// A schedule from the seconds of one pass of each side, taken beforehand.
  init(
    baselineSeconds: Double, candidateSeconds: Double,
    effort: MeasuringEffort = .full
  ) {
    let slower = max(baselineSeconds, candidateSeconds)
    let batches = Batches.count
    let isQuick = Double(batches) * slower <= effort.longestMixedSliceSeconds
    let passes = slower > 0 ? max(1, Int((effort.shortestSliceSeconds / slower).rounded(.up))) : 1
    passesPerSlice = isQuick ? (passes + batches - 1) / batches * batches : passes
    let isMixed = !isQuick && slower <= effort.longestMixedPassSeconds
    slicesPerSide = slower >= effort.longPassSeconds ? 1 : isMixed ? batches : 2
    fewestRoundsOfAVisit = isMixed && slicesPerSide == 1 ? 2 : 1
    roundSeconds =
      Double(slicesPerSide * passesPerSlice) * (baselineSeconds + candidateSeconds)
  }

  /// Rounds of a visit that fit in the given time, or the fewest, or a multiple of these.
  func rounds(within seconds: Double) -> Int {
    guard roundSeconds > 0 else { return fewestRoundsOfAVisit }
    let fitting = Int(min(Double(Self.mostRoundsOfAVisit), max(0, seconds) / roundSeconds))
    return max(1, fitting / fewestRoundsOfAVisit) * fewestRoundsOfAVisit
  }

  /// Seconds of a visit with the fewest rounds.
  var secondsOfAVisit: Double { Double(fewestRoundsOfAVisit) * roundSeconds }

  /// More rounds make a record long, and narrow a visit's median less than visits differ.
  static let mostRoundsOfAVisit = 100

  /// Measures the rounds of a visit.
  ///
  /// - Parameters:
  ///   - rounds: how many.
  ///   - earlier: the rounds of the visits before, by which the batches go on in turn.
  ///   - visit: the visit's number, from 0.
  ///   - coin: decides the order of each round.
  ///   - energy: what tells the power of slices.
  ///   - isCancelled: asked between rounds, never within one.
  ///   - pass: runs the pass of a side with a number that selects its inputs, and returns its seconds.
  /// - Returns: the rounds, fewer than asked when cancelled.
  func measure(
    rounds: Int, after earlier: Int = 0, visit: Int, coin: inout SeededGenerator,
    energy: EnergyMeter = .none,
    isCancelled: () -> Bool,
    pass: (SideRole, Int) -> Double
  ) -> [PairedRound] {
    var result: [PairedRound] = []
    var used: [SideRole: (joules: Double, seconds: Double, slices: Int)] = [:]
    func slice(_ role: SideRole, pair: Int) -> Double {
      var seconds = 0.0
      let before = energy.read()
      let watch = Stopwatch()
      for number in pair * passesPerSlice..<(pair + 1) * passesPerSlice {
        seconds += pass(role, number)
      }
      if let before, let joules = energy.read()?.joules(since: before) {
        let sofar = used[role] ?? (0, 0, 0)
        used[role] = (
          sofar.joules + joules, sofar.seconds + watch.seconds, sofar.slices + 1
        )
      }
      return seconds
    }
    func watts(_ role: SideRole) -> Double? {
      used[role].flatMap { $0.slices == slicesPerSide ? $0.joules / $0.seconds : nil }
    }
    while result.count < rounds, !isCancelled() {
      let order = Self.order(
        pairs: slicesPerSide, first: coin.next() & 1 == 0 ? .baseline : .candidate)
      let pairsBefore = (earlier + result.count) * slicesPerSide
      var seconds: [SideRole: Double] = [:]
      used = [:]
      for (index, role) in order.enumerated() {
        seconds[role, default: 0] += slice(role, pair: pairsBefore + index / 2)
      }
      let passes = Double(slicesPerSide * passesPerSlice)
      var round = PairedRound(
        order: order.map { $0 == .baseline ? "A" : "B" }.joined(),
        baselineSeconds: seconds[.baseline, default: 0] / passes,
        candidateSeconds: seconds[.candidate, default: 0] / passes, visit: visit)
      (round.baselineWatts, round.candidateWatts) = (watts(.baseline), watts(.candidate))
      result.append(round)
    }
    return result
  }

  /// The roles of a round's slices: each pair is the reverse of one before it, by the sequence of Thue and Morse,
  /// so that four slices cancel a drift and eight also one that grows.
  private static func order(pairs: Int, first: SideRole) -> [SideRole] {
    let second: SideRole = first == .baseline ? .candidate : .baseline
    return (0..<pairs).flatMap {
      $0.nonzeroBitCount.isMultiple(of: 2) ? [first, second] : [second, first]
    }
  }
}
