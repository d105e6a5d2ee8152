import LayerSpec
import MoEKernel
import ModelSpec
import Testing

@testable import Runner

@Suite struct TileFLOPsTests {
  private func engine() throws -> (engine: Engine, mostRows: Int) {
    let engine = Engine.tile(try TileEngine(forcedLevel: nil, precision: .f32))
    return (engine, try #require(engine.tileRows(of: 1000)?.max()))
  }

  private func sparse(
    shared: FeedForwardSpec? = nil, latent: SparseLayerSpec.Latent? = nil
  ) throws -> SparseLayerSpec {
    try SparseLayerSpec(
      hidden: 8, experts: 4, topK: 2,
      expert: FeedForwardSpec(width: latent?.width ?? 8, intermediate: 10),
      router: RouterPolicy(), shared: shared.map { .init(network: $0) }, latent: latent)
  }

  @Test func aDenseLayerHasAllTokensAsRows() throws {
    let (engine, most) = try engine()
    let network = try FeedForwardSpec(width: 8, intermediate: 10)
    let layer = FFNLayerSpec.dense(network)
    let flops = layer.tileFLOPs(tokens: 2 * most, batches: [], engine: engine)
    #expect(flops.count == most)
    #expect(flops.dropLast().allSatisfy { $0 == 0 })
    #expect(flops.last == Double(layer.matmulFLOPs(tokens: 2 * most)))
    #expect(layer.tileFLOPs(tokens: 0, batches: [], engine: engine).isEmpty)
  }

  /// Two batches: experts of 1, 2 and 1 tokens, and one of 2 and one of 2 tokens.
  @Test func eachExpertIsCutAlone() throws {
    let (engine, _) = try engine()
    let layer = try sparse()
    let flops = FFNLayerSpec.sparse(layer).tileFLOPs(
      tokens: 2,
      batches: [[1, 2, 0, 1], [0, 2, 2, 0]].map(RoutingStatistics.init(tokensPerExpert:)),
      engine: engine)
    let row = Double(layer.expert.matmulFLOPsPerToken)
    #expect(flops == [row, 3 * row])
  }

  /// Everything but the router is multiplied in tiles.
  @Test func sharedExpertsAndProjectionsCountToo() throws {
    let (engine, _) = try engine()
    let shared = try FeedForwardSpec(width: 8, intermediate: 6)
    let layers = [
      try sparse(shared: shared),
      try sparse(latent: .init(width: 4, inputNormEpsilon: 1e-6, expertNormEpsilon: 1e-6)),
    ]
    for layer in layers {
      let flops = FFNLayerSpec.sparse(layer).tileFLOPs(
        tokens: 3, batches: [RoutingStatistics(tokensPerExpert: [3, 1, 1, 1])], engine: engine)
      let router = 2 * layer.choices * layer.hidden
      #expect(flops.reduce(0, +) == Double(3 * (layer.matmulFLOPsPerToken - router)))
    }
  }

  @Test func anEngineWithoutTilesHasNone() throws {
    let engine = Engine.blas(try BLASLibrary.open())
    let flops = FFNLayerSpec.sparse(try sparse()).tileFLOPs(
      tokens: 2, batches: [RoutingStatistics(tokensPerExpert: [1, 1, 1, 1])], engine: engine)
    #expect(flops.isEmpty)
  }
}
