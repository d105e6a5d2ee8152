import LayerSpec

/// Heads of grouped attention.
struct Heads {
  /// Query heads.
  let query: Int
  /// Key-value heads.
  let keyValue: Int
  /// Elements of one head.
  let width: Int

  /// Elements of all query heads.
  var queryWidth: Int { query * width }
  /// Elements of all key heads.
  var keyValueWidth: Int { keyValue * width }
}

extension AttentionSpec {
  /// Query, key, value and output matrices; keys and values may be shared by a group of heads.
  ///
  /// - Parameter gateWidth: Outputs of a further matrix whose sigmoid multiplies the heads' output.
  static func grouped(
    hidden: Int, heads: Heads, inputBias: Bool = false, outputBias: Bool = false,
    gateWidth: Int = 0, window: Int? = nil, otherParameters: Int = 0
  ) -> AttentionSpec {
    var projections = [
      LinearSpec(hidden, heads.queryWidth, hasBias: inputBias),
      LinearSpec(hidden, heads.keyValueWidth, hasBias: inputBias),
      LinearSpec(hidden, heads.keyValueWidth, hasBias: inputBias),
      LinearSpec(heads.queryWidth, hidden, hasBias: outputBias),
    ]
    if gateWidth > 0 { projections.append(LinearSpec(hidden, gateWidth)) }
    return AttentionSpec(
      form: .grouped, projections: projections,
      scores: [
        Scores(
          heads: heads.query, keyWidth: heads.width, valueWidth: heads.width, window: window)
      ],
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
      otherParameters: norms)
  }
}
