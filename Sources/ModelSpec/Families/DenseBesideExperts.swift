import LayerSpec

/// Families whose layers run dense networks beside or between the experts.
extension Family {
  /// Snowflake Arctic, by the code beside its checkpoint: in routed layers a dense network as wide
  /// as the model runs beside the experts.
  static func arctic(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    let experts = try config.size("num_local_experts")
    let dense = try config.denseNetwork(hidden: hidden)
    let layer = try config.routed(
      hidden: hidden, experts: experts, topK: config.topK(of: experts), expert: dense,
      router: RouterPolicy(normalization: .sum(epsilon: 0)))
    let usesResidual = try config.flag("use_residual")
    let hasResidual = try config.flag("parallel_attn_mlp_res") && usesResidual
    let residual = FFNLayerSpec.dense(
      try config.denseNetwork(hidden: hidden, intermediate: hidden))
    let step = try config.size("moe_layer_frequency")
    let attention = try config.groupedAttention(DecoderForm(), hidden: hidden)
    let layers = (0..<(try config.layerCount())).map { index in
      let isRouted = (index + 1) % step == 0
      return DecoderLayer(
        attention: attention,
        feedForwards: isRouted ? (hasResidual ? [residual, layer] : [layer]) : [.dense(dense)],
        otherParameters: (isRouted && hasResidual ? 3 : 2) * hidden)
    }
    return try config.blueprint(hidden: hidden, layers: layers)
  }

  /// LongCat-Flash (arXiv 2509.01322): two latent attentions and two dense networks per layer, and
  /// a routed layer across them whose router may also choose zero-computation experts.
  ///
  /// transformers 5.23 stores gate and up matrices for the zero-computation experts as well; they
  /// are in no checkpoint and are not counted here.
  static func longcatFlash(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    let experts = try config.size("n_routed_experts")
    let zeroExperts = try config.count("zero_expert_num")
    let activation = try config.activation()
    let latent = try AttentionSpec.latent(config, hidden: hidden)
    let dense = FFNLayerSpec.dense(
      try config.network(
        width: hidden, intermediate: config.size("ffn_hidden_size", "intermediate_size"),
        activation: activation))
    let layer = try config.routed(
      hidden: hidden, experts: experts, identityExperts: zeroExperts,
      topK: config.topK(of: experts + zeroExperts, "moe_topk", "num_experts_per_tok"),
      expert: config.network(
        width: hidden,
        intermediate: config.size("expert_ffn_hidden_size", "moe_intermediate_size"),
        activation: activation),
      router: RouterPolicy(
        hasBias: config.flag("router_bias"), hasSelectionBias: true,
        scaling: Float(config.number("routed_scaling_factor"))))
    let layers = Array(
      repeating: DecoderLayer(
        attention: latent.followed(by: latent), feedForwards: [dense, dense, layer],
        otherParameters: 4 * hidden),
      count: try config.layerCount("num_layers"))
    return try config.blueprint(hidden: hidden, layers: layers)
  }
}
