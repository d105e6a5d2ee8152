import LayerSpec

/// Routed families that stand alone.
extension Family {
  /// MiniMax-M2: sigmoid router with a selection bias, renormalised without an epsilon.
  static func miniMaxM2(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    try config.decoder(
      DecoderForm(queryKeyNorm: .wide),
      feedForwards: mixtralLayer(
        config,
        router: RouterPolicy(
          score: .sigmoid, hasSelectionBias: true, normalization: .sum(epsilon: 0))))
  }

  /// ERNIE 4.5: softmax scores, selected with a bias that is a parameter here, their sum bounded
  /// from below.
  static func ernieMoE(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    let experts = try config.size("moe_num_experts", "num_experts")
    let width = try config.size("moe_intermediate_size")
    let form = DecoderForm(
      attentionBias: .key("use_bias"), feedForwardBias: .key("use_bias"),
      headBias: .key("use_bias"))
    let sharedExperts = try config.count("moe_num_shared_experts")
    let layer = try config.routed(
      hidden: hidden, experts: experts,
      topK: config.topK(of: experts, "moe_k", "num_experts_per_tok"),
      expert: config.network(width: hidden, intermediate: width, activation: config.activation()),
      router: RouterPolicy(
        hasSelectionBias: true, selectionBiasIsParameter: true,
        normalization: .clampedSum(minimum: Float(config.number("moe_norm_min")))),
      shared: sharedExperts > 0
        ? config.denseNetwork(form, hidden: hidden, intermediate: sharedExperts * width) : nil)
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

  /// Hunyuan (arXiv 2411.02265): a shared expert as wide as a routed one, weights renormalised.
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
    return Blueprint(
      hidden: hidden, vocabulary: try config.size("vocab_size"),
      tiedEmbeddings: try config.flag("tie_word_embeddings"), layers: layers,
      surroundings: .init(otherParameters: hidden))
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

  /// LongCat-Flash (arXiv 2509.01322): two latent attentions and two dense networks per layer, and a
  /// routed layer across them whose router may also choose experts that do nothing.
  ///
  /// transformers 5.23 stores gate and up matrices for the idle experts as well; they are in no
  /// checkpoint and are not counted here.
  static func longcatFlash(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    let experts = try config.size("n_routed_experts")
    let idle = try config.count("zero_expert_num")
    let activation = try config.activation()
    let latent = try AttentionSpec.latent(config, hidden: hidden)
    let dense = FFNLayerSpec.dense(
      try config.network(
        width: hidden, intermediate: config.size("ffn_hidden_size", "intermediate_size"),
        activation: activation))
    let layer = try config.routed(
      hidden: hidden, experts: experts, identityExperts: idle,
      topK: config.topK(of: experts + idle, "moe_topk", "num_experts_per_tok"),
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
    return Blueprint(
      hidden: hidden, vocabulary: try config.size("vocab_size"),
      tiedEmbeddings: try config.flag("tie_word_embeddings"), layers: layers,
      surroundings: .init(otherParameters: hidden))
  }

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
    return Blueprint(
      hidden: hidden, vocabulary: try config.size("vocab_size"),
      tiedEmbeddings: try config.flag("tie_word_embeddings"), layers: layers,
      surroundings: .init(otherParameters: hidden))
  }

  /// Grok-1, by the code that xAI published: norms before and after each half, weights as the
  /// softmax gives them.
  static func grok1(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    try config.decoder(
      DecoderForm(layerNorms: 4), feedForwards: mixtralLayer(config, router: RouterPolicy()))
  }
}
