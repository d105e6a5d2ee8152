import LayerSpec
import ModelSpec
import Testing

@Suite struct CostChainTests {
  /// 100 GFLOP/s and 10 GB/s; tiles of one row reach a quarter of the peak, of two rows half, and of
  /// three more than the peak, which only a drift of the machine can have done.
  private let ceiling = Ceiling(
    threads: 2, precision: .f32, peakFlopsPerSecond: 100e9, readBytesPerSecond: 10e9,
    tileFlopsPerSecond: [25e9, 50e9, 110e9])

  /// Powers of two, so that every quotient is exact: 1 s of FLOPs, a roofline of 2 s, tiles of 4 s; then
  /// 8 s of multiplying, as much of waiting, as much as both of waking threads, and so on.
  private let sparse = CostChain(
    flopSeconds: 1, rooflineSeconds: 2, tiledSeconds: 4,
    phases: PhaseSeconds(
      productSeconds: 32, productBusySeconds: 8, productWaitingSeconds: 8, routerSeconds: 32,
      dispatchAndCombineSeconds: 64))

  /// A dense layer on one thread: nothing but FLOPs and the engine, which takes twice as long.
  private let dense = CostChain(
    flopSeconds: 4, rooflineSeconds: 4, tiledSeconds: 4,
    phases: PhaseSeconds(
      productSeconds: 8, productBusySeconds: 8, productWaitingSeconds: 0, routerSeconds: 0,
      dispatchAndCombineSeconds: 0))

  @Test func eachCauseMultipliesWhatStandsBeforeIt() {
    #expect(sparse.multipliers == [2, 2, 2, 2, 2, 2, 2])
    #expect(dense.multipliers == [1, 1, 2, 1, 1, 1, 1])
  }

  /// 8 s against 128 s at a FLOP ratio of 4: the realised share is 1/64, times what no phase has.
  @Test func theFactorsAndTheRestAreTheRealisedShare() throws {
    let explanation = try #require(
      Explanation(baseline: dense, candidate: sparse, realisedShare: 0.97 / 64))
    #expect(explanation.factors.map(\.name) == Explanation.Cause.allCases)
    #expect(explanation.factors.map(\.factor) == [0.5, 0.5, 1, 0.5, 0.5, 0.5, 0.5])
    #expect(explanation.factors[2].baseline == 2 && explanation.factors[2].candidate == 2)
    #expect(abs(explanation.rest - 0.97) < 1e-15)
    #expect(abs(explanation.product - 0.97 / 64) < 1e-17)
  }

  @Test func exchangingTheSidesInvertsEveryFactor() throws {
    let one = try #require(Explanation(baseline: dense, candidate: sparse, realisedShare: 0.5))
    let other = try #require(Explanation(baseline: sparse, candidate: dense, realisedShare: 2))
    #expect(other.factors.map(\.factor) == one.factors.map { 1 / $0.factor })
    #expect(other.rest == 1 / one.rest)
  }

  @Test func aPassOfNothingHasNoExplanation() {
    let empty = CostChain([], phases: .zero, under: ceiling)
    #expect(empty.multipliers == nil)
    #expect(Explanation(baseline: dense, candidate: empty, realisedShare: 1) == nil)
    #expect(Explanation(baseline: empty, candidate: dense, realisedShare: 1) == nil)
    for share in [0, -1, Double.nan, .infinity] {
      #expect(Explanation(baseline: dense, candidate: sparse, realisedShare: share) == nil)
    }
  }

  /// Two layers of 100 GFLOP: a fifth in no tile, a fifth in tiles of one row at a quarter of the
  /// peak, the rest in tiles of two and three rows: 0.2 + 0.8 + 0.4 + 0.4 s each.
  @Test func tilesOfFewRowsTakeLonger() {
    let work = [
      LayerWork(count: 2, flops: 100_000_000_000, bytes: 1, tileFlops: [20e9, 20e9, 40e9])
    ]
    #expect(work.flopSeconds(under: ceiling) == 2)
    #expect(work.rooflineSeconds(under: ceiling) == 2)
    #expect(abs(work.tiledSeconds(under: ceiling) - 3.6) < 1e-14)
  }

  @Test func whereMemoryBoundsTilesCostNothing() {
    let work = [LayerWork(count: 1, flops: 1_000_000_000, bytes: 10_000_000_000, tileFlops: [1e9])]
    #expect(work.tiledSeconds(under: ceiling) == 1)
    #expect(work.rooflineSeconds(under: ceiling) == 1)
  }

  @Test func withoutTilesTheRooflineStays() {
    var unknown = ceiling
    unknown.tileFlopsPerSecond = nil
    let tiled = [LayerWork(count: 1, flops: 7, bytes: 0, tileFlops: [7])]
    #expect(tiled.tiledSeconds(under: unknown) == tiled.rooflineSeconds(under: unknown))
    let other = [LayerWork(count: 1, flops: 7, bytes: 0)]
    #expect(other.tiledSeconds(under: ceiling) == other.rooflineSeconds(under: ceiling))
  }

  @Test func phasesAddUpAndScale() {
    let sum = 0.5 * (sparse.phases + sparse.phases)
    #expect(sum == sparse.phases)
    #expect(PhaseSeconds.zero + dense.phases == dense.phases)
  }
}
