import LayerSpec
import MoEKernel
import ModelSpec
import Statistics
import Testing

@testable import Runner

/// A traced router must send every token where the trace says, whatever kind of router it is.
@Suite struct TraceReplayTests {
  private static let hidden = 64

  private func layer(_ router: RouterPolicy, experts: Int = 16, topK: Int) throws -> SparseLayerSpec
  {
    try SparseLayerSpec(
      hidden: Self.hidden, experts: experts, topK: topK,
      expert: FeedForwardSpec(width: Self.hidden, intermediate: 8), router: router)
  }

  /// A trace of tokens whose experts lie in few groups of four, as group-limited routers need.
  private func trace(tokens: Int, topK: Int, experts: Int = 16) throws -> RoutingTrace {
    var generator = SeededGenerator(seed: 11, purpose: "trace")
    let lines = (0..<tokens).map { _ -> String in
      let group = Int.random(in: 0..<experts / 8, using: &generator) * 4
      let ids = (group..<group + 8).shuffled(using: &generator).prefix(topK)
      return ids.map(String.init).joined(separator: ",")
    }
    let recorded = try RecordedRouting(parsing: Array(lines.joined(separator: "\n").utf8))
    return try #require(try recorded.routing(ofLayer: nil, name: "trace").trace)
  }

  /// Routers of Mixtral, Granite, gpt-oss, DeepSeek-V2, V3 and V4, Phi-3.5, Muse Spark and one with a
  /// soft cap.
  private static let routers: [(RouterPolicy, Int)] = [
    (RouterPolicy(), 4), (RouterPolicy(score: .softmaxOverSelected), 8),
    (RouterPolicy(score: .softmaxOverSelected, hasBias: true), 4),
    (
      RouterPolicy(groups: .init(count: 4, kept: 2, score: .maximum, maskedChoice: 0)), 3
    ),
    (
      RouterPolicy(
        score: .sigmoid, hasSelectionBias: true, groups: .init(count: 4, kept: 2, score: .topTwoSum)
      ),
      5
    ),
    (RouterPolicy(score: .sqrtSoftplus, hasSelectionBias: true), 6),
    (RouterPolicy(score: .sparseMixer(jitter: 0.01)), 2), (RouterPolicy(logitMultiplier: 0.1), 1),
    (RouterPolicy(softcap: 30), 4),
  ]

  @Test(arguments: routers.indices)
  func theEngineRoutesAsTheTraceSays(_ index: Int) throws {
    let (router, topK) = Self.routers[index]
    let spec = try layer(router, topK: topK)
    let trace = try trace(tokens: 37, topK: topK)
    let pool = WorkerPool(threads: 1)
    let layer = SparseLayer(
      spec: spec, seed: 3, residentExperts: 16,
      engine: BLASEngine(library: try BLASLibrary.open()), formats: FormatPlan(.f32), pool: pool)
    let workspace = layer.makeWorkspace(maxTokens: 20, pool: pool)
    let inputs = RoutedInputs(
      router: layer.routerWeights.elements, choices: spec.choices, hidden: spec.hidden)
    var draw = RoutingDraw(.trace(trace), choices: 16, topK: topK, seed: 5)
    var noise = SeededGenerator(seed: 5, purpose: "activations")
    var cursor = TraceCursor(trace, seed: 5)
    for _ in 0..<3 {
      let (input, output) = (
        Matrix(rows: 20, columns: Self.hidden), Matrix(rows: 20, columns: Self.hidden)
      )
      for row in 0..<20 {
        let logits = draw.nextLogits().map { $0 / router.logitMultiplier }
        input.setRow(row, to: inputs.activations(logits: logits, noise: &noise))
      }
      layer.forward(input, into: output, workspace: workspace, pool: pool)
      for token in 0..<20 {
        #expect(workspace.experts(ofToken: token) == cursor.next().map(Int.init).sorted())
      }
    }
  }

  private func prepared(_ spec: SparseLayerSpec) throws -> any PreparedPass {
    let plan = try #require(
      LayerPlan(
        PlannedLayer(FeedForwardLayer(.sparse(spec)), count: 1), divisor: 1, residence: .whole,
        cacheBytes: 16 << 10, formats: FormatPlan(.f32)))
    return plan.measured.prepare(
      plan, for: workload,
      with: PassResources(
        engine: BLASEngine(library: try BLASLibrary.open()), formats: FormatPlan(.f32),
        pool: WorkerPool(threads: 1), seed: 1))
  }

  private let workload = Workload(.feedForward, tokens: 10)

  /// Seven tokens, so that four batches of ten go round the trace and begin where the last ended.
  @Test func batchesAreConsecutiveAndCyclic() throws {
    let pass = try prepared(layer(RouterPolicy(), topK: 4))
    let trace = try trace(tokens: 7, topK: 4)
    pass.load(workload, routing: .trace(trace), seed: 9)
    try pass.check(seed: 1)
    var generator = SeededGenerator(seed: 9, purpose: "place in the trace")
    var next = Int.random(in: 0..<7, using: &generator)
    let expected = (0..<Batches.count).map { _ in
      var counts = [Int](repeating: 0, count: 16)
      for _ in 0..<10 {
        for expert in trace.experts(ofToken: next) { counts[Int(expert)] += 1 }
        next = (next + 1) % 7
      }
      return RoutingStatistics(tokensPerExpert: counts)
    }
    #expect(pass.routingStatistics == expected)
    pass.load(workload, routing: .uniform, seed: 9)
    try pass.check(seed: 1)
  }

  @Test func theSeedDecidesWhereATraceBegins() throws {
    let trace = try trace(tokens: 100, topK: 4)
    let starts = (0..<20).map { seed in
      var cursor = TraceCursor(trace, seed: UInt64(seed))
      return cursor.next().startIndex / 4
    }
    #expect(Set(starts).count > 10)
    #expect(starts.allSatisfy { (0..<100).contains($0) })
  }

  /// A layer of width 2 has no inputs that give eight logits any values.
  @Test func aRouterThatCannotFollowIsFoundOut() throws {
    let spec = try SparseLayerSpec(
      hidden: 2, experts: 16, topK: 4, expert: FeedForwardSpec(width: 2, intermediate: 8),
      router: RouterPolicy())
    let pass = try prepared(spec)
    pass.load(workload, routing: .trace(try trace(tokens: 30, topK: 4)), seed: 1)
    let fault = #expect(throws: PassFault.self) { try pass.check(seed: 1) }
    guard case .misrouted = fault else {
      Issue.record("not found out: \(String(describing: fault))")
      return
    }
  }

  @Test func plantedLogitsLeaveAGapAroundZero() {
    var noise = SeededGenerator(seed: 1, purpose: "noise")
    let chosen: [UInt16] = [5, 0, 63]
    let logits = PlantedLogits.planting(chosen, choices: 64, noise: &noise)
    let others = logits.indices.filter { !chosen.contains(UInt16($0)) }
    // Two roundings of numbers below 16.
    #expect(abs((chosen.map { logits[Int($0)] }.min() ?? 0) - PlantedLogits.gap / 2) < 1e-14)
    #expect(abs((others.map { logits[$0] }.max() ?? 0) + PlantedLogits.gap / 2) < 1e-14)
    #expect(PlantedLogits.planting([0, 1], choices: 2, noise: &noise).allSatisfy { $0 > 1.9 })
  }
}
