import LayerSpec

/// Qwen's routed families: softmax router, some with a gated shared expert, some hybrid.
extension Family {
  /// Qwen2-MoE (arXiv 2407.10671): a shared expert behind a sigmoid gate; biases on q, k and v.
  static func qwen2MoE(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    try config.decoder(
      DecoderForm(attentionBias: .key("qkv_bias"), outputBias: .absent, block: BlockForm()),
      feedForwards: qwenFeedForwards(config, hasShared: true, router: config.softmaxRouter()))
  }

  /// Qwen3-MoE (arXiv 2505.09388): norms on queries and keys, no shared expert.
  static func qwen3MoE(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    try config.decoder(
      DecoderForm(
        attentionBias: .key("attention_bias"),
        queryKeyNorm: .perHead, block: BlockForm()),
      feedForwards: qwenFeedForwards(config, hasShared: false, router: config.softmaxRouter()))
  }

  /// Qwen3-Next: three gated delta-rule layers for every gated attention layer.
  static func qwen3Next(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    try config.decoder(
      attention: deltaHybridAttention(config),
      feedForwards: qwenFeedForwards(config, hasShared: true, router: config.softmaxRouter()))
  }

  /// Qwen3.5-MoE: as Qwen3-Next, always renormalised and routed in every layer.
  static func qwen35MoE(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    try config.decoder(
      attention: deltaHybridAttention(config),
      feedForwards: qwenFeedForwards(
        config, hasShared: true, router: RouterPolicy(normalization: .sum(epsilon: 0))))
  }

  /// Qwen3.5: as Qwen3.5-MoE, with a dense network in every layer.
  static func qwen35(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    try config.decoder(attention: deltaHybridAttention(config))
  }

  /// Layers in `mlp_only_layers`, and those that `decoder_sparse_step` leaves out, are dense.
  private static func qwenFeedForwards(
    _ config: ConfigReader, hasShared: Bool, router: RouterPolicy
  ) throws(ConfigError) -> ConfigReader.LayerReader<[FFNLayerSpec]> {
    let hidden = try config.size("hidden_size")
    let experts = try config.size("num_experts", "num_local_experts")
    let activation = try config.activation()
    let shared =
      hasShared
      ? try config.network(
        width: hidden, intermediate: config.size("shared_expert_intermediate_size"),
        activation: activation) : nil
    let layer = try config.routed(
      hidden: hidden, experts: experts, topK: config.topK(of: experts),
      expert: config.network(
        width: hidden, intermediate: config.size("moe_intermediate_size"), activation: activation),
      router: router, shared: shared, sharedIsGated: true)
    let step = try config.optionalSize("decoder_sparse_step") ?? 1
    let denseLayers = Set(try config.counts("mlp_only_layers") ?? [])
    return { (index) throws(ConfigError) in
      if (index + 1) % step == 0, !denseLayers.contains(index) { return [layer] }
      return [.dense(try config.denseNetwork(hidden: hidden))]
    }
  }

  /// Gated attention in every fourth layer (or where `layer_types` says so), else gated delta rule.
  private static func deltaHybridAttention(
    _ config: ConfigReader
  ) throws(ConfigError) -> ConfigReader.LayerReader<AttentionSpec?> {
    let hidden = try config.size("hidden_size")
    let full = try config.groupedAttention(
      DecoderForm(
        attentionBias: .key("attention_bias"),
        queryKeyNorm: .perHead, outputGate: .fused), hidden: hidden)
    let linear = try AttentionSpec.gatedDelta(config, hidden: hidden)
    let count = try config.layerCount()
    let words = try config.layerWords("layer_types", layers: count)
    let period = try config.optionalSize("full_attention_interval") ?? 4
    return { index in
      let isLinear =
        words.map { $0[index] == "linear_attention" } ?? ((index + 1) % period != 0)
      return isLinear ? linear : full
    }
  }
}
