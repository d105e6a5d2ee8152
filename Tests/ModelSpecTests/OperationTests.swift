import LayerSpec
import ModelSpec
import Testing

/// Operations are the one basis of FLOPs, bytes, roofline and tiles.
@Suite struct OperationTests {
  private let f32 = FormatPlan(.f32)

  private func sparse(
    shared: SparseLayerSpec.Shared? = nil, latent: SparseLayerSpec.Latent? = nil,
    hasBias: Bool = false
  ) throws -> SparseLayerSpec {
    try SparseLayerSpec(
      hidden: 8, experts: 4, topK: 2,
      expert: FeedForwardSpec(width: latent?.width ?? 8, intermediate: 10, hasBias: hasBias),
      router: RouterPolicy(), shared: shared, latent: latent)
  }

  @Test func aDenseLayerHasAllTokensAsRows() throws {
    let layer = FFNLayerSpec.dense(try FeedForwardSpec(width: 8, intermediate: 10))
    let operations = layer.operations(
      tokens: 24, use: ExpertUse(distinctExperts: 0), formats: f32)
    #expect(operations.map(\.phase) == [.network])
    #expect(operations[0].flopsByRows == [24: Double(layer.matmulFLOPs(tokens: 24))])
    #expect(operations[0].weightBytes == 3 * 80 * 4)
    #expect(operations[0].activationBytes == 2 * 24 * 8 * 4)
  }

  /// Two batches: experts of 1, 2 and 1 tokens, and one of 2 and one of 2 tokens.
  @Test func expertsAreCountedByTheirTokens() throws {
    let layer = try sparse()
    let use = ExpertUse(tokensPerExpert: [[1, 2, 0, 1], [0, 2, 2, 0]])
    #expect(use.distinctExperts == 2.5)
    let operations = FFNLayerSpec.sparse(layer).operations(tokens: 2, use: use, formats: f32)
    let row = Double(layer.expert.matmulFLOPsPerToken)
    #expect(operations.map(\.phase) == [.router, .network])
    #expect(operations[1].flopsByRows == [1: row, 2: 3 * row])
    #expect(operations[1].weightBytes == 2.5 * Double(layer.expert.parameters) * 4)
  }

  /// Everything but the router is multiplied in tiles.
  @Test func sharedExpertsAndProjectionsCountToo() throws {
    let shared = SparseLayerSpec.Shared(
      network: try FeedForwardSpec(width: 8, intermediate: 6), isGated: true)
    let layers = [
      try sparse(shared: shared),
      try sparse(latent: .init(width: 4, inputNormEpsilon: 1e-6, expertNormEpsilon: 1e-6)),
    ]
    for layer in layers {
      let operations = FFNLayerSpec.sparse(layer).operations(
        tokens: 3, use: ExpertUse(tokensPerExpert: [[3, 1, 1, 1]]), formats: f32)
      let tiled = operations.flatMap { $0.flopsByRows.values }.reduce(0, +)
      let router = operations.filter { $0.phase == .router }.reduce(0) { $0 + $1.flops }
      let all = operations.reduce(0) { $0 + $1.flops }
      #expect(tiled == Double(all - router))
      #expect(all == FFNLayerSpec.sparse(layer).matmulFLOPs(tokens: 3))
    }
  }

  /// Routers, biases and norms are stored in 32 bits whatever the networks are.
  @Test func everyRoleCountsInItsOwnFormat() throws {
    let layer = try sparse(hasBias: true)
    func bytes(_ formats: FormatPlan) -> Double {
      FFNLayerSpec.sparse(layer).operations(
        tokens: 0, use: ExpertUse(distinctExperts: 4), formats: formats
      ).reduce(0) { $0 + $1.weightBytes }
    }
    let expert = layer.expert
    #expect(bytes(f32) == Double(layer.parameters) * 4)
    #expect(
      bytes(FormatPlan(.bf16))
        == Double(4 * (expert.matrixElements * 2 + expert.biasElements * 4) + 4 * 8 * 4))
  }

  @Test func blocksCountWhole() throws {
    let blocks = WeightFormat(
      name: "blocks", blockElements: 5, blockBytes: 7, roundingError: 0, arithmetic: .f32)
    #expect(blocks.bytes(rows: 3, columns: 10) == 42)
    #expect(blocks.bytes(rows: 3, columns: 11) == nil)
    #expect(blocks.bytes(rows: .max, columns: 10) == nil)
    #expect(WeightFormat(named: "later").bytes(rows: 1, columns: 1) == nil)
    #expect(WeightFormat(named: "bf16").bytes(rows: 2, columns: 3) == 12)
  }
}
