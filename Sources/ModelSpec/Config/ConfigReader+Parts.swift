import LayerSpec

extension ConfigReader {
  /// The number of layers, from 1 to `mostLayers`.
  func layerCount(_ keys: String...) throws(ConfigError) -> Int {
    let names = keys.isEmpty ? ["num_hidden_layers"] : keys
    return try limited(try size(names), names[0])
  }

  /// The number of layers of a second stack, `nil` when the configuration does not give it.
  func optionalLayerCount(_ key: String) throws(ConfigError) -> Int? {
    guard has(key) else { return nil }
    return try limited(try count(key), key)
  }

  private func limited(_ layers: Int, _ key: String) throws(ConfigError) -> Int {
    guard layers <= Self.mostLayers else {
      throw ConfigError("\(place)\(key) is \(layers); give at most \(Self.mostLayers)")
    }
    return layers
  }

  /// Heads of grouped attention: as many key-value heads as query heads unless told otherwise, and
  /// hidden / heads elements each.
  func heads(hidden: Int) throws(ConfigError) -> Heads {
    let query = try size("num_attention_heads")
    let keyValue = try optionalSize("num_key_value_heads") ?? query
    guard query % keyValue == 0 else {
      throw ConfigError(
        "\(place)num_key_value_heads is \(keyValue), which does not divide the \(query) attention "
          + "heads; give a divisor")
    }
    if let width = try optionalSize("head_dim") {
      return Heads(query: query, keyValue: keyValue, width: width)
    }
    guard hidden >= query else {
      throw ConfigError(
        "\(place)num_attention_heads is \(query), more than hidden_size \(hidden); give head_dim")
    }
    return Heads(query: query, keyValue: keyValue, width: hidden / query)
  }

  /// The activation under a key, by the names of the `ACT2FN` table of transformers.
  func activation(_ keys: String...) throws(ConfigError) -> Activation {
    let names = keys.isEmpty ? ["hidden_act", "hidden_activation"] : keys
    guard let word = try word(names) else { return .silu }
    switch word {
    case "silu", "swish": return .silu
    case "gelu": return .gelu
    case "gelu_pytorch_tanh", "gelu_new", "gelu_fast", "gelu_python_tanh": return .geluTanh
    case "relu": return .relu
    case "relu2": return .reluSquared
    default:
      throw ConfigError(
        "\(place)\(names[0]) is \"\(word)\", which Tenfold cannot compute; it knows gelu, gelu_new, "
          + "gelu_pytorch_tanh, relu, relu2 and silu")
    }
  }

  /// A feed-forward network; sizes that do not fit become a sentence about this configuration.
  func network(
    width: Int, intermediate: Int, gated: Bool = true, activation: Activation = .silu,
    bias: Bool = false
  ) throws(ConfigError) -> FeedForwardSpec {
    do {
      return try FeedForwardSpec(
        width: width, intermediate: intermediate, isGated: gated, activation: activation,
        hasBias: bias)
    } catch {
      throw ConfigError("\(error); check the sizes")
    }
  }

  /// K, which must not exceed the `choices` of the router.
  func topK(of choices: Int, _ keys: String...) throws(ConfigError) -> Int {
    let names = keys.isEmpty ? ["num_experts_per_tok"] : keys
    let topK = try size(names)
    guard topK <= choices else {
      throw ConfigError(
        "\(place)\(names[0]) is \(topK), and there are \(choices) experts; give at most \(choices)")
    }
    return topK
  }

  /// A routed layer; what does not fit together becomes a sentence about this configuration.
  func routed(
    hidden: Int, experts: Int, identityExperts: Int = 0, topK: Int, expert: FeedForwardSpec,
    router: RouterPolicy, shared: FeedForwardSpec? = nil, sharedIsGated: Bool = false,
    latent: SparseLayerSpec.Latent? = nil
  ) throws(ConfigError) -> FFNLayerSpec {
    do {
      return .sparse(
        try SparseLayerSpec(
          hidden: hidden, experts: experts, identityExperts: identityExperts, topK: topK,
          expert: expert, router: router,
          shared: shared.map { .init(network: $0, isGated: sharedIsGated) }, latent: latent))
    } catch {
      throw ConfigError("\(error); check the sizes")
    }
  }

  /// One word per layer, `nil` when the configuration has none.
  func layerWords(_ key: String, layers: Int) throws(ConfigError) -> [String]? {
    guard let words = try words(key) else { return nil }
    guard words.count >= layers else {
      throw ConfigError("\(place)\(key) has \(words.count) entries for \(layers) layers")
    }
    return words
  }
}
