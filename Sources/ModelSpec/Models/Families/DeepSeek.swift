import LayerSpec

/// DeepSeek's line: fine-grained experts beside shared ones, dense layers first.
extension Family {
  /// DeepSeekMoE 16B (arXiv 2401.06066), by the code beside its checkpoint: grouped attention,
  /// softmax router.
  static func deepSeekV1(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let router = RouterPolicy(
      normalization: try config.flag("norm_topk_prob") ? .sum(epsilon: 1e-20) : .none,
      scaling: Float(
        try config.has("routed_scaling_factor") ? config.number("routed_scaling_factor") : 1))
    return try config.decoder(
      DecoderForm(inputBias: .key("attention_bias"), outputBias: .key("attention_bias")),
      feedForwards: deepSeekFeedForwards(config, router: router))
  }

  /// DeepSeek-V2 (arXiv 2405.04434): latent attention, softmax router, groups ranked by their best
  /// expert; `norm_topk_prob` is ignored by the reference.
  static func deepSeekV2(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let isLimited = try config.word("topk_method") == "group_limited_greedy"
    let router = RouterPolicy(
      groups: isLimited ? try config.groups(score: .maximum, maskedChoice: 0) : nil,
      scaling: Float(try config.number("routed_scaling_factor")))
    let attention = try AttentionSpec.latent(config, hidden: config.size("hidden_size"))
    return try config.decoder(
      attention: { _ in attention },
      feedForwards: deepSeekFeedForwards(config, router: router, bias: .key("mlp_bias")))
  }

  /// DeepSeek-V3 (arXiv 2412.19437): sigmoid router with a selection bias, groups ranked by their
  /// two best experts. Kimi K2 is the same form.
  static func deepSeekV3(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let attention = try AttentionSpec.latent(config, hidden: config.size("hidden_size"))
    return try config.decoder(
      attention: { _ in attention },
      feedForwards: deepSeekFeedForwards(config, router: config.sigmoidRouter()))
  }

  /// GLM-4.5 (arXiv 2508.06471): DeepSeek-V3's routed layer under grouped attention.
  static func glm4MoE(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    try config.decoder(
      DecoderForm(inputBias: .key("attention_bias"), queryKeyNorm: .perHeadIf("use_qk_norm")),
      feedForwards: deepSeekFeedForwards(config, router: config.sigmoidRouter()))
  }

  /// dots.llm1 (arXiv 2506.05767): DeepSeek-V3's routed layer under attention with normed queries.
  static func dots1(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    try config.decoder(
      DecoderForm(
        inputBias: .key("attention_bias"), outputBias: .key("attention_bias"),
        queryKeyNorm: .perHead, windows: .fromMaxWindowLayers),
      feedForwards: deepSeekFeedForwards(config, router: config.sigmoidRouter()))
  }

  /// The first `first_k_dense_replace` layers are dense, of the rest every `moe_layer_freq`-th is
  /// routed; the shared experts are one network of their joint width.
  static func deepSeekFeedForwards(
    _ config: ConfigReader, router: RouterPolicy, bias: DecoderForm.Bias = .absent
  ) throws(ConfigError) -> ConfigReader.LayerReader<[FFNLayerSpec]> {
    let hidden = try config.size("hidden_size")
    let experts = try config.size("n_routed_experts", "num_experts", "num_local_experts")
    let activation = try config.activation()
    let width = try config.size("moe_intermediate_size")
    let form = DecoderForm(feedForwardBias: bias)
    let sharedExperts = try config.count("n_shared_experts", "num_shared_experts")
    let shared =
      sharedExperts > 0
      ? try config.denseNetwork(form, hidden: hidden, intermediate: sharedExperts * width) : nil
    let layer = try config.routed(
      hidden: hidden, experts: experts,
      topK: config.topK(of: experts, "num_experts_per_tok", "num_experts_per_token"),
      expert: config.network(width: hidden, intermediate: width, activation: activation),
      router: router, shared: shared)
    let firstRouted = try config.count("first_k_dense_replace")
    let step = try config.optionalSize("moe_layer_freq") ?? 1
    return { (index) throws(ConfigError) in
      if index >= firstRouted, index % step == 0 { return [layer] }
      return [.dense(try config.denseNetwork(form, hidden: hidden))]
    }
  }
}
