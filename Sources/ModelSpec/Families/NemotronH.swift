import LayerSpec

extension Family {
  /// Nemotron-H (arXiv 2504.03624) and Nemotron 3: every layer is one mixer, Mamba 2, attention, a
  /// dense network or a routed one, none of them gated.
  static func nemotronH(_ config: ConfigReader) throws(ConfigError) -> Blueprint {
    let hidden = try config.size("hidden_size")
    let activation = try config.activation("mlp_hidden_act")
    let bias = try config.flag("mlp_bias")
    var layers: [DecoderLayer] = []
    for word in try nemotronLayers(config) {
      var layer = DecoderLayer(attention: nil, feedForwards: [], otherParameters: hidden)
      switch word {
      case "linear_attention", "mamba":
        layer.attention = try .mamba2(config, hidden: hidden)
      case "full_attention", "attention":
        layer.attention = try config.groupedAttention(DecoderForm(), hidden: hidden)
      case "moe":
        layer.feedForwards = [try nemotronRouted(config, activation: activation, bias: bias)]
      case "mlp":
        layer.feedForwards = [
          .dense(
            try config.network(
              width: hidden, intermediate: config.size("intermediate_size"), gated: false,
              activation: activation, bias: bias))
        ]
      default:
        throw ConfigError(
          "\(config.place)layers_block_type holds \"\(word)\"; give linear_attention, "
            + "full_attention, moe or mlp")
      }
      layers.append(layer)
    }
    // The reference never ties, whatever `tie_word_embeddings` says.
    return Blueprint(
      hidden: hidden, vocabulary: try config.size("vocab_size"), tiedEmbeddings: false,
      layers: layers,
      surroundings: .init(otherParameters: hidden))
  }

  private static func nemotronRouted(
    _ config: ConfigReader, activation: Activation, bias: Bool
  ) throws(ConfigError) -> FFNLayerSpec {
    if let width = try config.optionalSize("moe_latent_size") {
      throw ConfigError(
        "\(config.place)moe_latent_size is \(width); Tenfold's latent experts have norms, which this "
          + "family's do not, so it cannot describe them")
    }
    let hidden = try config.size("hidden_size")
    let experts = try config.size("n_routed_experts", "num_local_experts")
    return try config.routed(
      hidden: hidden, experts: experts, topK: config.topK(of: experts),
      expert: config.network(
        width: hidden, intermediate: config.size("moe_intermediate_size"), gated: false,
        activation: activation),
      router: config.sigmoidRouter(),
      shared: config.network(
        width: hidden, intermediate: config.size("moe_shared_expert_intermediate_size"),
        gated: false, activation: activation, bias: bias))
  }

  /// Layer types, from the list or from the older pattern of letters.
  private static func nemotronLayers(_ config: ConfigReader) throws(ConfigError) -> [String] {
    let words: [String]
    if let list = try config.words("layers_block_type", "layer_types") {
      words = list
    } else if let pattern = try config.word("hybrid_override_pattern") {
      let letters: [Character: String] = [
        "M": "linear_attention", "E": "moe", "*": "full_attention", "-": "mlp",
      ]
      var list: [String] = []
      for letter in pattern {
        guard let word = letters[letter] else {
          throw ConfigError(
            "\(config.place)hybrid_override_pattern holds \"\(letter)\"; give M, E, * and -")
        }
        list.append(word)
      }
      words = list
    } else {
      words = ["linear_attention", "moe", "full_attention", "mlp"]
    }
    guard !words.isEmpty, words.count <= ConfigReader.mostLayers else {
      throw ConfigError(
        "\(config.place)layers_block_type has \(words.count) layers; give 1 to "
          + "\(ConfigReader.mostLayers)")
    }
    return words
  }
}
