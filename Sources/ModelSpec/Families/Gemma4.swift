import LayerSpec

extension Family {
  /// Gemma 4: full attention with wider heads in every sixth layer, keys shared among late layers, a
  /// dense network in each layer and beside it, in the routed model, the experts; small models add
  /// an embedding to every layer.
  static func gemma4(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    let count = try config.layerCount()
    let layerTypes = try gemma4LayerTypes(config, layers: count)
    let firstShared = count - (try config.count("num_kv_shared_layers"))
    let isDoubled = try config.flag("use_double_wide_mlp")
    let intermediate = try config.size("intermediate_size")
    let routed = try gemma4Routed(config, hidden: hidden)
    let embedding = try config.count("hidden_size_per_layer_input")
    var layers: [DecoderLayer] = []
    for index in 0..<count {
      let isShared = index >= firstShared
      var networks: [FFNLayerSpec] = [
        .dense(
          try config.denseNetwork(
            hidden: hidden, intermediate: isShared && isDoubled ? 2 * intermediate : intermediate))
      ]
      var others = 4 * hidden
      if let routed {
        networks.append(.sparse(routed))
        // Three more norms, the router's scale, and one scale per expert.
        others += 4 * hidden + routed.experts
      }
      var projections: [LinearSpec] = []
      if embedding > 0 {
        projections = [LinearSpec(hidden, embedding), LinearSpec(embedding, hidden)]
        others += hidden
      }
      layers.append(
        DecoderLayer(
          attention: try gemma4Attention(
            config, hidden: hidden, index: index, isFull: layerTypes[index] == "full_attention",
            isShared: isShared),
          feedForwards: networks, otherProjections: projections, otherParameters: others))
    }
    var surroundings = Architecture.Surroundings(otherParameters: hidden)
    if embedding > 0 {
      let joint = count * embedding
      surroundings.tables = [
        .init(rows: try config.size("vocab_size_per_layer_input"), columns: joint)
      ]
      surroundings.projections = [LinearSpec(hidden, joint)]
      surroundings.otherParameters += embedding
    }
    return try config.blueprint(hidden: hidden, layers: layers, surroundings: surroundings)
  }

  /// Layer types as listed, or full attention in every sixth layer; the last layer has full
  /// attention whatever the list says.
  private static func gemma4LayerTypes(
    _ config: ConfigReader, layers: Int
  ) throws(ConfigError) -> [String] {
    var layerTypes: [String] =
      if let words = try config.layerWords("layer_types", layers: layers) {
        Array(words.prefix(layers))
      } else {
        (0..<layers).map { ($0 + 1) % 6 == 0 ? "full_attention" : "sliding_attention" }
      }
    layerTypes[layers - 1] = "full_attention"
    return layerTypes
  }

  private static func gemma4Routed(
    _ config: ConfigReader, hidden: Int
  ) throws(ConfigError) -> SparseLayerSpec? {
    guard try config.flag("enable_moe_block") else { return nil }
    let experts = try config.size("num_experts")
    let layer = try config.routed(
      hidden: hidden, experts: experts, topK: config.topK(of: experts, "top_k_experts"),
      expert: config.network(
        width: hidden, intermediate: config.size("moe_intermediate_size"),
        activation: config.activation()),
      router: RouterPolicy(normalization: .sum(epsilon: 0)))
    guard case .sparse(let spec) = layer else { return nil }
    return spec
  }

  /// Full layers have their own head width and may have their own key heads, whose keys then serve
  /// as values too; layers that share keys make none.
  private static func gemma4Attention(
    _ config: ConfigReader, hidden: Int, index: Int, isFull: Bool, isShared: Bool
  ) throws(ConfigError) -> AttentionSpec {
    let heads = try gemma4Heads(config, index: index, isFull: isFull)
    let bias = try config.flag("attention_bias")
    var projections = [
      LinearSpec(hidden, heads.queryWidth, hasBias: bias),
      LinearSpec(heads.queryWidth, hidden, hasBias: bias),
    ]
    if !isShared {
      let keysAreValues = try config.flag("attention_k_eq_v") && isFull
      let keys = LinearSpec(hidden, heads.keyValueWidth, hasBias: bias)
      projections += Array(repeating: keys, count: keysAreValues ? 1 : 2)
    }
    let window = isFull ? nil : try config.optionalSize("sliding_window")
    return AttentionSpec(
      form: .grouped, projections: projections,
      scores: [
        .init(heads: heads.query, keyWidth: heads.width, valueWidth: heads.width, window: window)
      ],
      caches: isShared ? [] : [.init(elements: 2 * heads.keyValueWidth, window: window)],
      otherParameters: (isShared ? 1 : 2) * heads.width)
  }

  private static func gemma4Heads(
    _ config: ConfigReader, index: Int, isFull: Bool
  ) throws(ConfigError) -> Heads {
    let common = try config.heads(hidden: config.size("hidden_size"))
    if config.has("per_layer_config") {
      // Files of newer releases say per layer what differs.
      let own = try config.nested("per_layer_config").nested("\(index)")
      return Heads(
        query: common.query,
        keyValue: try own.optionalSize("num_key_value_heads") ?? common.keyValue,
        width: try own.optionalSize("head_dim") ?? common.width)
    }
    guard isFull else { return common }
    let usualFullWidth = 512
    let ownKeyHeads =
      try config.flag("attention_k_eq_v")
      ? config.optionalSize("num_global_key_value_heads") : nil
    return Heads(
      query: common.query, keyValue: ownKeyHeads ?? common.keyValue,
      width: try config.optionalSize("global_head_dim") ?? usualFullWidth)
  }
}
