import Testing

@testable import Runner

/// What a pair of processes is reckoned to take, from what earlier ones took.
struct GateSizesTests {
  /// Slices of 10 ms: ten rounds of four would fit 0.4 s.
  private let visit = GatePair.Visit(cell: "a", passes: 1, untimed: 0, expectedSeconds: 0.01)
  private let sizes = GateSizes()

  /// Rounds come in twos, and cells that share a start have shorter visits.
  @Test func visitsShareTheStart() {
    #expect(GateSizes.screen(cells: 1) == .init(seconds: 0.35, fewestRounds: 2))
    #expect(GateSizes.screen(cells: 0) == GateSizes.screen(cells: 1))
    #expect(abs(GateSizes.screen(cells: 6).seconds - 0.25) < 1e-9)
    #expect(GateSizes.screen(cells: 20).seconds == 0.2)
    #expect(sizes.rounds(of: visit, GateSizes.screen(cells: 1)) == 8)
    #expect(sizes.rounds(of: visit, GateSizes.screen(cells: 20)) == 4)
    let slow = GatePair.Visit(cell: "a", passes: 1, untimed: 0, expectedSeconds: 0.1)
    #expect(sizes.rounds(of: slow, GateSizes.screen(cells: 20)) == 2)
    #expect(sizes.rounds(of: slow, GateSizes.control) == 4)
    #expect(sizes.rounds(of: slow, GateSizes.confirmation) == 4)
    let fast = GatePair.Visit(cell: "a", passes: 1, untimed: 0, expectedSeconds: 1e-6)
    #expect(sizes.rounds(of: fast, .init(seconds: 9, fewestRounds: 2)) == 64)
  }

  @Test func whatWasMeasuredCountsAndNotWhatWasExpected() {
    #expect(sizes.rounds(of: visit, GateSizes.confirmation) == 10)
    // Rounds took half as long again, and of three starts one was slow.
    let seconds = sizes.secondsOfAPair(
      of: visit, GateSizes.confirmation, secondsOfARound: [0.05, 0.07],
      secondsToStart: [0.2, 0.2, 0.8])
    #expect(abs(seconds - (0.4 + 10 * 0.06)) < 1e-9)
  }

  @Test func withoutPairsOfOneCellAStartIsGuessed() {
    let guess = sizes.secondsOfAPair(
      of: visit, GateSizes.confirmation, secondsOfARound: [], secondsToStart: [])
    #expect(abs(guess - (0.5 + 10 * 0.04)) < 1e-9)
  }
}
