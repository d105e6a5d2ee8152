import LayerSpec
import Testing

@testable import ModelSpec

/// Laws that the counts obey whatever the sizes are, and figures from outside.
@Suite struct AccountingTests {
  private func sparse(
    hidden: Int = 24, experts: Int, topK: Int, intermediate: Int = 40, gated: Bool = true,
    shared: Int? = nil, sharedIsGated: Bool = false, latent: Int? = nil
  ) throws -> SparseLayerSpec {
    try SparseLayerSpec(
      hidden: hidden, experts: experts, topK: topK,
      expert: FeedForwardSpec(
        width: latent ?? hidden, intermediate: intermediate, isGated: gated),
      router: RouterPolicy(),
      shared: shared.map {
        .init(network: try FeedForwardSpec(width: hidden, intermediate: $0), isGated: sharedIsGated)
      },
      latent: latent.map { .init(width: $0, inputNormEpsilon: 1e-5, expertNormEpsilon: 1e-8) })
  }

  // MARK: - FLOPs

  @Test func layersAreLinearInTokens() throws {
    let layers: [FFNLayerSpec] = [
      .dense(try FeedForwardSpec(width: 8, intermediate: 12)),
      .sparse(try sparse(experts: 6, topK: 2, shared: 16, sharedIsGated: true)),
    ]
    for layer in layers {
      #expect(layer.matmulFLOPs(tokens: 0) == 0)
      #expect(
        layer.matmulFLOPs(tokens: 3) + layer.matmulFLOPs(tokens: 4)
          == layer.matmulFLOPs(tokens: 7))
    }
  }

  /// With K = E and no router, the experts laid end to end are one dense network of width E·F.
  @Test(arguments: [1, 2, 7]) func allExpertsAreOneDenseNetwork(experts: Int) throws {
    let layer = try sparse(experts: experts, topK: experts)
    let dense = try FeedForwardSpec(width: 24, intermediate: experts * 40)
    let router = 2 * experts * 24
    #expect(FFNLayerSpec.sparse(layer).matmulFLOPsPerToken - router == dense.matmulFLOPsPerToken)
    #expect(layer.routedExpertParameters == dense.parameters)
  }

  @Test func identityExpertsCostNothing() throws {
    let expert = try FeedForwardSpec(width: 8, intermediate: 4)
    let layer = try SparseLayerSpec(
      hidden: 8, experts: 2, identityExperts: 4, topK: 5, expert: expert, router: RouterPolicy())
    #expect(
      FFNLayerSpec.sparse(layer).matmulFLOPsPerToken
        == 2 * 6 * 8 + 2 * expert.matmulFLOPsPerToken)
  }

  @Test func onlyAttentionGrowsFasterThanTokens() throws {
    let model = try #require(Catalogue.architecture(id: "llama3-8b"))
    let one = model.forwardFLOPs(tokens: 1)
    let many = model.forwardFLOPs(tokens: 100)
    #expect(many.ffn == 100 * one.ffn)
    #expect(many.head == 100 * one.head)
    // 2·T² products of keys and of values, 32 layers of 32 heads of 128.
    #expect(many.attention - 100 * one.attention == (100 * 100 - 100) * 4 * 32 * 32 * 128)
    #expect(many.total == many.ffn + many.attention + many.head + many.other)
  }

  @Test func aWindowEndsTheQuadraticGrowth() throws {
    let model = try #require(Catalogue.architecture(id: "gpt-oss-20b"))
    let attention = try #require(model.layers[0].attention)
    let window = 128
    func flops(_ tokens: Int) -> Count {
      attention.operations(tokens: tokens, formats: FormatPlan(.f32))
        .filter { $0.phase == .attention }.reduce(0) { $0 + $1.flops }
    }
    #expect(flops(1001) - flops(1000) == Count(4 * 64 * 64 * window))
  }

  @Test func countsBeyondReachAreRefused() throws {
    let model = try #require(Catalogue.architecture(id: "mixtral-8x7b"))
    #expect(throws: AccountingError.tooManyTokens(.max)) {
      try model.checkedForwardFLOPs(tokens: .max)
    }
    #expect(throws: AccountingError.negativeTokens(-1)) {
      try model.checkedForwardFLOPs(tokens: -1)
    }
    let layer = FFNLayerSpec.sparse(try #require(model.firstRoutedLayer))
    #expect(throws: AccountingError.tooManyTokens(.max)) {
      try layer.checkedMatmulFLOPs(tokens: .max)
    }
    #expect(try layer.checkedMatmulFLOPs(tokens: 21) == layer.matmulFLOPs(tokens: 21))
  }

  /// Figures of the design page: baseline / candidate, one token, no context.
  @Test func museSparkNeedsMoreThanMaverick() throws {
    let candidate = try #require(Catalogue.architecture(id: "muse-spark-open-816b-a42b"))
      .forwardFLOPs(tokens: 1)
    let baseline = try #require(Catalogue.architecture(id: "llama4-maverick"))
      .forwardFLOPs(tokens: 1)
    let whole = Double(baseline.total) / Double(candidate.total)
    let network = Double(baseline.ffn) / Double(candidate.ffn)
    // "About", given with two digits.
    #expect(abs(whole - 0.36) < 0.005)
    #expect(abs(network - 0.41) < 0.005)
  }

  // MARK: - Parameters

  @Test func partsMakeTheWhole() throws {
    for model in Catalogue.architectures {
      #expect(model.activeParameters <= model.totalParameters, "\(model.id)")
      #expect(model.routedExpertParameters < model.totalParameters, "\(model.id)")
      let layers = model.layers.reduce(0) { $0 + $1.parameters }
      #expect(layers < model.totalParameters, "\(model.id)")
      let networks = model.layers.reduce(0) { $0 + $1.feedForwards.count }
      #expect(model.ffnGroups.reduce(0) { $0 + $1.count } == networks, "\(model.id)")
    }
  }

  /// DeepSeek-V3 states 37B active; without the embedding's row, which no product reads, 36.6B.
  @Test func activeLeavesTheEmbeddingOut() throws {
    let model = try #require(Catalogue.architecture(id: "deepseek-v3"))
    let embedding = 129_280 * 7168
    let idle = 58 * (256 - 8) * 3 * 2048 * 7168
    #expect(model.activeParameters == model.totalParameters - embedding - idle)
  }

  // MARK: - Bytes

  private func bytes(
    _ layer: FFNLayerSpec, tokens: Int, experts: Double, _ format: WeightFormat
  ) -> Int {
    LayerWork(
      count: 1,
      operations: layer.operations(
        tokens: tokens, use: ExpertUse(distinctExperts: experts), formats: FormatPlan(format))
    ).bytes
  }

  /// Weights once and activations twice; routers, biases and one-row gates in 32 bits.
  @Test func bytesAreWeightsOnceAndActivationsTwice() throws {
    let dense = FFNLayerSpec.dense(try FeedForwardSpec(width: 8, intermediate: 12, hasBias: true))
    #expect(
      bytes(dense, tokens: 5, experts: 0, .f32)
        == (3 * 8 * 12 + 2 * 12 + 8) * 4 + 2 * 5 * 8 * 4)
    let spec = try sparse(experts: 6, topK: 2, shared: 16, sharedIsGated: true)
    let layer = FFNLayerSpec.sparse(spec)
    #expect(
      bytes(layer, tokens: 1, experts: 2, .bf16)
        == (2 * 3 * 24 * 40 + 3 * 24 * 16) * 2 + (6 * 24 + 24) * 4 + 2 * 24 * 4)
    #expect(bytes(layer, tokens: 0, experts: 6, .f32) == spec.parameters * 4)
    #expect(
      bytes(layer, tokens: 1, experts: 2.5, .f32) * 2
        == bytes(layer, tokens: 1, experts: 2, .f32) + bytes(layer, tokens: 1, experts: 3, .f32))
  }

  // MARK: - Baselines

  @Test func isoBaselinesHaveTheLayersMatrices() throws {
    let plain = try sparse(experts: 6, topK: 2)
    #expect(plain.isoActiveNetwork == (try FeedForwardSpec(width: 24, intermediate: 2 * 40)))
    #expect(plain.isoTotalNetwork == (try FeedForwardSpec(width: 24, intermediate: 6 * 40)))
    let shared = try sparse(experts: 6, topK: 2, shared: 16)
    #expect(shared.isoActiveNetwork.intermediate == 2 * 40 + 16)
    let ungated = try sparse(experts: 6, topK: 2, gated: false, shared: 16)
    // The shared expert's three matrices of 16 are as many as two of 24.
    #expect(ungated.isoActiveNetwork.intermediate == 2 * 40 + 24)
    #expect(!ungated.isoActiveNetwork.isGated)
    let latent = try sparse(experts: 6, topK: 2, latent: 8)
    // 2·3·40·8 + 2·8·24 = 2304 elements over 3·24 a column.
    #expect(latent.isoActiveNetwork.intermediate == 32)
  }

  /// The rounded width misses by at most half a column.
  @Test(arguments: [1, 3, 17, 99]) func isoBaselinesRoundToTheNearestWidth(latent: Int) throws {
    let layer = try sparse(experts: 5, topK: 2, intermediate: 7, latent: latent)
    let exact = 2 * 3 * 7 * latent + 2 * latent * 24
    let missed = abs(layer.isoActiveNetwork.matrixElements - exact)
    #expect(2 * missed <= 3 * 24 || exact < 3 * 24)
  }

  /// Muse Spark's latent projections are no whole number of columns of its experts' width.
  @Test func wideRoundedBaselinesCanBeMeasuredInPart() throws {
    let muse = try #require(Catalogue.architecture(id: "muse-spark-open-816b-a42b"))
    let layer = try #require(muse.firstRoutedLayer)
    let total = layer.isoTotalNetwork
    #expect(total.intermediate % 64 == 0)
    let exact = layer.parameters - layer.routerParameters
    #expect(abs(Double(total.matrixElements) / Double(exact) - 1) < 0.001)
    // Whole numbers of columns stay, whatever they are.
    let odd = try sparse(experts: 1023, topK: 1, intermediate: 41)
    #expect(odd.isoTotalNetwork.intermediate == 1023 * 41)
  }
}
