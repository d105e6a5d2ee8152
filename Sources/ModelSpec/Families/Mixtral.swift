import LayerSpec

/// Families that route in every layer, most with a softmax router and without shared experts.
extension Family {
  /// Mixtral (arXiv 2401.04088): softmax over all experts, the K best renormalised.
  static func mixtral(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    try config.decoder(
      DecoderForm(windows: .every, block: BlockForm()), feedForwards: mixtralLayer(config))
  }

  /// Mixtral's routed layer, the same at every depth.
  static func mixtralLayer(
    _ config: ConfigReader, router: RouterPolicy = RouterPolicy(normalization: .sum(epsilon: 0))
  ) throws(ConfigError) -> ConfigReader.LayerReader<[FFNLayerSpec]> {
    let hidden = try config.size("hidden_size")
    let experts = try config.size("num_local_experts", "num_experts")
    let layer = try config.routed(
      hidden: hidden, experts: experts, topK: config.topK(of: experts),
      expert: config.network(
        width: hidden, intermediate: config.size("intermediate_size"),
        activation: config.activation()),
      router: router)
    return { _ in [layer] }
  }

  /// OLMoE (arXiv 2409.02060): as Mixtral, renormalised only when `norm_topk_prob` says so.
  ///
  /// FlexOlmo (arXiv 2507.07024) has its norms after each half and the same parameters.
  static func olmoe(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    // The configuration class of FlexOlmo has no clipping.
    let isFlex = config.modelType == "flex_olmo"
    return try config.decoder(
      DecoderForm(
        attentionBias: .key("attention_bias"), queryKeyNorm: .wide,
        block: BlockForm(
          norms: isFlex ? .after : .before, clipKey: isFlex ? nil : "clip_qkv")),
      feedForwards: mixtralLayer(config, router: config.softmaxRouter()))
  }

  /// Phi-3.5-MoE: the sparse mixer, whose jitter acts at inference too; layer norms.
  static func phiMoE(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let jitter = Float(try config.number("router_jitter_noise"))
    return try config.decoder(
      DecoderForm(
        attentionBias: .key("attention_bias"), layerNorms: 4,
        finalNorms: 2, windows: .every, headBias: .key("lm_head_bias")),
      feedForwards: mixtralLayer(config, router: RouterPolicy(score: .sparseMixer(jitter: jitter))))
  }

  /// gpt-oss (arXiv 2508.10925): biases everywhere, a clamped SwiGLU, attention sinks, a sliding
  /// window in every second layer.
  static func gptOSS(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    let experts = try config.size("num_local_experts", "num_experts")
    let layer = try config.routed(
      hidden: hidden, experts: experts,
      topK: config.topK(of: experts, "num_experts_per_tok", "experts_per_token"),
      expert: config.network(
        width: hidden, intermediate: config.size("intermediate_size"),
        activation: .clampedSwiGLU(
          alpha: Float(config.number("swiglu_alpha")), limit: Float(config.number("swiglu_limit"))),
        bias: true),
      router: RouterPolicy(score: .softmaxOverSelected, hasBias: true))
    return try config.decoder(
      DecoderForm(
        attentionBias: .key("attention_bias"), hasSinks: true,
        windows: .allButEvery(2), block: BlockForm()),
      feedForwards: { _ in [layer] })
  }

  /// MiniMax-M2: sigmoid router with a selection bias, renormalised without an epsilon.
  static func miniMaxM2(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    try config.decoder(
      DecoderForm(queryKeyNorm: .wide, block: BlockForm(rotaryPart: .width("rotary_dim"))),
      feedForwards: mixtralLayer(
        config,
        router: RouterPolicy(
          score: .sigmoid, hasSelectionBias: true, normalization: .sum(epsilon: 0))))
  }

  /// Grok-1, by the code that xAI published: norms before and after each half, weights as the
  /// softmax gives them.
  static func grok1(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    try config.decoder(
      DecoderForm(layerNorms: 4), feedForwards: mixtralLayer(config, router: RouterPolicy()))
  }
}
