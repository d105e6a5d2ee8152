import LayerSpec

/// How the blocks of one family compute, beyond what counting needs (`DecoderForm`).
///
/// The default is Llama's: RMS norms before each half, rotation of whole heads in halves, products of queries
/// and keys divided by the root of their width. Semantics of each family from transformers 5.24.0
/// (`modeling_*.py`).
struct BlockForm: Sendable {
  /// Which part of a head is turned.
  enum RotaryPart: Sendable {
    case all
    /// The fraction under `partial_rotary_factor`.
    case fraction
    /// As many elements as the key says.
    case width(String)
  }

  /// The factor on products of queries and keys.
  enum Scale: Sendable {
    /// One over the root of the width of a key.
    case inverseRoot
    /// One over the root of what the key says (Gemma's `query_pre_attn_scalar`).
    case inverseRootOf(String)
    /// What the key says (Granite's `attention_multiplier`).
    case key(String)
  }

  /// How layers with a window, or in chunks, are turned where others are turned otherwise.
  enum LocalRotation: Sendable {
    case same
    /// By a base under a key, without scaling (Gemma 3).
    case base(String)
    /// Without scaling (OLMo 3).
    case unscaled
  }

  /// Where norms stand.
  var norms = BlockSpec.NormOrder.before
  var pairing = RotarySpec.Pairing.halves
  var rotaryPart = RotaryPart.all
  var scale = Scale.inverseRoot
  var localRotation = LocalRotation.same
  /// Whether some layers are not turned, as `no_rope_layers` and `no_rope_layer_interval` say.
  var leavesLayersUnturned = false
  /// The key of the bound of scores.
  var softcapKey: String?
  /// The key of the bound of queries, keys and values.
  var clipKey: String?
  /// The key of the factor on each branch.
  var residualKey: String?
  /// Whether queries and keys of turned layers are normed without a scale where `use_qk_norm` says so, and
  /// queries of others scaled by their position (Llama 4).
  var isLlama4 = false
}

extension BlockForm {
  /// Granite's multipliers of scores and branches, dense and routed.
  static let granite = BlockForm(
    scale: .key("attention_multiplier"), residualKey: "residual_multiplier")
}

extension ConfigReader {
  /// What a block computes, or why it is counted only: a configuration whose sizes are understood need not
  /// have every number that computing takes.
  ///
  /// - Parameters:
  ///   - index: of the layer, from 0.
  ///   - window: tokens that a query sees, or of a chunk; `nil` for all.
  ///   - networks: the feed-forward half, one network in blocks that can be computed.
  func block(
    _ form: DecoderForm, index: Int, window: Int?, isLatent: Bool, networks: [FFNLayerSpec],
    hidden: Int
  ) -> DecoderLayer.Block {
    guard let block = form.block, networks.count == 1, let network = networks.first else {
      return .counted(
        reason: "blocks of \(modelType) are counted, and this version cannot compute them")
    }
    do {
      let attention =
        isLatent
        ? try latentSelfAttention(block, hidden: hidden)
        : try groupedSelfAttention(form, block, index: index, window: window, hidden: hidden)
      let epsilon = try epsilon()
      let residualScale =
        if let key = block.residualKey { Float(try number(key)) } else { Float(1) }
      let longest = try optionalSize("max_position_embeddings")
      return .executable(
        try spec { () throws(LayerSpecError) in
          try BlockSpec(
            attention: attention, feedForward: network, norms: block.norms, normEpsilon: epsilon,
            residualScale: residualScale, longestContext: longest)
        })
    } catch {
      return .counted(reason: "\(error)")
    }
  }

  /// Grouped attention with what the family's forms change.
  private func groupedSelfAttention(
    _ form: DecoderForm, _ block: BlockForm, index: Int, window: Int?, hidden: Int
  ) throws(ConfigError) -> SelfAttentionSpec {
    let heads = try heads(hidden: hidden)
    let isTurned = try block.leavesLayersUnturned ? isTurned(layer: index) : true
    let epsilon = try epsilon()
    var norm: SelfAttentionSpec.QueryKeyNorm
    switch form.queryKeyNorm {
    case .absent: norm = .absent
    case .perHead: norm = .perHead(epsilon: epsilon)
    case .perHeadIf(let key): norm = try flag(key) ? .perHead(epsilon: epsilon) : .absent
    case .wide: norm = .wide(epsilon: epsilon)
    case .wideIf(let key): norm = try flag(key) ? .wide(epsilon: epsilon) : .absent
    }
    if block.isLlama4, isTurned, try flag("use_qk_norm") { norm = .turned(epsilon: epsilon) }
    let isTempered =
      block.isLlama4 && !isTurned ? try flag("attn_temperature_tuning") : false
    let reach: SelfAttentionSpec.Reach =
      if let window, isTurned || !block.isLlama4 {
        form.windowKey == Self.chunkKey ? .chunk(window) : .window(window)
      } else {
        .all
      }
    let rotary = isTurned ? try rotary(block, width: heads.width, isLocal: window != nil) : nil
    let scale = try scale(block, width: heads.width)
    let clip = try bound(block.clipKey)
    let softcap = try bound(block.softcapKey)
    let temperature: SelfAttentionSpec.Temperature? =
      isTempered ? .init(floor: try number("floor_scale"), scale: try number("attn_scale")) : nil
    let hasInputBias = try bias(form.attentionBias)
    let hasOutputBias = try bias(form.outputBias ?? form.attentionBias)
    return try spec { () throws(LayerSpecError) in
      try SelfAttentionSpec(
        hidden: hidden, heads: heads.query, keyValueHeads: heads.keyValue, keyWidth: heads.width,
        valueWidth: heads.width, hasInputBias: hasInputBias, hasOutputBias: hasOutputBias,
        queryKeyNorm: norm,
        clip: clip, rotary: rotary, reach: reach, scale: Float(scale), softcap: softcap,
        hasSinks: form.hasSinks, temperature: temperature)
    }
  }

  /// The key of the chunks' size, which is a window's in other families.
  static let chunkKey = "attention_chunk_size"

  /// Multi-head latent attention (`AttentionSpec.latent`), whose norms have an epsilon of their own in the
  /// reference.
  private func latentSelfAttention(
    _ block: BlockForm, hidden: Int
  ) throws(ConfigError) -> SelfAttentionSpec {
    let heads = try size("num_attention_heads")
    let plainWidth = try size("qk_nope_head_dim")
    let rotaryWidth = try count("qk_rope_head_dim")
    let valueWidth = try size("v_head_dim")
    let latent = SelfAttentionSpec.Latent(
      queryRank: try optionalSize("q_lora_rank"), rank: try size("kv_lora_rank"),
      plainWidth: plainWidth, rotaryWidth: rotaryWidth, normEpsilon: 1e-6)
    guard try !flag("attention_bias") else {
      throw ConfigError(
        "\(place)attention_bias is true, and latent attention with biases is counted only")
    }
    var form = block
    let isInterleaved = has("rope_interleave") ? try flag("rope_interleave") : true
    form.pairing = isInterleaved ? .interleaved : .halves
    let rotary = rotaryWidth > 0 ? try rotary(form, width: rotaryWidth, isLocal: false) : nil
    let sharpening = try latentSharpening()
    let scale = sharpening / Double(plainWidth + rotaryWidth).squareRoot()
    return try spec { () throws(LayerSpecError) in
      try SelfAttentionSpec(
        hidden: hidden, heads: heads, keyValueHeads: heads, keyWidth: plainWidth + rotaryWidth,
        valueWidth: valueWidth, latent: latent, rotary: rotary, scale: Float(scale))
    }
  }

  /// The bound under a key, `nil` without a key or a number.
  private func bound(_ key: String?) throws(ConfigError) -> Float? {
    guard let key else { return nil }
    guard let bound = try optionalNumber(key) else { return nil }
    return Float(try positive(bound, key))
  }

  /// What norms add to a mean square: no less than nothing.
  private func epsilon() throws(ConfigError) -> Float {
    let key = "rms_norm_eps"
    let epsilon = try number(key)
    guard epsilon >= 0 else {
      throw ConfigError("\(place)\(key) is \(epsilon); give a number that is not negative")
    }
    return Float(epsilon)
  }

  /// A number that something is divided by, or bounded with.
  private func positive(_ number: Double, _ key: String) throws(ConfigError) -> Double {
    guard number > 0 else {
      throw ConfigError("\(place)\(key) is \(number); give a number above 0")
    }
    return number
  }

  private func scale(_ block: BlockForm, width: Int) throws(ConfigError) -> Double {
    switch block.scale {
    case .inverseRoot: 1 / Double(width).squareRoot()
    case .inverseRootOf(let key): 1 / (try positive(number(key), key)).squareRoot()
    case .key(let key): try number(key)
    }
  }

  /// Whether a layer is turned: `no_rope_layers` has 1 for those that are, and an empty list means all but
  /// every fourth, or what `no_rope_layer_interval` says.
  private func isTurned(layer index: Int) throws(ConfigError) -> Bool {
    if let flags = try counts("no_rope_layers"), !flags.isEmpty {
      guard flags.indices.contains(index) else {
        throw ConfigError(
          "\(place)no_rope_layers has \(flags.count) entries, and none for layer \(index)")
      }
      return flags[index] != 0
    }
    return (index + 1) % (try optionalSize("no_rope_layer_interval") ?? 4) != 0
  }

  /// A spec of values that fit together, or a sentence about this configuration.
  private func spec<Spec>(
    _ make: () throws(LayerSpecError) -> Spec
  ) throws(ConfigError) -> Spec {
    do {
      return try make()
    } catch {
      throw ConfigError("\(error); check the sizes")
    }
  }
}
