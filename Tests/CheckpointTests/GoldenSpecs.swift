import LayerSpec

/// The layers of `Tests/Golden`, written out by hand from each folder's config.json.
///
/// They are not read from the configurations on purpose: these tests judge the names, the layouts
/// and the meaning of `SparseLayerSpec`, and must not depend on the reader of configurations.
let goldenSpecs: [String: SparseLayerSpec] = {
  do { return try makeGoldenSpecs() } catch { preconditionFailure("\(error)") }
}()

/// Every family in a fixed order.
let goldenFamilies = goldenSpecs.keys.sorted()

private func makeGoldenSpecs() throws(LayerSpecError) -> [String: SparseLayerSpec] {
  /// Sum of the weights to one, as most families divide.
  let normalised = RouterPolicy.Normalization.sum(epsilon: 0)

  func layer(
    _ hidden: Int, experts: Int, topK: Int, _ intermediate: Int, _ router: RouterPolicy,
    shared: Int? = nil, sharedIsGated: Bool = false
  ) throws(LayerSpecError) -> SparseLayerSpec {
    var sharedExpert: SparseLayerSpec.Shared?
    if let shared {
      sharedExpert = SparseLayerSpec.Shared(
        network: try FeedForwardSpec(width: hidden, intermediate: shared),
        isGated: sharedIsGated)
    }
    return try SparseLayerSpec(
      hidden: hidden, experts: experts, topK: topK,
      expert: try FeedForwardSpec(width: hidden, intermediate: intermediate), router: router,
      shared: sharedExpert)
  }

  /// DeepSeek-V3's router, which others took over.
  func biasedSigmoid(groups: Int, kept: Int, scaling: Float) -> RouterPolicy {
    RouterPolicy(
      score: .sigmoid, hasSelectionBias: true,
      groups: .init(count: groups, kept: kept, score: .topTwoSum),
      normalization: .sum(epsilon: 1e-20), scaling: scaling)
  }

  return [
    "deepseek_v2": try layer(
      64, experts: 16, topK: 3, 32,
      RouterPolicy(
        groups: .init(count: 4, kept: 2, score: .maximum, maskedChoice: 0), scaling: 2.5),
      shared: 64),
    "deepseek_v3": try layer(
      64, experts: 16, topK: 4, 32, biasedSigmoid(groups: 4, kept: 2, scaling: 2.5), shared: 32),
    "dots1": try layer(
      36, experts: 8, topK: 3, 20, biasedSigmoid(groups: 4, kept: 2, scaling: 1.5), shared: 20),
    "ernie4_5_moe": try layer(
      36, experts: 8, topK: 3, 20,
      RouterPolicy(hasSelectionBias: true, normalization: .clampedSum(minimum: 1e-12)),
      shared: 40),
    "flex_olmo": try layer(
      36, experts: 7, topK: 5, 20, RouterPolicy(normalization: normalised)),
    "glm4_moe": try layer(
      36, experts: 8, topK: 3, 20, biasedSigmoid(groups: 1, kept: 1, scaling: 2.5), shared: 40),
    "gpt_oss": try SparseLayerSpec(
      hidden: 64, experts: 8, topK: 4,
      expert: try FeedForwardSpec(
        width: 64, intermediate: 64, activation: .clampedSwiGLU(alpha: 1.702, limit: 7),
        hasBias: true),
      router: RouterPolicy(score: .softmaxOverSelected, hasBias: true)),
    "granitemoe": try layer(
      64, experts: 8, topK: 4, 48, RouterPolicy(score: .softmaxOverSelected)),
    "hunyuan_v1_moe": try layer(
      36, experts: 8, topK: 3, 20, RouterPolicy(normalization: normalised), shared: 20),
    "jamba": try layer(36, experts: 8, topK: 2, 20, RouterPolicy()),
    "llama4_text": try layer(
      64, experts: 8, topK: 1, 48, RouterPolicy(score: .sigmoid, application: .input), shared: 48),
    "minimax_m2": try layer(
      36, experts: 10, topK: 3, 20,
      RouterPolicy(score: .sigmoid, hasSelectionBias: true, normalization: normalised)),
    "mixtral": try layer(64, experts: 8, topK: 2, 96, RouterPolicy(normalization: normalised)),
    "muse_spark_text": try SparseLayerSpec(
      hidden: 64, experts: 16, topK: 4,
      expert: try FeedForwardSpec(width: 32, intermediate: 48),
      router: RouterPolicy(
        score: .sigmoid, logitMultiplier: 0.176_776_695, hasSelectionBias: true,
        normalization: .sum(epsilon: 1e-15)),
      latent: .init(width: 32, inputNormEpsilon: 1e-5, expertNormEpsilon: 1e-8)),
    "olmoe": try layer(64, experts: 16, topK: 4, 48, RouterPolicy()),
    "phimoe": try layer(
      36, experts: 9, topK: 2, 20, RouterPolicy(score: .sparseMixer(jitter: 0.2))),
    "qwen2_moe": try layer(
      64, experts: 12, topK: 4, 48, RouterPolicy(), shared: 80, sharedIsGated: true),
    "qwen3_moe": try layer(64, experts: 16, topK: 4, 48, RouterPolicy(normalization: normalised)),
    "qwen3_next": try layer(
      36, experts: 8, topK: 3, 20, RouterPolicy(normalization: normalised), shared: 28,
      sharedIsGated: true),
  ]
}
