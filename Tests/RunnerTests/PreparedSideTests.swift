import LayerSpec
import MoEKernel
import ModelSpec
import Testing

@testable import Runner

@Suite struct PreparedSideTests {
  private let workload = Workload(.feedForward, tokens: 4)

  /// Three layers of a routed shape and one dense one, both at half of their width.
  private func side() throws -> PreparedSide {
    let network = try FeedForwardSpec(width: 32, intermediate: 64)
    let layer = try SparseLayerSpec(
      hidden: 32, experts: 8, topK: 2, expert: network, router: RouterPolicy())
    let resources = PassResources(
      engine: try TileEngine(forcedLevel: nil), formats: FormatPlan(.f32),
      pool: WorkerPool(threads: 2), seed: 1)
    let planned = [
      PlannedLayer(FeedForwardLayer(.sparse(layer)), count: 3),
      PlannedLayer(FeedForwardLayer(.dense(network)), count: 1),
    ]
    let side = PreparedSide(
      layers: try planned.map { layer in
        let plan = try #require(
          LayerPlan(
            layer, divisor: 2, residence: .whole, cacheBytes: 1 << 10, formats: resources.formats))
        return PreparedLayer(
          plan: plan, pass: plan.measured.prepare(plan, for: workload, with: resources))
      })
    side.load(workload, routing: .uniform, seed: 1)
    return side
  }

  @Test func phasesAreWithinTheSecondsOfTheirPasses() throws {
    let side = try side()
    #expect(side.phases(ofPass: 1) == nil, "no pass was run")
    _ = side.trial()
    #expect(side.phases(ofPass: 1) == nil, "a trial is not measured")
    let seconds = (0..<5).map(side.pass).reduce(0, +)
    let phases = try #require(side.phases(ofPass: seconds))
    let sum = phases.productSeconds + phases[.router] + phases[.dispatchAndCombine]
    // A phase is a difference of readings in whole nanoseconds; 20 layers are timed in all, their
    // products twice for half of the width.
    #expect(sum > 0 && sum <= seconds + 40e-9)
    #expect(phases.productBusySeconds > 0 && phases.productWaitingSeconds >= 0)
    #expect(
      phases.productBusySeconds + phases.productWaitingSeconds <= phases.productSeconds + 40e-9)
    let half = try #require(side.phases(ofPass: seconds / 2))
    #expect(abs(half.productSeconds / phases.productSeconds - 0.5) < 1e-14)
    side.load(workload, routing: .uniform, seed: 1)
    #expect(side.phases(ofPass: 1) == nil, "what was loaded is another cell")
  }
}
