import LayerSpec

/// Dense decoders from before Llama, each with configuration keys of its own.
extension Family {
  /// GPT-2 and GPT-3: learned positions, layer norms, biases everywhere.
  static func gpt2(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("n_embd", "hidden_size")
    let stated = try config.optionalSize("n_inner")
    let heads = try config.dividingHeads("n_head", "num_attention_heads", hidden: hidden)
    let network = try config.network(
      width: hidden, intermediate: stated ?? 4 * hidden, gated: false,
      activation: config.activation("activation_function"), bias: true)
    let layer = DecoderLayer(
      attention: .grouped(hidden: hidden, heads: heads, inputBias: true, outputBias: true),
      feedForwards: [.dense(network)], otherParameters: 4 * hidden)
    return try config.blueprint(
      hidden: hidden,
      layers: Array(
        repeating: layer, count: try config.layerCount("n_layer", "num_hidden_layers")),
      surroundings: .init(
        tables: [
          .init(rows: try config.size("n_positions", "max_position_embeddings"), columns: hidden)
        ],
        otherParameters: 2 * hidden))
  }

  /// OPT (arXiv 2205.01068): as GPT-2; its table of positions has two rows more than positions.
  static func opt(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    if let width = try config.optionalSize("word_embed_proj_dim"), width != hidden {
      throw ConfigError(
        "\(config.place)word_embed_proj_dim is \(width) and hidden_size \(hidden); Tenfold knows OPT "
          + "with equal widths only")
    }
    let bias = try config.flag("enable_bias")
    let norm = try config.flag("layer_norm_elementwise_affine") ? 2 * hidden : 0
    let heads = try config.dividingHeads("num_attention_heads", hidden: hidden)
    let network = try config.network(
      width: hidden, intermediate: config.size("ffn_dim"), gated: false,
      activation: config.activation("activation_function"), bias: bias)
    let layer = DecoderLayer(
      attention: .grouped(hidden: hidden, heads: heads, inputBias: bias, outputBias: bias),
      feedForwards: [.dense(network)], otherParameters: 2 * norm)
    let normsFirst = try config.flag("do_layer_norm_before")
    let lacksFinalNorm = try config.flag("_remove_final_layer_norm")
    let offset = 2
    return try config.blueprint(
      hidden: hidden,
      layers: Array(repeating: layer, count: try config.layerCount()),
      surroundings: .init(
        tables: [
          .init(rows: try config.size("max_position_embeddings") + offset, columns: hidden)
        ],
        otherParameters: normsFirst && !lacksFinalNorm ? norm : 0))
  }

  /// Falcon (arXiv 2311.16867): one key-value head for all queries, or groups in the new
  /// architecture; attention and feed-forward network in parallel.
  static func falcon(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size", "n_embed")
    let all = try config.dividingHeads("num_attention_heads", hidden: hidden)
    let isNew = try config.flag("new_decoder_architecture")
    let keyHeads: Int
    if isNew {
      keyHeads = try config.optionalSize("num_kv_heads") ?? all.query
    } else {
      keyHeads = try config.flag("multi_query") ? 1 : all.query
    }
    let bias = try config.flag("bias")
    let stated = try config.optionalSize("ffn_hidden_size")
    let network = try config.network(
      width: hidden, intermediate: stated ?? 4 * hidden, gated: false,
      activation: config.activation("activation"), bias: bias)
    let isParallel = try config.flag("parallel_attn")
    let norms = try config.optionalSize("num_ln_in_parallel_attn") ?? (isNew ? 2 : 1)
    let hasTwoNorms = !isParallel || norms == 2
    let layer = DecoderLayer(
      attention: .grouped(
        hidden: hidden,
        heads: Heads(query: all.query, keyValue: keyHeads, width: all.width),
        inputBias: bias, outputBias: bias),
      feedForwards: [.dense(network)], otherParameters: (hasTwoNorms ? 4 : 2) * hidden)
    return try config.blueprint(
      hidden: hidden,
      layers: Array(repeating: layer, count: try config.layerCount()),
      surroundings: .init(otherParameters: 2 * hidden))
  }

  /// StableLM: rotary embeddings on a part of each head; heads may be normed, and the second norm
  /// left out.
  static func stableLM(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    let heads = try config.heads(hidden: hidden)
    var form = DecoderForm(
      attentionBias: .key("use_qkv_bias"), outputBias: .absent, layerNorms: 4, finalNorms: 2)
    if try config.flag("use_parallel_residual") { form.layerNorms = 2 }
    if try config.flag("qk_layernorm") {
      form.extraLayerParameters = (heads.query + heads.keyValue) * heads.width
    }
    return try config.decoder(form)
  }

  /// Phi-1 and Phi-2: biases everywhere, attention and feed-forward network in parallel under one
  /// norm.
  static func phi(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    var form = DecoderForm(
      attentionBias: .present, feedForwardBias: .present, isGated: false,
      layerNorms: 2, finalNorms: 2, headBias: .present)
    if try config.flag("qk_layernorm") {
      form.extraLayerParameters = 4 * (try config.heads(hidden: hidden).width)
    }
    return try config.decoder(form)
  }
}

extension ConfigReader {
  /// Heads that divide the hidden size, each with keys and values of its own.
  func dividingHeads(_ keys: String..., hidden: Int) throws(ConfigError) -> Heads {
    let heads = try size(keys)
    guard hidden % heads == 0 else {
      throw ConfigError(
        "\(place)\(keys[0]) is \(heads), which does not divide the hidden size \(hidden); give a "
          + "divisor")
    }
    return Heads(query: heads, keyValue: heads, width: hidden / heads)
  }
}
