import LayerSpec
import MoEKernel
import ModelSpec
import Testing

@testable import Runner

@Suite struct PreparedFeedForwardTests {
  private func plan() throws -> LayerPlan {
    let layer = try SparseLayerSpec(
      hidden: 32, experts: 16, topK: 2, expert: FeedForwardSpec(width: 32, intermediate: 8),
      router: RouterPolicy())
    return try #require(
      LayerPlan(
        PlannedLayer(FeedForwardLayer(.sparse(layer)), count: 1), divisor: 1, residence: .whole,
        cacheBytes: 16 << 10, formats: FormatPlan(.f32)))
  }

  private func prepared(_ plan: LayerPlan) throws -> any PreparedPass {
    plan.measured.prepare(
      plan, for: Workload(.feedForward, tokens: 8),
      with: PassResources(
        engine: try TileEngine(forcedLevel: nil), formats: FormatPlan(.f32),
        pool: WorkerPool(threads: 1), seed: 1))
  }

  /// Inputs are made for one router, and every copy that passes meet has the same one.
  @Test func everyBatchIsRoutedAsWanted() throws {
    let plan = try plan()
    #expect(plan.copies == 11)
    let pass = try prepared(plan)
    pass.load(Workload(.feedForward, tokens: 8), routing: .single, seed: 1)
    #expect(pass.routingStatistics.map(\.distinctExperts) == [2, 2, 2, 2])
    for number in 0..<4 { _ = pass.pass(number) }
    try pass.check(seed: 1)
    #expect(pass.routingStatistics.map(\.distinctExperts) == [2, 2, 2, 2])
  }

  /// What a pass asks of the machine is counted with the experts that its batches reach.
  @Test func operationsFollowTheBatches() throws {
    let pass = try prepared(try plan())
    pass.load(Workload(.feedForward, tokens: 8), routing: .single, seed: 1)
    let network = try #require(pass.operations.first { $0.phase == .network })
    #expect(network.weightBytes == Double(2 * 3 * 32 * 8 * 4))
    #expect(network.flopsByRows == [8: Double(network.flops)])
  }
}
