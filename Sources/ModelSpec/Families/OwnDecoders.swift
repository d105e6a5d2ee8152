import LayerSpec

/// Families whose decoder is no variation of Llama's: other keys, or routed attention.
extension Family {
  /// DBRX: sixteen wide experts, four per token, weights divided by their p-norm.
  static func dbrx(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("d_model", "hidden_size")
    let query = try config.size("n_heads", "num_attention_heads")
    let attention = try config.nested("attn_config")
    let network = try config.nested("ffn_config")
    guard hidden % query == 0 else {
      throw ConfigError(
        "\(config.place)n_heads is \(query), which does not divide d_model \(hidden)")
    }
    let heads = Heads(
      query: query, keyValue: try attention.size("kv_n_heads"), width: hidden / query)
    let experts = try network.size("moe_num_experts")
    if network.has("moe_normalize_expert_weights") {
      let power = try network.number("moe_normalize_expert_weights")
      guard power == 1 else {
        throw ConfigError(
          "\(network.place)moe_normalize_expert_weights is \(power); Tenfold knows the 1-norm only")
      }
    }
    let layer = try config.routed(
      hidden: hidden, experts: experts, topK: network.topK(of: experts, "moe_top_k"),
      expert: config.network(
        width: hidden, intermediate: network.size("ffn_hidden_size"),
        activation: network.nested("ffn_act_fn").activation("name")),
      router: RouterPolicy(
        normalization: network.has("moe_normalize_expert_weights") ? .sum(epsilon: 0) : .none))
    let layers = Array(
      repeating: DecoderLayer(
        attention: .grouped(hidden: hidden, heads: heads), feedForwards: [layer],
        otherParameters: 2 * hidden),
      count: try config.layerCount("n_layers", "num_hidden_layers"))
    return try config.blueprint(hidden: hidden, layers: layers)
  }

  /// JetMoE (arXiv 2404.07413): routed attention, whose experts are the query and output matrices
  /// over shared keys and values, and a routed feed-forward layer with a bias after the sum.
  static func jetMoE(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    let experts = try config.size("num_local_experts")
    let topK = try config.topK(of: experts)
    let width = try config.size("kv_channels")
    let keyHeads = try config.size("num_key_value_heads")
    let joint = keyHeads * width
    let attention = AttentionSpec(
      form: .mixture,
      projections: [
        LinearSpec(hidden, experts), LinearSpec(hidden, 2 * joint),
        LinearSpec(hidden, joint, copies: experts, used: topK),
        LinearSpec(joint, hidden, copies: experts, used: topK),
      ],
      scores: [.init(heads: keyHeads * topK, keyWidth: width, valueWidth: width)],
      caches: [.init(elements: 2 * joint)],
      otherParameters: hidden)
    let layer = try config.routed(
      hidden: hidden, experts: experts, topK: topK,
      expert: config.network(
        width: hidden, intermediate: config.size("intermediate_size"),
        activation: config.activation("activation_function")),
      router: RouterPolicy(score: .softmaxOverSelected))
    return try config.decoder(
      DecoderForm(extraLayerParameters: hidden), attention: { _ in attention },
      feedForwards: { _ in [layer] })
  }
}
