import LayerSpec
import MoEKernel
import ModelSpec
import Testing

@testable import Runner

@Suite struct CeilingProbeTests {
  private func side(_ format: WeightFormat) throws -> SideResources {
    try SideResources(engine: try TileEngine(forcedLevel: nil), formats: FormatPlan(format))
  }

  /// No figure is held against another one, for the machine that tests may be busy.
  @Test func everyKindIsMeasuredOnceInTheOrderAsked() throws {
    let probe = try #require(
      CeilingProbe(
        pools: [WorkerPool(threads: 1), WorkerPool(threads: 2)],
        sides: [try side(.f32), try side(.bf16)], cacheBytes: 1 << 20))
    let effort = CeilingProbe.Effort(slices: 2)
    let ceilings = probe.measure(effort)
    #expect(ceilings.map(\.threads) == [1, 1, 2, 2])
    #expect(ceilings.map(\.precision) == [.f32, .bf16, .f32, .bf16])
    for ceiling in ceilings {
      #expect(ceiling.peakFlopsPerSecond > 0 && ceiling.peakFlopsPerSecond.isFinite)
      #expect(ceiling.readBytesPerSecond > 0 && ceiling.readBytesPerSecond.isFinite)
    }
    #expect(probe.measureAllThreads(effort).map(\.threads) == [2, 2])
  }

  /// Formats of one arithmetic are bounded by one peak, which is measured once.
  @Test func formatsOfOneArithmeticShareItsPeak() throws {
    let coded = WeightFormat(
      name: "coded", blockElements: 4, blockBytes: 5, roundingError: 0.125, arithmetic: .f32)
    let probe = try #require(
      CeilingProbe(
        threads: 1, formats: [.f32, coded, .bf16],
        machine: MachineIdentity(
          cpu: "test", architecture: "x86_64", cpuSignature: nil, logicalCPUs: 1, effectiveCPUs: 1,
          lastLevelCacheBytes: 1 << 20, memoryBytes: 1 << 34, operatingSystem: "test", kernel: "6",
          hypervisor: nil), nodes: []))
    let ceilings = probe.measure(.token)
    #expect(ceilings.map(\.precision) == [.f32, coded, .bf16])
    #expect(ceilings[0].peakFlopsPerSecond == ceilings[1].peakFlopsPerSecond)
  }

  @Test func aFullProbeMeasuresTheTilesOfAnEngine() throws {
    let side = try side(.bf16)
    let probe = try #require(
      CeilingProbe(pools: [WorkerPool(threads: 2)], sides: [side], cacheBytes: 1 << 20))
    let ceilings = probe.measure(CeilingProbe.Effort(slices: 2, measuresTiles: true))
    #expect(ceilings.map(\.precision) == [.bf16, .f32], "the router's format is measured too")
    #expect(ceilings[1].tileRates.isEmpty, "the tiles are those of networks")
    let rates = try #require(ceilings[0].tileRates["tile"])
    let most = try #require(side.engine.tileRows(of: 1000, format: .bf16)?.max())
    #expect(rates.count == most)
    for rate in rates { #expect(rate > 0 && rate.isFinite) }
    for ceiling in probe.measure(CeilingProbe.Effort(slices: 2)) {
      #expect(ceiling.tileRates.isEmpty)
    }
  }

  @Test func oneFlukeIsNoCeiling() {
    let cases: [(rates: [Double], ceiling: Double)] = [
      ([], 0), ([3], 0), ([3, 1], 1), ([1, 2, 9, 3], 3), ([5, 5], 5),
    ]
    for (rates, ceiling) in cases { #expect(CeilingProbe.secondBest(of: rates) == ceiling) }
  }

  @Test(arguments: [(0, 256 << 20), (32 << 20, 256 << 20), (96 << 20, 768 << 20), (.max, .max)])
  func theMemoryIsManyTimesTheCaches(cache: Int, bytes: Int) {
    #expect(CeilingProbe.bufferBytes(cacheBytes: cache) == bytes)
  }
}
