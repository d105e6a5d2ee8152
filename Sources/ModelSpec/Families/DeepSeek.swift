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
      DecoderForm(attentionBias: .key("attention_bias"), block: BlockForm()),
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
      DecoderForm(block: BlockForm()), attention: { _ in attention },
      feedForwards: deepSeekFeedForwards(config, router: router, bias: .key("mlp_bias")))
  }

  /// DeepSeek-V3 (arXiv 2412.19437): sigmoid router with a selection bias, groups ranked by their
  /// two best experts.
  ///
  /// Kimi K2 and GLM-4.7-Flash have the same architecture.
  static func deepSeekV3(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let attention = try AttentionSpec.latent(config, hidden: config.size("hidden_size"))
    return try config.decoder(
      DecoderForm(block: BlockForm()), attention: { _ in attention },
      feedForwards: deepSeekFeedForwards(config, router: config.sigmoidRouter()))
  }

  /// DeepSeek-V3.2 (arXiv 2512.02556): DeepSeek-V3 with an indexer in every layer that scores all earlier
  /// tokens, by the code beside its checkpoint; latent attention sees the best.
  ///
  /// The indexer's keys are kept beside the latent vectors.
  static func deepSeekV32(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    let heads = try config.size("index_n_heads")
    let width = try config.size("index_head_dim")
    let chosen = try config.size("index_topk")
    var attention = try AttentionSpec.latent(config, hidden: hidden)
    attention.projections += [
      LinearSpec(try config.size("q_lora_rank"), heads * width), LinearSpec(hidden, width),
      LinearSpec(hidden, heads),
    ]
    func indexed(_ scores: [AttentionSpec.Scores]) -> [AttentionSpec.Scores] {
      // A score is the sum over heads of what each finds times its weight for the query, as if of a value of 1.
      [.init(heads: heads, keyWidth: width, valueWidth: 1)]
        + scores.map {
          .init(heads: $0.heads, keyWidth: $0.keyWidth, valueWidth: $0.valueWidth, window: chosen)
        }
    }
    attention.scores = indexed(attention.scores)
    attention.cachedScores = attention.cachedScores.map(indexed)
    attention.caches.append(.init(elements: width))
    attention.otherParameters += 2 * width
    return try config.decoder(
      attention: { _ in attention },
      feedForwards: deepSeekFeedForwards(config, router: config.sigmoidRouter()))
  }

  /// DeepSeek-V4: sliding attention beside two compressed views of the past, mixed residual streams
  /// (hyper-connections), clamped SwiGLU, √softplus router.
  ///
  /// In its first layers the experts are a function of the token's id. Their router still weighs
  /// them, so they count and cost as the others do.
  static func deepSeekV4(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    let count = try config.layerCount()
    let layerTypes = try layerTypes(config, layers: count)
    let experts = try config.size("n_routed_experts", "num_local_experts")
    let intermediate = try config.size("moe_intermediate_size", "intermediate_size")
    let bound = Activation.clampedSiLU(limit: Float(try config.number("swiglu_limit")))
    // The reference adds this to the sum of the K weights.
    let normEpsilon: Float = 1e-20
    let layer = try config.routed(
      hidden: hidden, experts: experts, topK: config.topK(of: experts),
      expert: config.network(width: hidden, intermediate: intermediate, activation: bound),
      router: RouterPolicy(
        score: .sqrtSoftplus, hasSelectionBias: true, normalization: .sum(epsilon: normEpsilon),
        scaling: Float(config.number("routed_scaling_factor"))),
      shared: config.network(
        width: hidden, intermediate: intermediate, activation: bound,
        bias: config.flag("mlp_bias")))
    let streams = try config.size("hc_mult")
    // A mixer before each half: weights to read N streams, to write them, and N×N between them.
    let weights = (2 + streams) * streams
    let mixers = Array(repeating: LinearSpec(streams * hidden, weights), count: 2)
    let layers = try layerTypes.map { (layerType) throws(ConfigError) in
      DecoderLayer(
        attention: try .compressed(config, hidden: hidden, layerType: layerType),
        feedForwards: [layer],
        otherProjections: mixers,
        computedProducts: Array(repeating: LinearSpec(streams, streams * hidden), count: 2),
        otherParameters: 2 * hidden + 2 * (weights + 3))
    }
    return try config.blueprint(
      hidden: hidden, layers: layers,
      surroundings: .init(
        projections: [LinearSpec(streams * hidden, streams)],
        otherParameters: hidden + streams + 1))
  }

  /// The type of each layer's attention: as `layer_types` lists it, by the ratios of older files,
  /// or the default pattern.
  private static func layerTypes(
    _ config: ConfigReader, layers: Int
  ) throws(ConfigError) -> [String] {
    if let words = try config.layerWords("layer_types", layers: layers) {
      return Array(words.prefix(layers))
    }
    guard let ratios = try config.counts("compress_ratios") else {
      return (0..<layers).map {
        $0 < 2 || $0 % 2 == 0 ? "heavily_compressed_attention" : "compressed_sparse_attention"
      }
    }
    guard ratios.count >= layers else {
      throw ConfigError(
        "\(config.place)compress_ratios has \(ratios.count) entries for \(layers) layers")
    }
    return try ratios.prefix(layers).map { (ratio) throws(ConfigError) in
      switch ratio {
      case 0: "sliding_attention"
      case 4: "compressed_sparse_attention"
      case 128: "heavily_compressed_attention"
      default: throw ConfigError("\(config.place)compress_ratios holds \(ratio); give 0, 4 or 128")
      }
    }
  }

  /// GLM-4.5 (arXiv 2508.06471): DeepSeek-V3's routed layer under grouped attention.
  static func glm4MoE(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    try config.decoder(
      DecoderForm(
        attentionBias: .key("attention_bias"), outputBias: .absent,
        queryKeyNorm: .perHeadIf("use_qk_norm"), block: BlockForm(rotaryPart: .fraction)),
      feedForwards: deepSeekFeedForwards(config, router: config.sigmoidRouter()))
  }

  /// dots.llm1 (arXiv 2506.05767): DeepSeek-V3's routed layer under attention with normed queries.
  static func dots1(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    try config.decoder(
      DecoderForm(
        attentionBias: .key("attention_bias"),
        queryKeyNorm: .perHead, windows: .fromMaxWindowLayers, block: BlockForm()),
      feedForwards: deepSeekFeedForwards(config, router: config.sigmoidRouter()))
  }

  /// Dense and routed layers as `mlp_layer_types` lists them; else the first
  /// `first_k_dense_replace` are dense and of the rest every `moe_layer_freq`-th is routed.
  private static func deepSeekFeedForwards(
    _ config: ConfigReader, router: RouterPolicy, bias: DecoderForm.Bias = .absent
  ) throws(ConfigError) -> ConfigReader.LayerReader<[FFNLayerSpec]> {
    let hidden = try config.size("hidden_size")
    let layer = try deepSeekLayer(config, router: router, bias: bias)
    let firstRouted = try config.count("first_k_dense_replace")
    let step = try config.optionalSize("moe_layer_freq") ?? 1
    let words = try config.layerWords("mlp_layer_types", layers: config.layerCount())
    return { (index) throws(ConfigError) in
      let isRouted =
        words.map { $0[index] == "sparse" } ?? (index >= firstRouted && index % step == 0)
      if isRouted { return [layer] }
      return [
        .dense(try config.denseNetwork(DecoderForm(feedForwardBias: bias), hidden: hidden))
      ]
    }
  }

  /// The routed layer; the shared experts are one network of their joint intermediate size.
  static func deepSeekLayer(
    _ config: ConfigReader, router: RouterPolicy, bias: DecoderForm.Bias
  ) throws(ConfigError) -> FFNLayerSpec {
    let hidden = try config.size("hidden_size")
    let experts = try config.size("n_routed_experts", "num_experts", "num_local_experts")
    let intermediate = try config.size("moe_intermediate_size")
    let sharedExperts = try config.count("n_shared_experts", "num_shared_experts")
    let shared =
      sharedExperts > 0
      ? try config.denseNetwork(
        DecoderForm(feedForwardBias: bias), hidden: hidden,
        intermediate: sharedExperts * intermediate)
      : nil
    return try config.routed(
      hidden: hidden, experts: experts,
      topK: config.topK(of: experts, "num_experts_per_tok", "num_experts_per_token"),
      expert: config.network(
        width: hidden, intermediate: intermediate, activation: config.activation()),
      router: router, shared: shared)
  }
}
