import LayerSpec

/// T5 and its routed descendants: an encoder's layers first, then a decoder's, which attend to the
/// encoder too.
extension Family {
  /// T5 (arXiv 1910.10683) and T5 1.1: one embedding for both stacks and the head, relative
  /// positions in the first layer of each stack.
  static func t5(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("d_model")
    let form = try config.word("feed_forward_proj") ?? "relu"
    let isGated = form.hasPrefix("gated-")
    let activation = try t5Activation(config, form)
    let network = FFNLayerSpec.dense(
      try config.network(
        width: hidden, intermediate: config.size("d_ff"), gated: isGated, activation: activation))
    let encoders = try config.layerCount("num_layers")
    let stated = try config.optionalLayerCount("num_decoder_layers")
    return try stacks(
      config, hidden: hidden, encoders: encoders, decoders: stated ?? encoders, isTied: true,
      network: { _ in network })
  }

  /// Switch Transformers (arXiv 2101.03961): T5 with one expert per token in some layers.
  ///
  /// Tokens beyond an expert's capacity are dropped by the reference; accounting and measuring here
  /// drop none.
  static func switchTransformers(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("d_model")
    let network = try config.network(
      width: hidden, intermediate: config.size("d_ff"), gated: false,
      activation: config.activation("dense_act_fn"))
    let layer = try config.routed(
      hidden: hidden, experts: config.size("num_experts"), topK: 1, expert: network,
      router: RouterPolicy(hasBias: config.flag("router_bias")))
    let encoders = try config.layerCount("num_layers")
    let stated = try config.optionalLayerCount("num_decoder_layers")
    let decoders = stated ?? encoders
    let encoderStep = try sparseStep(config, "num_sparse_encoder_layers", layers: encoders)
    let decoderStep = try sparseStep(config, "num_sparse_decoder_layers", layers: decoders)
    return try stacks(
      config, hidden: hidden, encoders: encoders, decoders: decoders,
      isTied: config.flag("tie_word_embeddings"),
      network: { index in
        let step = index < encoders ? encoderStep : decoderStep
        let position = index < encoders ? index : index - encoders
        return step > 0 && (step == 1 || position % step == 1) ? layer : .dense(network)
      })
  }

  /// Layers from one routed layer to the next, as the reference divides them.
  private static func sparseStep(
    _ config: ConfigReader, _ key: String, layers: Int
  ) throws(ConfigError) -> Int {
    let routed = try config.count(key)
    return routed > 0 ? layers / routed : layers
  }

  /// `relu` or `gated-gelu`; the gated GELU of T5 1.1 is the tanh approximation.
  private static func t5Activation(
    _ config: ConfigReader, _ form: String
  ) throws(ConfigError) -> Activation {
    switch form {
    case "relu", "gated-relu": .relu
    case "gelu": .gelu
    case "gated-gelu", "gelu_new", "gated-gelu_new": .geluTanh
    case "silu", "gated-silu": .silu
    default:
      throw ConfigError(
        "\(config.place)feed_forward_proj is \"\(form)\"; give relu, gelu, silu, or one with \"gated-\" "
          + "before it")
    }
  }

  private static func stacks(
    _ config: ConfigReader, hidden: Int, encoders: Int, decoders: Int, isTied: Bool,
    network: (Int) -> FFNLayerSpec
  ) throws(ConfigError) -> Blueprint {
    let count = try config.size("num_heads")
    let heads = Heads(query: count, keyValue: count, width: try config.size("d_kv"))
    let positions = count * (try config.size("relative_attention_num_buckets"))
    let attention = AttentionSpec.grouped(hidden: hidden, heads: heads)
    let layers = (0..<encoders + decoders).map { index in
      let isDecoder = index >= encoders
      let isFirst = index == 0 || index == encoders
      return DecoderLayer(
        attention: isDecoder ? attention.followed(by: attention) : attention,
        feedForwards: [network(index)],
        otherParameters: (isDecoder ? 3 : 2) * hidden + (isFirst ? positions : 0))
    }
    let vocabulary = try config.size("vocab_size")
    // Untied, each stack keeps an embedding beside the shared one.
    let own = Architecture.Surroundings.Table(rows: vocabulary, columns: hidden)
    return Blueprint(
      hidden: hidden, vocabulary: vocabulary, tiedEmbeddings: isTied, layers: layers,
      surroundings: .init(tables: isTied ? [] : [own, own], otherParameters: 2 * hidden))
  }
}
