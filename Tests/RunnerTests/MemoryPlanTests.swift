import LayerSpec
import MoEKernel
import ModelSpec
import Testing

@testable import Runner

@Suite struct MemoryPlanTests {
  /// The tile engine, which every machine has.
  private let engine: any Engine

  init() throws {
    engine = try TileEngine(forcedLevel: nil)
  }

  private func sparse(experts: Int = 16, topK: Int = 2, width: Int = 64, units: Int = 128) throws
    -> PlannedLayer
  {
    let expert = try FeedForwardSpec(width: width, intermediate: units)
    return PlannedLayer(
      FeedForwardLayer(
        .sparse(
          try SparseLayerSpec(
            hidden: width, experts: experts, topK: topK, expert: expert, router: RouterPolicy()))),
      count: 1)
  }

  private func dense(units: Int = 256) throws -> PlannedLayer {
    PlannedLayer(
      FeedForwardLayer(.dense(try FeedForwardSpec(width: 64, intermediate: units))), count: 1)
  }

  /// One expert of 64×128 has 3·64·128·4 bytes = 96 KiB.
  private let expertBytes = 96 << 10

  private func limits(memory: Int, cache: Int = 1 << 10) throws -> MemoryPlan.Limits {
    let side = try SideResources(engine: engine, formats: FormatPlan(.f32))
    return MemoryPlan.Limits(
      memoryBytes: memory, cacheBytes: cache, workload: Workload(.feedForward, tokens: 1),
      threads: 1, baseline: side, candidate: side)
  }

  @Test func whatFitsIsKeptWhole() throws {
    let plan = try MemoryPlan.fitting(
      "test", baseline: [dense()], candidate: [sparse()], limits: try limits(memory: 1 << 30))
    #expect(plan.divisor == 1)
    #expect(plan.candidate[0].residentSegments == 16)
    #expect(plan.candidate[0].residentDescription == nil)
  }

  @Test func aLayerBeyondTheMemoryKeepsFewerExperts() throws {
    let allowed = try limits(memory: 10 * expertBytes)
    let plan = try MemoryPlan.fitting(
      "test", baseline: [dense()], candidate: [sparse()], limits: allowed)
    let resident = try #require(plan.candidate[0].residentSegments)
    #expect(resident >= 2 && resident < 10)
    #expect(plan.bytes(allowed) <= allowed.memoryBytes)
  }

  /// Experts in memory are together at least eight caches, and at least K; where another process reads as much in
  /// between, half as many.
  @Test(arguments: [
    (Residence.fewest, 1, 2), (.fewest, 96 << 10, 8), (.fewest, 1 << 20, 16),
    (.alternating, 1, 2), (.alternating, 96 << 10, 4), (.alternating, 1 << 20, 16),
  ])
  func theFewestExpertsExceedTheCache(residence: Residence, cache: Int, experts: Int) throws {
    let plan = try #require(
      MemoryPlan(
        baseline: [dense()], candidate: [sparse()], divisor: 1,
        residence: residence, limits: try limits(memory: 1 << 30, cache: cache)))
    #expect(plan.candidate[0].residentSegments == experts)
  }

  /// A dense layer of 192 KiB needs six copies to be eight caches of 128 KiB, and three to be four.
  @Test(arguments: [(Residence.whole, 6), (.fewest, 6), (.alternating, 3)])
  func smallLayersAreCopied(residence: Residence, copies: Int) throws {
    let plan = try #require(
      MemoryPlan(
        baseline: [dense()], candidate: [sparse()], divisor: 1,
        residence: residence, limits: try limits(memory: 1 << 30, cache: 128 << 10)))
    #expect(plan.baseline[0].copies == copies)
    #expect(plan.baseline[0].weightBytes == copies * 192 << 10)
    #expect(plan.baseline[0].mayStayInCache == (residence == .alternating))
  }

  /// Two experts of 96 KiB and a shared one are read by each pass, beside eight that stay: 288 KiB come between two
  /// reads of the shared one, so that eight caches of 128 KiB take four copies, unless memory is short.
  @Test(arguments: [(Residence.whole, 4), (.enough, 4), (.fewest, 1), (.alternating, 1)])
  func whatEveryPassReadsLeavesTheCachesToo(residence: Residence, copies: Int) throws {
    let expert = try FeedForwardSpec(width: 64, intermediate: 128)
    let layer = try SparseLayerSpec(
      hidden: 64, experts: 10, topK: 2, expert: expert, router: RouterPolicy(),
      shared: SparseLayerSpec.Shared(network: expert))
    let plan = try #require(
      LayerPlan(
        PlannedLayer(FeedForwardLayer(.sparse(layer)), count: 1), divisor: 1, residence: residence,
        cacheBytes: 128 << 10, formats: FormatPlan(.f32)))
    #expect(plan.copies == copies)
  }

  /// Of a layer of which passes read next to nothing, copies come to 32 caches and no more.
  @Test func copiesOfManyExpertsAreBounded() throws {
    let expert = try FeedForwardSpec(width: 64, intermediate: 128)
    let layer = try SparseLayerSpec(
      hidden: 64, experts: 128, topK: 1, expert: expert, router: RouterPolicy(),
      shared: SparseLayerSpec.Shared(network: expert))
    let plan = try #require(
      LayerPlan(
        PlannedLayer(FeedForwardLayer(.sparse(layer)), count: 1), divisor: 1, residence: .whole,
        cacheBytes: 1 << 20, formats: FormatPlan(.f32)))
    // 129 networks of 96 KiB and a router are 12.1 MiB; reads of 224 KiB would want 37 copies.
    #expect(plan.copies == 3)
  }

  /// 1024 copies of 192 KiB are 192 MiB: eight caches of 24 MiB, and no more.
  @Test(arguments: [(24 << 20, false), (24 << 20 + 1, true), (1 << 40, true)])
  func copiesAreBounded(cache: Int, mayStay: Bool) throws {
    let plan = try #require(
      LayerPlan(
        dense(), divisor: 1, residence: .fewest, cacheBytes: cache, formats: FormatPlan(.f32)))
    #expect(plan.copies == 1024)
    #expect(plan.mayStayInCache == mayStay)
  }

  @Test func bothSidesAreNarrowedAlike() throws {
    let plan = try MemoryPlan.fitting(
      "test", baseline: [dense(units: 64 << 10)], candidate: [sparse()],
      limits: try limits(memory: 16 << 20))
    #expect(plan.divisor > 1)
    #expect((plan.baseline + plan.candidate).allSatisfy { $0.divisor == plan.divisor })
  }

  @Test func whatCannotFitIsRefusedWithItsArithmetic() throws {
    let error = #expect(throws: PlanError.self) {
      try MemoryPlan.fitting(
        "a against b", baseline: [dense()], candidate: [sparse()],
        limits: try limits(memory: 16 << 10))
    }
    let sentence = try #require(error).description
    #expect(sentence.hasPrefix("a against b does not fit the memory"))
    #expect(sentence.contains("2 of 16 experts"))
    #expect(sentence.contains("16.0 KiB"))
    #expect(sentence.contains("not even a pass of 1 token fits"))
  }

  /// The number of tokens that a refusal names fits, and one more does not.
  @Test func theLargestSizeThatFitsIsTold() throws {
    var limits = try limits(memory: 4 << 20)
    limits.workload.tokens = 1 << 20
    func fit() throws {
      _ = try MemoryPlan.fitting(
        "test", baseline: [dense()], candidate: [sparse()], limits: limits)
    }
    let error = try #require(#expect(throws: PlanError.self) { try fit() })
    guard case .memory(_, _, _, _, .atMost(let most), _) = error else {
      Issue.record("refused for another reason: \(error)")
      return
    }
    limits.workload.tokens = try #require(most[.tokens])
    #expect("\(error)".contains("--tokens of at most \(limits.workload.tokens)"))
    #expect(throws: Never.self) { try fit() }
    limits.workload.tokens += 1
    #expect(throws: PlanError.self) { try fit() }
  }

  /// What a refusal advises fits every pairing of the run, not the one alone that was refused.
  @Test func theLargestSizeFitsAllPairings() throws {
    var limits = try limits(memory: 4 << 20)
    limits.workload.tokens = 1 << 20
    let (small, large) = (
      PairedLayers(baseline: [try dense()], candidate: [try sparse()]),
      PairedLayers(baseline: [try dense(units: 3 << 10)], candidate: [try sparse()])
    )
    func most(_ others: [PairedLayers]) throws -> Int {
      let error = try #require(
        #expect(throws: PlanError.self) {
          try MemoryPlan.fitting(
            "test", baseline: small.baseline, candidate: small.candidate, limits: limits,
            others: others)
        })
      guard case .memory(_, _, _, _, .atMost(let most), _) = error else { return 0 }
      return most[.tokens] ?? 0
    }
    let (alone, together) = (try most([]), try most([small, large]))
    #expect(together < alone)
    limits.workload.tokens = together
    for layers in [small, large] {
      #expect(throws: Never.self) {
        try MemoryPlan.fitting(
          "test", baseline: layers.baseline, candidate: layers.candidate, limits: limits)
      }
    }
  }

  /// A width that does not divide keeps the other side wide: both have the same fraction, or none.
  @Test func aSideThatCannotBeNarrowedKeepsTheOtherWide() throws {
    let error = #expect(throws: PlanError.self) {
      try MemoryPlan.fitting(
        "test", baseline: [dense(units: 3)], candidate: [sparse()], limits: try limits(memory: 1))
    }
    #expect(!"\(try #require(error))".contains(" at 1/"))
  }

  /// Sizes that cannot be counted are refused, not trapped on, and nothing is allocated.
  @Test func sizesBeyondAddressingAreRefused() throws {
    let huge = try sparse(experts: 1 << 40, width: 1 << 8, units: 1 << 8)
    #expect(throws: PlanError.self) {
      try MemoryPlan.fitting(
        "huge", baseline: [dense()], candidate: [huge], limits: try limits(memory: 1 << 30))
    }
    var many = try limits(memory: 1 << 30)
    many.workload.tokens = .max / 2
    #expect(throws: PlanError.self) {
      try MemoryPlan.fitting("many", baseline: [dense()], candidate: [sparse()], limits: many)
    }
  }

  @Test func widthsAreDividedExactlyOrNotAtAll() throws {
    let layer = FFNLayerSpec.dense(try FeedForwardSpec(width: 64, intermediate: 24))
    let eighth = FFNLayerSpec.dense(try FeedForwardSpec(width: 64, intermediate: 3))
    #expect(layer.dividingWidth(by: 8) == eighth)
    #expect(layer.dividingWidth(by: 16) == nil)
  }

  @Test(arguments: [
    (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (8 << 30, "8.0 GiB"), (.max, "8.0 EiB"),
  ])
  func bytesReadWell(bytes: Int, text: String) {
    #expect(ByteCount(bytes).description == text)
  }

  /// Measuring ceilings takes its memory out of the same limit, and the refusal says so.
  @Test func ceilingsCountAsMemory() throws {
    var allowed = try limits(memory: 1 << 30)
    let layers = try MemoryPlan.fitting(
      "test", baseline: [dense()], candidate: [sparse()], limits: allowed
    ).bytes(allowed)
    allowed.ceilingBytes = 256 << 20
    let plan = try MemoryPlan.fitting(
      "test", baseline: [dense()], candidate: [sparse()], limits: allowed)
    #expect(plan.bytes(allowed) == layers + (256 << 20))
    allowed.memoryBytes = 256 << 20
    let error = #expect(throws: PlanError.self) {
      try MemoryPlan.fitting(
        "test", baseline: [dense()], candidate: [sparse()], limits: allowed)
    }
    #expect(try #require(error).description.contains("measuring read bandwidth takes 256.0 MiB"))
  }
}
