import LayerSpec

/// IBM's routed families: selection on the logits, softmax over the K selected, perhaps a network that every
/// token visits.
extension Family {
  /// Granite MoE (3.0 and 3.1): grouped attention in every layer.
  static func graniteMoE(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let layer = try graniteLayer(config)
    return try config.decoder(
      DecoderForm(attentionBias: .key("attention_bias"), block: .granite),
      feedForwards: { _ in [layer] })
  }

  /// Granite 4.0 H: the same networks behind Mamba 2 in most layers and attention in some.
  static func graniteHybrid(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    let layer: FFNLayerSpec =
      if try config.count("num_local_experts") > 0 {
        try graniteLayer(config)
      } else {
        .dense(
          try config.network(
            width: hidden, intermediate: config.size("shared_intermediate_size"),
            activation: config.activation()))
      }
    let form = DecoderForm(attentionBias: .key("attention_bias"))
    let full = try config.groupedAttention(form, hidden: hidden)
    let mamba = try AttentionSpec.mamba2(config, hidden: hidden)
    let words = try config.layerWords("layer_types", layers: config.layerCount())
    return try config.decoder(
      form,
      attention: { index in
        // Without a list every layer is Mamba's, as in the reference.
        words.map { ["attention", "full_attention"].contains($0[index]) } ?? false ? full : mamba
      }, feedForwards: { _ in [layer] })
  }

  private static func graniteLayer(_ config: ConfigReader) throws(ConfigError) -> FFNLayerSpec {
    let hidden = try config.size("hidden_size")
    let experts = try config.size("num_local_experts", "num_experts")
    let shared: FeedForwardSpec? =
      if try config.count("shared_intermediate_size") > 0 {
        try config.network(
          width: hidden, intermediate: config.size("shared_intermediate_size"),
          activation: config.activation())
      } else {
        nil
      }
    return try config.routed(
      hidden: hidden, experts: experts, topK: config.topK(of: experts),
      expert: config.network(
        width: hidden, intermediate: config.size("intermediate_size"),
        activation: config.activation()),
      router: RouterPolicy(score: .softmaxOverSelected), shared: shared)
  }
}
