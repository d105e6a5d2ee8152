import LayerSpec
import Testing

/// A layer with a name, for parameterised tests.
struct LayerCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let spec: SparseLayerSpec

  /// 12 experts of odd sizes that no block or vector divides, unless a case says otherwise.
  init(
    _ name: String, experts: Int = 12, identity: Int = 0, topK: Int = 3, width: Int = 37,
    activation: Activation = .silu, isGated: Bool = true, hasBias: Bool = false,
    router: RouterPolicy = RouterPolicy(), shared: SparseLayerSpec.Shared? = nil,
    latent: SparseLayerSpec.Latent? = nil
  ) throws {
    testDescription = name
    spec = try SparseLayerSpec(
      hidden: 37, experts: experts, identityExperts: identity, topK: topK,
      expert: FeedForwardSpec(
        width: width, intermediate: 29, isGated: isGated, activation: activation, hasBias: hasBias),
      router: router, shared: shared, latent: latent)
  }

  static let all: [LayerCase] = (try? cases()) ?? []

  private static func cases() throws -> [LayerCase] {
    let shared = try FeedForwardSpec(width: 37, intermediate: 41)
    let groups = { (score: RouterPolicy.Groups.Score, masked: Float) in
      RouterPolicy.Groups(count: 4, kept: 2, score: score, maskedChoice: masked)
    }
    return [
      try LayerCase("softmax"),
      try LayerCase("softmax, normalised", router: .init(normalization: .sum(epsilon: 0))),
      try LayerCase("softmax over the selected", router: .init(score: .softmaxOverSelected)),
      try LayerCase(
        "DeepSeek-V2: groups by maximum, masked to 0, scaled",
        router: .init(groups: groups(.maximum, 0), scaling: 16)),
      try LayerCase(
        "DeepSeek-V3: sigmoid, bias, groups by top two, normalised, scaled",
        router: .init(
          score: .sigmoid, hasSelectionBias: true, groups: groups(.topTwoSum, -.infinity),
          normalization: .sum(epsilon: 1e-20), scaling: 2.5),
        shared: .init(network: shared)),
      try LayerCase(
        "DeepSeek-V4: square root of softplus",
        activation: .clampedSiLU(limit: 0.5),
        router: .init(
          score: .sqrtSoftplus, hasSelectionBias: true, normalization: .sum(epsilon: 1e-20))),
      try LayerCase(
        "Qwen2: gated shared expert", shared: .init(network: shared, isGated: true)),
      try LayerCase(
        "Llama 4: sigmoid on the input", topK: 1,
        router: .init(score: .sigmoid, application: .input), shared: .init(network: shared)),
      try LayerCase(
        "gpt-oss: biases and clamps", activation: .clampedSwiGLU(alpha: 1.702, limit: 0.7),
        hasBias: true, router: .init(score: .softmaxOverSelected, hasBias: true)),
      try LayerCase(
        "Muse Spark: latent experts", width: 21,
        router: .init(
          score: .sigmoid, logitMultiplier: 0.17678, hasSelectionBias: true,
          normalization: .sum(epsilon: 1e-15)),
        latent: .init(width: 21, inputNormEpsilon: 1e-6, expertNormEpsilon: 1e-8)),
      try LayerCase(
        "latent experts and a shared one", width: 21, shared: .init(network: shared),
        latent: .init(width: 21, inputNormEpsilon: 1e-6, expertNormEpsilon: 1e-8)),
      try LayerCase("Phi: sparse mixer", topK: 2, router: .init(score: .sparseMixer(jitter: 0.2))),
      try LayerCase(
        "ERNIE: clamped sum",
        router: .init(hasSelectionBias: true, normalization: .clampedSum(minimum: 0.9))),
      try LayerCase(
        "LongCat: identity experts", experts: 7, identity: 5,
        router: .init(hasSelectionBias: true, scaling: 6)),
      try LayerCase("soft cap", router: .init(softcap: 0.8)),
      try LayerCase(
        "not gated, relu², bias", activation: .reluSquared, isGated: false,
        hasBias: true),
      try LayerCase("relu", activation: .relu),
      try LayerCase("gelu", activation: .gelu),
      try LayerCase("gelu by tanh", activation: .geluTanh),
      try LayerCase("one expert", experts: 1, topK: 1),
      try LayerCase("every expert", topK: 12),
    ]
  }
}
