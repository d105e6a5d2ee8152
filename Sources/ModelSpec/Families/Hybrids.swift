import LayerSpec

/// Families that mix attention with recurrences or convolutions.
extension Family {
  /// MiniMax-01 (arXiv 2501.08313): Mixtral's routed layer; lightning attention in most layers.
  static func miniMax(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    let full = try config.groupedAttention(DecoderForm(), hidden: hidden)
    let linear = try AttentionSpec.lightning(config, hidden: hidden)
    let count = try config.layerCount()
    let words = try config.layerWords("layer_types", layers: count)
    // The first release lists 0 for lightning and 1 for softmax attention.
    let numbers = try config.counts("attn_type_list")
    if let numbers, numbers.count < count {
      throw ConfigError(
        "\(config.place)attn_type_list has \(numbers.count) entries for \(count) layers")
    }
    return try config.decoder(
      attention: { index in
        let isLinear =
          words.map { $0[index] == "linear_attention" } ?? numbers.map { $0[index] == 0 }
          ?? (index % 2 == 1)
        return isLinear ? linear : full
      }, feedForwards: mixtralLayer(config))
  }

  /// Jamba (arXiv 2403.19887): Mamba in most layers, experts in every second.
  static func jamba(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    let full = try config.groupedAttention(DecoderForm(), hidden: hidden)
    let mamba = try AttentionSpec.mamba(config, hidden: hidden)
    let attentionPeriod = try config.size("attn_layer_period")
    let attentionOffset = try config.count("attn_layer_offset")
    let expertPeriod = try config.size("expert_layer_period")
    let expertOffset = try config.count("expert_layer_offset")
    let dense = FFNLayerSpec.dense(try config.denseNetwork(hidden: hidden))
    let experts = try config.size("num_experts", "num_local_experts")
    let layer =
      experts > 1 ? try mixtralLayer(config, router: RouterPolicy())(0) : [dense]
    return try config.decoder(
      attention: { $0 % attentionPeriod == attentionOffset ? full : mamba },
      feedForwards: { $0 % expertPeriod == expertOffset ? layer : [dense] })
  }

  /// LFM2: short gated convolutions and some attention, a dense network in each layer.
  static func lfm2(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    let network = try config.network(width: hidden, intermediate: lfm2Intermediate(config))
    var blueprint = try config.decoder(
      attention: lfm2Attention(config), feedForwards: { _ in [.dense(network)] })
    blueprint.tiedEmbeddings = try config.flag("tie_embedding", "tie_word_embeddings")
    return blueprint
  }

  /// LFM2-MoE: as LFM2, routed after the first layers, by a sigmoid with a selection bias.
  static func lfm2MoE(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    let experts = try config.size("num_experts")
    // The reference adds this to the sum of the K weights.
    let normEpsilon: Float = 1e-6
    let layer = try config.routed(
      hidden: hidden, experts: experts, topK: config.topK(of: experts),
      expert: config.network(width: hidden, intermediate: config.size("moe_intermediate_size")),
      router: RouterPolicy(
        score: .sigmoid, hasSelectionBias: config.flag("use_expert_bias"),
        normalization: config.flag("norm_topk_prob") ? .sum(epsilon: normEpsilon) : .none,
        scaling: Float(config.number("routed_scaling_factor"))))
    let dense = FFNLayerSpec.dense(try config.denseNetwork(hidden: hidden))
    let denseLayers = try config.count("num_dense_layers")
    var blueprint = try config.decoder(
      attention: lfm2Attention(config),
      feedForwards: { $0 < denseLayers ? [dense] : [layer] })
    blueprint.tiedEmbeddings = try config.flag("tie_embedding", "tie_word_embeddings")
    return blueprint
  }

  private static func lfm2Attention(
    _ config: ConfigReader
  ) throws(ConfigError) -> ConfigReader.LayerReader<AttentionSpec?> {
    let hidden = try config.size("hidden_size")
    let full = try config.groupedAttention(DecoderForm(queryKeyNorm: .perHead), hidden: hidden)
    let bias = try config.flag("conv_bias")
    let taps = try config.size("conv_L_cache")
    let convolution = AttentionSpec(
      form: .convolution,
      projections: [
        LinearSpec(hidden, 3 * hidden, hasBias: bias), LinearSpec(hidden, hidden, hasBias: bias),
      ],
      caches: [.convolution(taps: taps, channels: hidden)],
      elementwise: [LinearSpec(taps, hidden, hasBias: bias)])
    if let words = try config.layerWords("layer_types", layers: config.layerCount()) {
      return { words[$0] == "full_attention" ? full : convolution }
    }
    if let indices = try config.counts("full_attn_idxs") {
      return { indices.contains($0) ? full : convolution }
    }
    guard config.modelType == "lfm2" else {
      throw ConfigError(
        "\(config.place)layer_types is missing, and \(config.modelType) has no default for it; give "
          + "a list of \"conv\" and \"full_attention\"")
    }
    return { _ in full }
  }

  /// F of LFM2's dense network: the stated size, or two thirds of it rounded up to a multiple.
  private static func lfm2Intermediate(_ config: ConfigReader) throws(ConfigError) -> Int {
    let stated = try config.size("block_ff_dim", "intermediate_size")
    guard try config.flag("block_auto_adjust_ff_dim") else { return stated }
    let twoThirds = 2 * stated / 3
    guard config.has("block_ffn_dim_multiplier") else { return twoThirds }
    let factor = try config.number("block_ffn_dim_multiplier")
    guard factor > 0, factor * Double(twoThirds) <= Double(ConfigReader.largestSize) else {
      throw ConfigError("\(config.place)block_ffn_dim_multiplier is \(factor); give about 1")
    }
    let scaled = Int(factor * Double(twoThirds))
    let multiple = try config.size("block_multiple_of")
    return multiple * ((scaled + multiple - 1) / multiple)
  }

  /// Kimi Linear (arXiv 2510.26692): delta attention with decay per channel in most layers, latent
  /// attention without rotation in the rest, DeepSeek-V3's routed layer.
  static func kimiLinear(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    let full = try AttentionSpec.latent(config, hidden: hidden)
    let nested = try config.nested("linear_attn_config")
    let delta = try AttentionSpec.kimiDelta(config, nested, hidden: hidden)
    let words = try config.layerWords("layer_types", layers: config.layerCount())
    // The checkpoint counts layers from 1.
    let fullLayers = (try nested.counts("full_attn_layers")).map(Set.init)
    let networkWords = try config.layerWords("mlp_layer_types", layers: config.layerCount())
    let firstRouted =
      config.has("first_k_dense_replace") ? try config.count("first_k_dense_replace") : 1
    let layer = try deepSeekLayer(config, router: config.sigmoidRouter(), bias: .absent)
    let dense = FFNLayerSpec.dense(try config.denseNetwork(hidden: hidden))
    var blueprint = try config.decoder(
      attention: { index in
        let isFull =
          words.map { $0[index] == "full_attention" } ?? fullLayers?.contains(index + 1)
          ?? (index > 0 && index % 4 == 0)
        return isFull ? full : delta
      },
      feedForwards: { index in
        let isRouted = networkWords.map { $0[index] == "sparse" } ?? (index >= firstRouted)
        return isRouted ? [layer] : [dense]
      })
    // The reference never ties, whatever `tie_word_embeddings` says.
    blueprint.tiedEmbeddings = false
    return blueprint
  }
}
