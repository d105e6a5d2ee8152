import LayerSpec
import ModelSpec
import Testing

@Suite struct CostChainTests {
  /// 100 GFLOP/s and 10 GB/s; tiles of one row reach a quarter of the peak, of two rows half, and of
  /// three more than the peak, which only a drift of the machine can have done.
  private let ceiling = Ceiling(
    threads: 2, precision: .f32, peakFlopsPerSecond: 100e9, readBytesPerSecond: 10e9,
    tileRates: ["tile": [25e9, 50e9, 110e9]])

  /// Powers of two, so that every quotient is exact: 1 s of FLOPs, a roofline of 2 s, tiles of 4 s; then
  /// 8 s of multiplying, as much of waiting, as much as both of waking threads, and so on.
  private let sparse = CostChain(
    flopSeconds: 1, rooflineSeconds: 2, tiledSeconds: 4,
    phases: PhaseSeconds(
      productSeconds: 32, productBusySeconds: 8, productWaitingSeconds: 8,
      others: [.router: 32, .dispatchAndCombine: 64]))

  /// A dense layer on one thread: nothing but FLOPs and the engine, which takes twice as long.
  private let dense = CostChain(
    flopSeconds: 4, rooflineSeconds: 4, tiledSeconds: 4,
    phases: PhaseSeconds(
      productSeconds: 8, productBusySeconds: 8, productWaitingSeconds: 0,
      others: [.router: 0, .dispatchAndCombine: 0]))

  /// What is known but for phases that neither side has.
  private let causesOfBoth = Explanation.Cause.known.filter { $0 != .init(.elementwise) }

  @Test func eachCauseMultipliesWhatStandsBeforeIt() {
    let phases: [Phase] = [.router, .dispatchAndCombine]
    #expect(sparse.multipliers(phases: phases)?.map(\.multiplier) == [2, 2, 2, 2, 2, 2, 2])
    #expect(dense.multipliers(phases: phases)?.map(\.multiplier) == [1, 1, 2, 1, 1, 1, 1])
  }

  /// 8 s against 128 s at a FLOP ratio of 4: the realised share is 1/64, times what no phase has.
  @Test func theFactorsAndTheRestAreTheRealisedShare() throws {
    let explanation = try #require(
      Explanation(baseline: dense, candidate: sparse, realisedShare: 0.97 / 64))
    #expect(explanation.factors.map(\.name) == causesOfBoth)
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

  /// A phase that a later workload brings is a cause of its own name, behind the others.
  @Test func anotherPhaseIsAnotherCause() throws {
    var attending = sparse
    let attention = Phase(rawValue: "attention")
    attending.phases.others[attention] = 128
    let explanation = try #require(
      Explanation(baseline: dense, candidate: attending, realisedShare: 0.97 / 128))
    #expect(explanation.factors.map(\.name) == causesOfBoth + [.init(attention)])
    #expect(explanation.factors.last?.factor == 0.5)
    #expect(abs(explanation.rest - 0.97) < 1e-15)
  }

  private func under(_ ceiling: Ceiling) throws -> Ceilings {
    try #require(Ceilings([ceiling], threads: 2))
  }

  /// Tiles of at most three rows.
  private func cut(_ rows: Int, _ format: WeightFormat) -> [Int]? {
    rows <= 3 ? [rows] : [3] + (cut(rows - 3, format) ?? [])
  }

  private var tiles: TileCut { TileCut(engine: "tile", rows: cut) }

  private func work(
    _ count: Int = 1, flops: Int, bytes: Double, byRows: [Int: Double] = [:]
  ) -> [LayerWork] {
    [
      LayerWork(
        count: count,
        operations: [
          Operation(.network, flops: flops, format: .f32, weightBytes: bytes, flopsByRows: byRows)
        ])
    ]
  }

  @Test func aPassOfNothingHasNoExplanation() throws {
    let empty = try #require(CostChain([], phases: .zero, under: under(ceiling), tiles: tiles))
    #expect(empty.multipliers(phases: []) == nil)
    #expect(Explanation(baseline: dense, candidate: empty, realisedShare: 1) == nil)
    #expect(Explanation(baseline: empty, candidate: dense, realisedShare: 1) == nil)
    for share in [0, -1, Double.nan, .infinity] {
      #expect(Explanation(baseline: dense, candidate: sparse, realisedShare: share) == nil)
    }
  }

  /// Two layers of 100 GFLOP: a fifth in no tile, a fifth in tiles of one row at a quarter of the
  /// peak, the rest in tiles of two and three rows: 0.2 + 0.8 + 0.4 + 0.4 s each.
  @Test func tilesOfFewRowsTakeLonger() throws {
    let work = work(
      2, flops: 100_000_000_000, bytes: 1, byRows: [1: 20e9, 2: 20e9, 3: 40e9])
    let under = try under(ceiling)
    #expect(work.flopSeconds(under: under) == 2)
    #expect(work.rooflineSeconds(under: under) == 2)
    #expect(abs(try #require(work.tiledSeconds(under: under, tiles: tiles)) - 3.6) < 1e-14)
  }

  /// Four rows are tiles of three and one, which have three quarters and one quarter of the FLOPs.
  @Test func rowsAreCutIntoTiles() throws {
    let work = work(flops: 100_000_000_000, bytes: 1, byRows: [4: 100e9])
    let seconds = try #require(work.tiledSeconds(under: under(ceiling), tiles: tiles))
    #expect(abs(seconds - (0.75 + 0.25 * 4)) < 1e-14)
  }

  @Test func whereMemoryBoundsTilesCostNothing() throws {
    let work = work(flops: 1_000_000_000, bytes: 10_000_000_000, byRows: [1: 1e9])
    #expect(work.tiledSeconds(under: try under(ceiling), tiles: tiles) == 1)
    #expect(work.rooflineSeconds(under: try under(ceiling)) == 1)
  }

  @Test func withoutTilesTheRooflineStays() throws {
    var unknown = ceiling
    unknown.tileRates = ["another": [1]]
    let work = work(flops: 7, bytes: 0, byRows: [1: 7])
    let roofline = work.rooflineSeconds(under: try under(ceiling))
    #expect(work.tiledSeconds(under: try under(unknown), tiles: tiles) == roofline)
    #expect(
      work.tiledSeconds(under: try under(ceiling), tiles: TileCut(engine: "tile") { _, _ in nil })
        == roofline)
  }

  @Test func phasesAddUpAndScale() {
    let sum = 0.5 * (sparse.phases + sparse.phases)
    #expect(sum == sparse.phases)
    #expect(PhaseSeconds.zero + dense.phases == dense.phases)
  }
}
