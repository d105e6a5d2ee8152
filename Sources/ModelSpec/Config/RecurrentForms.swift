import LayerSpec

/// Recurrences and linear attention, as far as accounting sees them.
extension AttentionSpec {
  /// The gated delta rule (arXiv 2412.06464): queries, keys, values and an output gate, two scalars
  /// per value head for decay and write strength, a short convolution, a norm on each head.
  static func gatedDelta(_ config: ConfigReader, hidden: Int) throws(ConfigError) -> AttentionSpec {
    let keyHeads = try config.size("linear_num_key_heads")
    let valueHeads = try config.size("linear_num_value_heads")
    let keyWidth = try config.size("linear_key_head_dim")
    let valueWidth = try config.size("linear_value_head_dim")
    let kernel = try config.size("linear_conv_kernel_dim")
    let keys = keyHeads * keyWidth
    let values = valueHeads * valueWidth
    return AttentionSpec(
      form: .linear,
      projections: [
        LinearSpec(hidden, 2 * keys + 2 * values), LinearSpec(hidden, 2 * valueHeads),
        LinearSpec(values, hidden),
      ],
      state: State(heads: valueHeads, keyWidth: keyWidth, valueWidth: valueWidth, passes: 3),
      caches: [.convolution(taps: kernel, channels: 2 * keys + values)],
      elementwise: [LinearSpec(kernel, 2 * keys + values)],
      otherParameters: 2 * valueHeads + valueWidth)
  }

  /// Kimi's delta attention: as the gated delta rule with decay per channel, decay and output gate
  /// each through a rank of one head's width.
  static func kimiDelta(
    _ config: ConfigReader, _ nested: ConfigReader, hidden: Int
  ) throws(ConfigError) -> AttentionSpec {
    func size(_ inner: String, _ outer: String) throws(ConfigError) -> Int {
      if let size = try nested.optionalSize(inner) { return size }
      return try config.size(outer)
    }
    let heads = try size("num_heads", "linear_num_heads")
    let width = try size("head_dim", "linear_head_dim")
    let kernel = try size("short_conv_kernel_size", "linear_conv_kernel_dim")
    let joint = heads * width
    let decay = [LinearSpec(hidden, width), LinearSpec(width, joint)]
    let gate = [LinearSpec(hidden, width), LinearSpec(width, joint)]
    return AttentionSpec(
      form: .linear,
      projections: Array(repeating: LinearSpec(hidden, joint), count: 3) + decay + gate
        + [LinearSpec(hidden, heads), LinearSpec(joint, hidden)],
      state: State(heads: heads, keyWidth: width, valueWidth: width, passes: 3),
      caches: [.convolution(taps: kernel, channels: 3 * joint)],
      elementwise: [LinearSpec(kernel, 3 * joint)],
      otherParameters: joint + heads + width)
  }

  /// Lightning attention (arXiv 2401.04658): linear attention with a fixed decay per head, normed
  /// and gated at its output.
  static func lightning(_ config: ConfigReader, hidden: Int) throws(ConfigError) -> AttentionSpec {
    let heads = try config.heads(hidden: hidden)
    return AttentionSpec(
      form: .linear,
      projections: [
        LinearSpec(hidden, 3 * heads.queryWidth), LinearSpec(hidden, heads.queryWidth),
        LinearSpec(heads.queryWidth, hidden),
      ],
      state: State(heads: heads.query, keyWidth: heads.width, valueWidth: heads.width, passes: 2),
      otherParameters: heads.queryWidth)
  }

  /// Mamba (arXiv 2312.00752) as Jamba has it, with norms on its time step, B and C.
  static func mamba(_ config: ConfigReader, hidden: Int) throws(ConfigError) -> AttentionSpec {
    let inner = try config.size("mamba_expand") * hidden
    let state = try config.size("mamba_d_state")
    let kernel = try config.size("mamba_d_conv")
    let rank: Int
    if try config.isAutomatic("mamba_dt_rank") {
      rank = (hidden + 15) / 16  // The reference's default: a sixteenth of H, rounded up.
    } else {
      rank = try config.size("mamba_dt_rank")
    }
    let bias = try config.flag("mamba_proj_bias")
    return AttentionSpec(
      form: .stateSpace,
      projections: [
        LinearSpec(hidden, 2 * inner, hasBias: bias), LinearSpec(inner, rank + 2 * state),
        LinearSpec(rank, inner, hasBias: true), LinearSpec(inner, hidden, hasBias: bias),
      ],
      // Its state is written element by element; only reading it is a product.
      state: State(heads: inner, keyWidth: state, valueWidth: 1, passes: 1),
      caches: [.convolution(taps: kernel, channels: inner)],
      elementwise: [
        LinearSpec(kernel, inner, hasBias: try config.flag("mamba_conv_bias")),
        LinearSpec(state, inner),
      ],
      otherParameters: inner + rank + 2 * state)
  }

  /// Mamba 2 (arXiv 2405.21060) as Nemotron-H and Granite 4.0 have it.
  static func mamba2(_ config: ConfigReader, hidden: Int) throws(ConfigError) -> AttentionSpec {
    let heads = try config.size("mamba_num_heads", "mamba_n_heads")
    let width: Int
    if config.has("mamba_d_head") || !config.has("mamba_head_dim") {
      // Granite's heads share the inner width unless they have one of their own.
      width =
        try config.isAutomatic("mamba_d_head")
        ? config.size("mamba_expand") * hidden / heads : config.size("mamba_d_head")
    } else {
      width = try config.size("mamba_head_dim")
    }
    let groups = try config.size("n_groups", "mamba_n_groups")
    let state = try config.size("ssm_state_size", "mamba_d_state")
    let kernel = try config.size("conv_kernel", "mamba_d_conv")
    let inner = heads * width
    let channels = inner + 2 * groups * state
    let bias = try config.flag("use_bias", "mamba_proj_bias")
    return AttentionSpec(
      form: .stateSpace,
      projections: [
        LinearSpec(hidden, inner + channels + heads, hasBias: bias),
        LinearSpec(inner, hidden, hasBias: bias),
      ],
      state: State(heads: heads, keyWidth: state, valueWidth: width, passes: 2),
      caches: [.convolution(taps: kernel, channels: channels)],
      elementwise: [
        LinearSpec(kernel, channels, hasBias: try config.flag("use_conv_bias", "mamba_conv_bias"))
      ],
      otherParameters: 3 * heads + inner)
  }
}

extension AttentionSpec.Cache {
  /// What a short convolution keeps: the inputs of all its taps but the one that is new.
  static func convolution(taps: Int, channels: Int) -> Self {
    Self(elements: channels, window: taps - 1)
  }
}
