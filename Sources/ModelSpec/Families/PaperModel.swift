import LayerSpec

extension Family {
  /// A routed transformer that is known from a paper only: GLaM, GShard, ST-MoE.
  ///
  /// `tenfold_paper_model` is Tenfold's own `model_type`. Its keys: `hidden_size`, `vocab_size`,
  /// `tie_word_embeddings`, `num_attention_heads`, `head_dim`, `intermediate_size`, `hidden_act`,
  /// `num_encoder_layers`, `num_decoder_layers`, `num_experts`, `num_experts_per_tok`,
  /// `expert_layer_period` and `expert_layer_offset` over all layers in order, `gated_experts` and
  /// `gated_dense`. No biases, one norm of H elements before each half and at the end of each stack.
  static func paperModel(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    let experts = try config.size("num_experts")
    let intermediate = try config.size("intermediate_size")
    let activation = try config.activation()
    let layer = try config.routed(
      hidden: hidden, experts: experts, topK: config.topK(of: experts),
      expert: config.network(
        width: hidden, intermediate: intermediate, gated: config.flag("gated_experts"),
        activation: activation),
      router: RouterPolicy(normalization: .sum(epsilon: 0)))
    let dense = FFNLayerSpec.dense(
      try config.network(
        width: hidden, intermediate: intermediate, gated: config.flag("gated_dense"),
        activation: activation))
    let period = try config.size("expert_layer_period")
    let offset = try config.count("expert_layer_offset")
    let encoders = try config.optionalLayerCount("num_encoder_layers") ?? 0
    let decoders = try config.layerCount("num_decoder_layers")
    let attention = AttentionSpec.grouped(hidden: hidden, heads: try config.heads(hidden: hidden))
    let layers = (0..<encoders + decoders).map { index in
      let hasCross = encoders > 0 && index >= encoders
      return DecoderLayer(
        attention: hasCross ? attention.followed(by: attention) : attention,
        feedForwards: [index % period == offset ? layer : dense],
        otherParameters: (hasCross ? 3 : 2) * hidden)
    }
    return try config.blueprint(
      hidden: hidden, layers: layers,
      surroundings: .init(otherParameters: (encoders > 0 ? 2 : 1) * hidden))
  }
}
