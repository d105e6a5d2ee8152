import LayerSpec
import MoEKernel
import ModelSpec
import Testing

@testable import Runner

@Suite struct LayerInstanceTests {
  /// Inputs are made for one router, so every copy that they meet must have the same one.
  @Test func everyCopyRoutesAsWanted() throws {
    let layer = try SparseLayerSpec(
      hidden: 32, experts: 16, topK: 2, expert: FeedForwardSpec(width: 32, intermediate: 8),
      router: RouterPolicy())
    let plan = try #require(
      LayerPlan(
        FFNGroup(layer: .sparse(layer), count: 1), divisor: 1, expertBytes: .max,
        cacheBytes: 16 << 10, precision: .f32))
    #expect(plan.copies == 3)
    let instance = LayerInstance(
      plan: plan, mostTokens: 8, engine: .blas(try BLASLibrary.open()),
      pool: WorkerPool(threads: 1), seed: 1)
    instance.load(tokens: 8, routing: .single, seed: 1)
    for copy in 0..<plan.copies {
      #expect(instance.routingStatistics(ofCopy: copy).map(\.distinctExperts) == [2, 2, 2, 2])
    }
  }
}
