import LayerSpec

/// Heads of grouped attention.
struct Heads {
  let query: Int
  let keyValue: Int
  /// Elements of one query, key or value.
  let width: Int

  var queryWidth: Int { query * width }
  /// Elements of all keys, and of all values.
  var keyValueWidth: Int { keyValue * width }
}

extension AttentionSpec {
  /// Query, key, value and output matrices; keys and values may be shared by a group of heads.
  ///
  /// - Parameter gate: A further matrix whose sigmoid multiplies the heads' output.
  static func grouped(
    hidden: Int, heads: Heads, inputBias: Bool = false, outputBias: Bool = false,
    gate: LinearSpec? = nil, window: Int? = nil, otherParameters: Int = 0
  ) -> AttentionSpec {
    var projections = [
      LinearSpec(hidden, heads.queryWidth, hasBias: inputBias),
      LinearSpec(hidden, heads.keyValueWidth, hasBias: inputBias),
      LinearSpec(hidden, heads.keyValueWidth, hasBias: inputBias),
      LinearSpec(heads.queryWidth, hidden, hasBias: outputBias),
    ]
    if let gate { projections.append(gate) }
    return AttentionSpec(
      form: .grouped, projections: projections,
      scores: [
        Scores(
          heads: heads.query, keyWidth: heads.width, valueWidth: heads.width, window: window)
      ],
      caches: [Cache(elements: 2 * heads.keyValueWidth, window: window)],
      otherParameters: otherParameters)
  }

  /// Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434): queries through a low rank when
  /// `q_lora_rank` is set, keys and values through `kv_lora_rank`, one rotary key for all heads.
  static func latent(_ config: ConfigReader, hidden: Int) throws(ConfigError) -> AttentionSpec {
    let heads = try config.size("num_attention_heads")
    let keyWidth = try config.size("qk_nope_head_dim")
    let rotaryWidth = try config.count("qk_rope_head_dim")
    let valueWidth = try config.size("v_head_dim")
    let rank = try config.size("kv_lora_rank")
    let bias = try config.flag("attention_bias")
    var projections: [LinearSpec] = []
    var norms = rank
    if let queryRank = try config.optionalSize("q_lora_rank") {
      projections.append(LinearSpec(hidden, queryRank, hasBias: bias))
      projections.append(LinearSpec(queryRank, heads * (keyWidth + rotaryWidth)))
      norms += queryRank
    } else {
      projections.append(LinearSpec(hidden, heads * (keyWidth + rotaryWidth)))
    }
    projections += [
      LinearSpec(hidden, rank + rotaryWidth, hasBias: bias),
      LinearSpec(rank, heads * (keyWidth + valueWidth)),
      LinearSpec(heads * valueWidth, hidden, hasBias: bias),
    ]
    return AttentionSpec(
      form: .latent, projections: projections,
      scores: [
        Scores(heads: heads, keyWidth: keyWidth + rotaryWidth, valueWidth: valueWidth)
      ],
      cachedScores: [Scores(heads: heads, keyWidth: rank + rotaryWidth, valueWidth: rank)],
      caches: [Cache(elements: rank + rotaryWidth)],
      otherParameters: norms)
  }

  /// DeepSeek-V4's attention: low-rank queries, one key that is its own value, grouped low-rank
  /// output, sinks; within a window, and depending on `layerType` over compressed blocks of the
  /// past.
  static func compressed(
    _ config: ConfigReader, hidden: Int, layerType: String
  ) throws(ConfigError) -> AttentionSpec {
    let heads = try config.size("num_attention_heads")
    let width = try config.size("head_dim")
    let queryRank = try config.size("q_lora_rank")
    let groups = try config.size("o_groups")
    let outputRank = groups * (try config.size("o_lora_rank"))
    let window = try config.optionalSize("sliding_window")
    var attention = AttentionSpec(
      form: .compressed,
      projections: [
        LinearSpec(hidden, queryRank), LinearSpec(queryRank, heads * width),
        LinearSpec(hidden, width), LinearSpec(heads * width / groups, outputRank),
        LinearSpec(outputRank, hidden),
      ],
      scores: [
        Scores(heads: heads, keyWidth: width, valueWidth: width, window: window)
      ],
      caches: [Cache(elements: width, window: window)],
      otherParameters: queryRank + width + heads)
    switch layerType {
    case "sliding_attention": return attention
    case "compressed_sparse_attention":
      let rate = try config.compressionRate(layerType, legacy: "compress_rate_csa", usual: 4)
      let indexHeads = try config.size("index_n_heads")
      let indexWidth = try config.size("index_head_dim")
      attention.projections += [
        LinearSpec(hidden, 2 * width), LinearSpec(hidden, 2 * width),
        LinearSpec(hidden, 2 * indexWidth), LinearSpec(hidden, 2 * indexWidth),
        LinearSpec(queryRank, indexHeads * indexWidth), LinearSpec(hidden, indexHeads),
      ]
      attention.scores += [
        Scores(heads: indexHeads, keyWidth: indexWidth, valueWidth: 0, tokensPerKey: rate),
        Scores(
          heads: heads, keyWidth: width, valueWidth: width, window: try config.size("index_topk"),
          tokensPerKey: rate),
      ]
      attention.caches += [Cache(elements: width + indexWidth, tokensPerEntry: rate)]
      attention.elementwise = [LinearSpec(rate, 2 * width), LinearSpec(rate, 2 * indexWidth)]
      attention.otherParameters += width + indexWidth
      return attention
    case "heavily_compressed_attention":
      let rate = try config.compressionRate(layerType, legacy: "compress_rate_hca", usual: 128)
      attention.projections += [LinearSpec(hidden, width), LinearSpec(hidden, width)]
      attention.scores.append(
        Scores(heads: heads, keyWidth: width, valueWidth: width, tokensPerKey: rate))
      attention.caches += [Cache(elements: width, tokensPerEntry: rate)]
      attention.elementwise = [LinearSpec(rate, width)]
      attention.otherParameters += width
      return attention
    default:
      throw ConfigError(
        "\(config.place)layer_types holds \"\(layerType)\"; give sliding_attention, "
          + "compressed_sparse_attention or heavily_compressed_attention")
    }
  }
}

extension ConfigReader {
  /// Tokens that DeepSeek-V4 compresses into one key.
  fileprivate func compressionRate(
    _ layerType: String, legacy: String, usual: Int
  ) throws(ConfigError) -> Int {
    if let rate = try optionalSize(legacy) { return rate }
    return try nested("compress_rates").optionalSize(layerType) ?? usual
  }
}
