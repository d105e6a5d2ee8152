import LayerSpec

/// Families of Baidu and Tencent, whose layers may add experts that every token visits.
extension Family {
  /// ERNIE 4.5: softmax scores, selected with a bias that is a parameter here, their sum bounded
  /// from below.
  static func ernieMoE(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    let experts = try config.size("moe_num_experts", "num_experts")
    let intermediate = try config.size("moe_intermediate_size")
    let form = DecoderForm(
      attentionBias: .key("use_bias"), feedForwardBias: .key("use_bias"),
      headBias: .key("use_bias"))
    let sharedExperts = try config.count("moe_num_shared_experts")
    let layer = try config.routed(
      hidden: hidden, experts: experts,
      topK: config.topK(of: experts, "moe_k", "num_experts_per_tok"),
      expert: config.network(
        width: hidden, intermediate: intermediate, activation: config.activation()),
      router: RouterPolicy(
        hasSelectionBias: true, selectionBiasIsParameter: true,
        normalization: .clampedSum(minimum: Float(config.number("moe_norm_min")))),
      shared: sharedExperts > 0
        ? config.denseNetwork(form, hidden: hidden, intermediate: sharedExperts * intermediate)
        : nil)
    let step = try config.size("moe_layer_interval")
    let first = try config.count("moe_layer_start_index")
    let last = try config.lastIndex("moe_layer_end_index") ?? .max
    let dense = FFNLayerSpec.dense(try config.denseNetwork(form, hidden: hidden))
    return try config.decoder(
      form,
      feedForwards: { index in
        (index + 1) % step == 0 && index >= first && index <= last ? [layer] : [dense]
      })
  }

  /// Hunyuan (arXiv 2411.02265): a shared expert of a routed one's size, weights renormalised.
  ///
  /// The large model's own configuration may say that pairs of layers share keys and values; the
  /// second of a pair then has neither matrix.
  static func hunyuanMoE(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    let count = try config.layerCount()
    let experts = try config.size("num_experts", "num_local_experts")
    let topK = try config.sizePerLayer("moe_topk", layers: count)
    let network = try config.denseNetwork(hidden: hidden)
    let form = DecoderForm(
      attentionBias: .key("attention_bias"), queryKeyNorm: .perHead)
    let full = try config.groupedAttention(form, hidden: hidden)
    var borrowing = full
    borrowing.projections.removeSubrange(1...2)
    borrowing.caches = []
    let share = try config.flag("use_cla") ? try config.size("cla_share_factor") : 1
    return try config.decoder(
      form, attention: { $0 % share == 0 ? full : borrowing },
      feedForwards: { (index) throws(ConfigError) in
        guard topK[index] <= experts else {
          throw ConfigError(
            "\(config.place)moe_topk is \(topK[index]), and there are \(experts) experts; give at "
              + "most \(experts)")
        }
        return [
          try config.routed(
            hidden: hidden, experts: experts, topK: topK[index], expert: network,
            router: RouterPolicy(normalization: .sum(epsilon: 0)), shared: network)
        ]
      })
  }
}
