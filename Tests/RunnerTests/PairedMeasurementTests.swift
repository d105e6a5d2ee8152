import ModelSpec
import Statistics
import Testing

@testable import Runner

@Suite struct PairedMeasurementTests {
  @Test func shortPassesAreRepeatedEquallyOften() {
    let schedule = PairedMeasurement(baselineSeconds: 0.004, candidateSeconds: 0.001)
    // Five passes are 20 ms, and every slice sees all four batches equally often.
    #expect(schedule.passesPerSlice == 8)
    #expect(abs(schedule.roundSeconds - 0.08) < 1e-15)
  }

  @Test func longPassesRunOnce() {
    let schedule = PairedMeasurement(baselineSeconds: 3, candidateSeconds: 0.001)
    #expect(schedule.passesPerSlice == 1)
    // A round has one slice of each.
    #expect(schedule.roundSeconds == 3.001)
  }

  @Test func everyVisitHasARound() {
    let schedule = PairedMeasurement(baselineSeconds: 1, candidateSeconds: 1)
    #expect(schedule.rounds(within: 0) == 1)
    #expect(schedule.rounds(within: 20) == 10)
    #expect(schedule.rounds(within: 1e9) == PairedMeasurement.mostRoundsOfAVisit)
  }

  /// A machine that slows down steadily slows both sides alike, so the ratio stays what it is.
  @Test func aSteadyDriftDoesNotMoveTheRatio() throws {
    let schedule = PairedMeasurement(baselineSeconds: 0.2, candidateSeconds: 0.1)
    var coin = SeededGenerator(seed: 3, purpose: "coin")
    var slowness = 1.0
    let rounds = schedule.measure(rounds: 20, visit: 0, coin: &coin, isCancelled: { false }) {
      role, _ in
      slowness += 0.01
      return slowness * (role == .baseline ? 2 : 1)
    }
    let estimate = try #require(RatioEstimate(rounds: rounds))
    // ABBA cancels a linear drift exactly but for rounding: (1+4)−(2+3) slices.
    #expect(abs(estimate.median - 2) < 1e-12)
  }

  /// Both slices of both sides see every batch equally often, in every round of every visit.
  @Test func everySliceSeesEveryBatch() {
    let schedule = PairedMeasurement(baselineSeconds: 0.01, candidateSeconds: 0.01)
    var coin = SeededGenerator(seed: 3, purpose: "coin")
    var seen: [Int] = []
    _ = schedule.measure(rounds: 3, visit: 0, coin: &coin, isCancelled: { false }) { role, number in
      if role == .candidate { seen.append(number) }
      return 0.01
    }
    #expect(schedule.passesPerSlice % Batches.count == 0)
    for slice in 0..<6 {
      let batches = seen[slice * schedule.passesPerSlice..<(slice + 1) * schedule.passesPerSlice]
        .map { $0 % Batches.count }
      #expect(
        (0..<Batches.count).allSatisfy { batch in
          batches.count { $0 == batch } == batches.count / Batches.count
        })
    }
  }

  /// Passes too slow for that in a slice see every batch in a round: batches that are routed to unlike
  /// numbers of experts give every round the same ratio.
  @Test func everyRoundOfSlowerPassesSeesEveryBatch() {
    let schedule = PairedMeasurement(baselineSeconds: 0.01, candidateSeconds: 0.06)
    #expect(schedule.passesPerSlice == 1 && schedule.slicesPerSide == Batches.count)
    var coin = SeededGenerator(seed: 3, purpose: "coin")
    var rounds: [PairedRound] = []
    for visit in 0..<9 {
      rounds += schedule.measure(
        rounds: 1, after: rounds.count, visit: visit, coin: &coin, isCancelled: { false }
      ) { role, number in
        role == .baseline ? 0.01 : 0.04 + 0.01 * Double(number % Batches.count)
      }
    }
    #expect(Set(rounds.map(\.order)) == ["ABBABAAB", "BAABABBA"])
    #expect(rounds.allSatisfy { abs($0.candidateSeconds - 0.055) < 1e-12 })
  }

  /// Where there is time for single pairs only, a visit goes over two batches, or over all.
  @Test func visitsOfSinglePairsHaveAnEvenNumberOfRounds() {
    let short = MeasuringEffort.full.lengthsOfRounds[1]
    let schedule = PairedMeasurement(baselineSeconds: 0.01, candidateSeconds: 0.06, effort: short)
    #expect(schedule.slicesPerSide == 1 && schedule.passesPerSlice == 1)
    #expect([0, 0.07, 0.21, 0.22, 0.29].map(schedule.rounds(within:)) == [2, 2, 2, 2, 4])
    #expect(abs(schedule.secondsOfAVisit - 0.14) < 1e-15)
    let shortest = MeasuringEffort.full.shortestRounds
    let single = PairedMeasurement(baselineSeconds: 0.01, candidateSeconds: 0.06, effort: shortest)
    #expect([0, 0.07, 0.22].map(single.rounds(within:)) == [1, 1, 3])
  }

  /// Neighbours are as costly together as the other two, in every order of drawing.
  @Test func batchesAreOrderedInLikePairs() {
    for drawn in [[50, 60, 54, 56], [60, 50, 56, 54], [54, 56, 60, 50]] {
      let ordered = Batches.orderOfLikePairs(drawn).map { drawn[$0] }
      #expect(ordered == [50, 60, 54, 56])
    }
    #expect(Batches.orderOfLikePairs([7, 7, 7, 7]).sorted() == [0, 1, 2, 3])
    #expect(Batches.orderOfLikePairs([3, 1, 2]) == [1, 0, 2])
    #expect(Batches.orderOfLikePairs([]).isEmpty)
  }

  /// Of long passes, both sides of a pair of slices see one batch, and the next pair the next, from visit to
  /// visit.
  @Test(arguments: [(0.2, 2), (1, 1)])
  func pairsOfLongPassesTakeBatchesInTurn(seconds: Double, pairs: Int) {
    let schedule = PairedMeasurement(baselineSeconds: seconds, candidateSeconds: seconds)
    #expect(schedule.slicesPerSide == pairs)
    var coin = SeededGenerator(seed: 3, purpose: "coin")
    var seen: [Int] = []
    var rounds: [PairedRound] = []
    for visit in 0..<3 {
      rounds += schedule.measure(
        rounds: 2, after: rounds.count, visit: visit, coin: &coin, isCancelled: { false }
      ) { _, number in
        seen.append(number)
        return seconds
      }
    }
    #expect(seen == (0..<6 * pairs).flatMap { [$0, $0] })
    #expect(rounds.map(\.visit) == [0, 0, 1, 1, 2, 2])
  }

  @Test func bothOrdersOccur() {
    let schedule = PairedMeasurement(baselineSeconds: 1, candidateSeconds: 1)
    var coin = SeededGenerator(seed: 1, purpose: "coin")
    let rounds = schedule.measure(rounds: 40, visit: 0, coin: &coin, isCancelled: { false }) {
      _, _ in 1
    }
    #expect(Set(rounds.map(\.order)) == ["AB", "BA"])
    let quick = PairedMeasurement(baselineSeconds: 0.01, candidateSeconds: 0.01)
    let roundsOfQuick = quick.measure(rounds: 40, visit: 0, coin: &coin, isCancelled: { false }) {
      _, _ in 0.01
    }
    #expect(Set(roundsOfQuick.map(\.order)) == ["ABBA", "BAAB"])
    // A mean over the passes of a slice, of either form.
    #expect(
      (rounds + roundsOfQuick).allSatisfy { abs($0.baselineSeconds - $0.candidateSeconds) < 1e-12 })
    #expect(abs((roundsOfQuick.first?.baselineSeconds ?? 0) - 0.01) < 1e-12)
  }

  @Test func cancellingKeepsWholeRounds() {
    let schedule = PairedMeasurement(baselineSeconds: 0.2, candidateSeconds: 0.2)
    var coin = SeededGenerator(seed: 1, purpose: "coin")
    var passes = 0
    let rounds = schedule.measure(rounds: 40, visit: 0, coin: &coin, isCancelled: { passes >= 6 }) {
      _, _ in
      passes += 1
      return 1
    }
    #expect(rounds.count == 2)
    #expect(passes == 8)
  }
}
