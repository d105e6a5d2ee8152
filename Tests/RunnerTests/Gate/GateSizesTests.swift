import Testing

@testable import Runner

/// What a pair of processes is reckoned to take, from what earlier ones took.
struct GateSizesTests {
  /// Slices of 10 ms: ten rounds of four would fit 0.4 s.
  private let visit = GatePair.Visit(cell: "a", passes: 1, untimed: 0, expectedSeconds: 0.01)
  private let sizes = GateSizes()

  @Test func whatWasMeasuredCountsAndNotWhatWasExpected() {
    #expect(sizes.rounds(of: visit, seconds: 0.4) == 10)
    // Rounds took half as long again, and of three starts one was slow.
    let seconds = sizes.secondsOfAPair(
      of: visit, seconds: 0.4, secondsOfARound: [0.05, 0.07], secondsToStart: [0.2, 0.2, 0.8])
    #expect(abs(seconds - (0.4 + 10 * 0.06)) < 1e-9)
  }

  @Test func withoutPairsOfOneCellAStartIsGuessed() {
    let guess = sizes.secondsOfAPair(
      of: visit, seconds: 0.4, secondsOfARound: [], secondsToStart: [])
    #expect(abs(guess - (0.5 + 10 * 0.04)) < 1e-9)
  }
}
