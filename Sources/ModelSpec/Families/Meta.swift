import LayerSpec

/// Meta's routed families and their dense sibling.
extension Family {
  /// Llama 4: the router's weight multiplies the expert's input; one shared expert; in Maverick
  /// every second layer is dense, with a larger intermediate size.
  ///
  /// Three of four layers attend within chunks.
  static func llama4(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    let experts = try config.size("num_local_experts")
    let activation = try config.activation()
    let expert = try config.network(
      width: hidden, intermediate: config.size("intermediate_size"), activation: activation)
    let layer = try config.routed(
      hidden: hidden, experts: experts, topK: config.topK(of: experts), expert: expert,
      router: RouterPolicy(score: .sigmoid, application: .input), shared: expert)
    let routedLayers = (try config.counts("moe_layers")).map(Set.init)
    let step = try config.size("interleave_moe_layer_step")
    return try config.decoder(
      DecoderForm(
        attentionBias: .key("attention_bias"),
        windows: .allButEveryKey("no_rope_layer_interval", usual: 4),
        windowKey: ConfigReader.chunkKey,
        block: BlockForm(pairing: .interleaved, leavesLayersUnturned: true, isLlama4: true)),
      feedForwards: { (index) throws(ConfigError) in
        let isRouted = routedLayers?.contains(index) ?? ((index + 1) % step == 0)
        if isRouted { return [layer] }
        return [
          .dense(
            try config.network(
              width: hidden, intermediate: config.size("intermediate_size_mlp"),
              activation: activation))
        ]
      })
  }

  /// Muse Spark Open: experts in a latent space, gated attention, gated residuals.
  ///
  /// The norms with parameters are those before attention and before and after the feed-forward
  /// half; the two residual gates are vectors of H.
  static func museSpark(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    let latent = try config.size("moe_hidden_size")
    let experts = try config.size("num_local_experts")
    let activation = try config.activation()
    // The reference adds this to the sum of the K weights.
    let normEpsilon: Float = 1e-15
    let layer = try config.routed(
      hidden: hidden, experts: experts, topK: config.topK(of: experts),
      expert: config.network(
        width: latent, intermediate: config.size("moe_intermediate_size"), activation: activation),
      router: RouterPolicy(
        score: .sigmoid, logitMultiplier: Float(config.number("output_multiplier")),
        hasSelectionBias: true, normalization: .sum(epsilon: normEpsilon),
        scaling: Float(config.number("routed_scaling_factor"))),
      latent: .init(
        width: latent, inputNormEpsilon: Float(config.number("rms_norm_eps")),
        expertNormEpsilon: Float(config.number("post_norm_eps"))))
    let words = try config.layerWords("mlp_layer_types", layers: config.layerCount())
    return try config.decoder(
      DecoderForm(
        attentionBias: .key("attention_bias"),
        layerNorms: 5, outputGate: .separate, windows: .allButEveryFromLast(4)),
      feedForwards: { (index) throws(ConfigError) in
        if let words, words[index] != "sparse" {
          return [.dense(try config.denseNetwork(hidden: hidden))]
        }
        return [layer]
      })
  }
}
