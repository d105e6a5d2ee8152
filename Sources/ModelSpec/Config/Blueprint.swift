import LayerSpec

/// What a family reads from a configuration: an architecture but for its id and `model_type`.
struct Blueprint {
  var hidden: Int
  var vocabulary: Int
  var tiedEmbeddings: Bool
  var layers: [DecoderLayer]
  var surroundings: Architecture.Surroundings
}

extension ConfigReader {
  /// Reads one layer's attention or feed-forward network.
  typealias LayerReader<Part> = (_ index: Int) throws(ConfigError) -> Part

  /// Llama's decoder with what `form` changes.
  ///
  /// - Parameters:
  ///   - attention: Attention by layer where it is not grouped, or differs from layer to layer.
  ///   - feedForwards: Feed-forward networks by layer where they are not all dense and alike.
  func decoder(
    _ form: DecoderForm = DecoderForm(), attention: LayerReader<AttentionSpec?>? = nil,
    feedForwards: LayerReader<[FFNLayerSpec]>? = nil
  ) throws(ConfigError) -> Blueprint {
    let hidden = try size("hidden_size")
    let count = try layerCount()
    let windows = try windows(form, layers: count)
    var layers: [DecoderLayer] = []
    layers.reserveCapacity(count)
    for index in 0..<count {
      let mixer =
        if let attention {
          try attention(index)
        } else {
          try groupedAttention(form, hidden: hidden, window: windows[index])
        }
      let networks =
        if let feedForwards {
          try feedForwards(index)
        } else {
          [FFNLayerSpec.dense(try denseNetwork(form, hidden: hidden))]
        }
      layers.append(
        DecoderLayer(
          attention: mixer, feedForwards: networks,
          otherParameters: form.layerNorms * hidden + form.extraLayerParameters,
          block: block(
            form, index: index, window: windows[index], isLatent: mixer?.form == .latent,
            networks: networks, hidden: hidden)))
    }
    return try blueprint(
      hidden: hidden, layers: layers,
      surroundings: .init(
        otherParameters: form.finalNorms * hidden, headHasBias: try bias(form.headBias)))
  }

  /// A model of these layers between the embeddings that the configuration states.
  ///
  /// - Parameter surroundings: What stands around the layers where it is not one norm after the last.
  func blueprint(
    hidden: Int, layers: [DecoderLayer], surroundings: Architecture.Surroundings? = nil
  ) throws(ConfigError) -> Blueprint {
    Blueprint(
      hidden: hidden, vocabulary: try size("vocab_size"),
      tiedEmbeddings: try flag("tie_word_embeddings"), layers: layers,
      surroundings: surroundings ?? .init(otherParameters: hidden))
  }

  /// Grouped attention with what `form` changes.
  func groupedAttention(
    _ form: DecoderForm, hidden: Int, window: Int? = nil
  ) throws(ConfigError) -> AttentionSpec {
    let heads = try heads(hidden: hidden)
    var others = form.hasSinks ? heads.query : 0
    switch form.queryKeyNorm {
    case .absent: break
    case .perHead: others += 2 * heads.width
    case .perHeadIf(let key): others += try flag(key) ? 2 * heads.width : 0
    case .wide: others += heads.queryWidth + heads.keyValueWidth
    case .wideIf(let key):
      others += try flag(key) ? heads.queryWidth + heads.keyValueWidth : 0
    }
    let hasInputBias = try bias(form.attentionBias)
    let gate: LinearSpec? =
      switch form.outputGate {
      case .absent: nil
      case .separate: LinearSpec(hidden, heads.queryWidth)
      case .fused: LinearSpec(hidden, heads.queryWidth, hasBias: hasInputBias)
      }
    return .grouped(
      hidden: hidden, heads: heads, inputBias: hasInputBias,
      outputBias: try bias(form.outputBias ?? form.attentionBias), gate: gate, window: window,
      otherParameters: others)
  }

  /// The dense feed-forward network with what `form` changes.
  func denseNetwork(
    _ form: DecoderForm = DecoderForm(), hidden: Int, intermediate: Int? = nil
  ) throws(ConfigError) -> FeedForwardSpec {
    let width = if let intermediate { intermediate } else { try size("intermediate_size") }
    return try network(
      width: hidden, intermediate: width, gated: form.isGated, activation: activation(),
      bias: bias(form.feedForwardBias))
  }

  func bias(_ bias: DecoderForm.Bias) throws(ConfigError) -> Bool {
    switch bias {
    case .absent: false
    case .present: true
    case .key(let key): try flag(key)
    }
  }

  /// The window of each layer, `nil` where a query sees everything.
  func windows(_ form: DecoderForm, layers: Int) throws(ConfigError) -> [Int?] {
    let window = try count(form.windowKey)
    guard window > 0 else { return Array(repeating: nil, count: layers) }
    if case .absent = form.windows { return Array(repeating: nil, count: layers) }
    if let words = try layerWords("layer_types", layers: layers) {
      return words.prefix(layers).map {
        $0 == "sliding_attention" || $0 == "chunked_attention" ? window : nil
      }
    }
    let isWindowed: (Int) -> Bool
    switch form.windows {
    case .absent: isWindowed = { _ in false }
    case .every: isWindowed = { _ in true }
    case .allButEvery(let period): isWindowed = { ($0 + 1) % period != 0 }
    case .allButEveryKey(let key, let usual):
      let period = try optionalSize(key) ?? usual
      isWindowed = { ($0 + 1) % period != 0 }
    case .allButEveryFromLast(let period): isWindowed = { (layers - 1 - $0) % period != 0 }
    case .fromMaxWindowLayers:
      let isUsed = try flag("use_sliding_window")
      let first = try count("max_window_layers")
      isWindowed = { isUsed && $0 >= first }
    }
    return (0..<layers).map { isWindowed($0) ? window : nil }
  }
}
