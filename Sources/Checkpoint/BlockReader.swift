import LayerSpec

/// Finds one decoder block in a file and brings its weights into the canonical layout.
///
/// Two steps, as with `LayerReader`: the reader finds the block, its number picks the `BlockSpec` from the
/// model's configuration, and with it the weights are read.
public struct BlockReader: Sendable {
  /// The block in the file, `model.layers.3.`; empty when names are relative to it.
  public let prefix: String

  private let file: SafetensorsFile
  private let modelType: String

  /// The tensor that a block is found by: every attention ends with it.
  private static let landmark = "self_attn.o_proj.weight"

  /// Finds the block by its attention.
  ///
  /// - Returns: `nil` for a file without attention, such as one of a feed-forward layer alone.
  /// - Throws: `CheckpointError` when the file has several blocks.
  public init?(file: SafetensorsFile, modelType: String) throws(CheckpointError) {
    let prefixes = Set(
      file.tensors.lazy.map(\.name).filter { $0.hasSuffix(Self.landmark) }
        .map { String($0.dropLast(Self.landmark.count)) }
        .filter { $0.isEmpty || $0.hasSuffix(".") }
    ).sorted()
    guard let prefix = prefixes.first else { return nil }
    guard prefixes.count == 1 else { throw .severalLayers(prefixes: prefixes) }
    self.file = file
    self.modelType = modelType
    self.prefix = prefix
  }

  /// The block's number in its model, counted from 0; `nil` when the names do not tell.
  public var layerIndex: Int? {
    prefix.split(separator: ".").lazy.reversed().compactMap { Int($0) }.first
  }

  /// The block's weights, or gradients of them that a file has under the same names.
  ///
  /// - Parameter areGradients: scales of norms are then what the file has, also where checkpoints store scales
  ///   minus one.
  /// - Throws: `CheckpointError` naming the tensor that is missing, of another shape than `spec`
  ///   says, not of floats, or left over when everything in `spec` has been read.
  public func weights(
    for spec: BlockSpec, areGradients: Bool = false
  ) throws(CheckpointError) -> BlockWeights {
    var source = LayerTensors(file: file, prefix: prefix)
    let offset = areGradients ? 0 : TensorFamily.normOffset(of: modelType)
    let attention = try source.selfAttention(spec.attention, offset: offset)
    let norms = try norms(of: spec, offset: offset, from: &source)
    var left = Set(source.unread.filter { !$0.hasSuffix(Self.frequencies) })
    let feedForward: BlockWeights.FeedForward
    switch spec.feedForward {
    case .sparse(let layer):
      let reader = try LayerReader(file: file, modelType: modelType)
      feedForward = .sparse(try reader.weights(for: layer))
      left = left.filter { !$0.hasPrefix(reader.prefix) }
    case .dense(let network):
      let stem = Self.denseStems.first { source.contains("\($0).down_proj.weight") }
      feedForward = .dense(
        try source.network(network, stem ?? Self.denseStems[0], ProjectionNames.projections))
      left = left.intersection(source.unread)
    }
    guard left.isEmpty else { throw .unexpectedTensors(left.sorted()) }
    return BlockWeights(
      attention: attention, attentionNorms: norms.attention, feedForward: feedForward,
      feedForwardNorms: norms.feedForward)
  }

  /// What the dense network is named under: Llama 4 has a name of its own.
  private static let denseStems = ["mlp", "feed_forward"]
  /// A buffer of old checkpoints, which follows from the configuration.
  private static let frequencies = "rotary_emb.inv_freq"

  private func norms(
    of spec: BlockSpec, offset: Float, from source: inout LayerTensors
  ) throws(CheckpointError) -> (attention: BlockWeights.Norms, feedForward: BlockWeights.Norms) {
    func scale(_ name: String) throws(CheckpointError) -> [Float] {
      try source.floats(["\(name).weight"], shape: [spec.hidden]).map { offset + $0 }
    }
    switch spec.norms {
    case .before:
      return (
        .init(before: try scale("input_layernorm"), after: nil),
        .init(before: try scale("post_attention_layernorm"), after: nil)
      )
    case .around:
      return (
        .init(
          before: try scale("input_layernorm"), after: try scale("post_attention_layernorm")),
        .init(
          before: try scale("pre_feedforward_layernorm"),
          after: try scale("post_feedforward_layernorm"))
      )
    case .after:
      return (
        .init(before: nil, after: try scale("post_attention_layernorm")),
        .init(before: nil, after: try scale("post_feedforward_layernorm"))
      )
    }
  }
}

extension TensorFamily {
  /// Families that store the scale of a norm minus one.
  private static let centred: Set = ["gemma", "gemma2", "gemma3_text"]

  /// What is added to the stored scales of a family's norms.
  static func normOffset(of modelType: String) -> Float { centred.contains(modelType) ? 1 : 0 }
}

extension LayerTensors {
  /// One self-attention, by the names that all families of `BlockSpec` share.
  ///
  /// - Parameter offset: added to the stored scales of norms.
  mutating func selfAttention(
    _ spec: SelfAttentionSpec, offset: Float
  ) throws(CheckpointError) -> SelfAttentionWeights {
    func linear(
      _ name: String, _ outputs: Int, _ inputs: Int, bias: Bool
    ) throws(CheckpointError) -> SelfAttentionWeights.Linear {
      let stem = "self_attn.\(name)"
      return SelfAttentionWeights.Linear(
        try floats(["\(stem).weight"], shape: [outputs, inputs]),
        bias: bias ? try floats(["\(stem).bias"], shape: [outputs]) : nil)
    }
    func norm(_ name: String, _ count: Int) throws(CheckpointError) -> [Float] {
      try floats(["self_attn.\(name).weight"], shape: [count]).map { offset + $0 }
    }
    let hidden = spec.hidden
    let output = try linear("o_proj", hidden, spec.outputWidth, bias: spec.hasOutputBias)
    if let latent = spec.latent {
      let compressed = latent.rank + latent.rotaryWidth
      let expanded = spec.heads * (latent.plainWidth + spec.valueWidth)
      let keysAndValues = SelfAttentionWeights.KeysAndValues.latent(
        compress: try linear("kv_a_proj_with_mqa", compressed, hidden, bias: spec.hasInputBias),
        norm: try norm("kv_a_layernorm", latent.rank),
        expand: try linear("kv_b_proj", expanded, latent.rank, bias: false).matrix)
      guard let rank = latent.queryRank else {
        return SelfAttentionWeights(
          query: try linear("q_proj", spec.queryWidth, hidden, bias: spec.hasInputBias),
          keysAndValues: keysAndValues, output: output)
      }
      return SelfAttentionWeights(
        query: try linear("q_b_proj", spec.queryWidth, rank, bias: false),
        queryRank: (
          try linear("q_a_proj", rank, hidden, bias: spec.hasInputBias),
          try norm("q_a_layernorm", rank)
        ),
        keysAndValues: keysAndValues, output: output)
    }
    var weights = SelfAttentionWeights(
      query: try linear("q_proj", spec.queryWidth, hidden, bias: spec.hasInputBias),
      keysAndValues: .grouped(
        key: try linear("k_proj", spec.keysWidth, hidden, bias: spec.hasInputBias),
        value: try linear("v_proj", spec.valuesWidth, hidden, bias: spec.hasInputBias)),
      output: output)
    switch spec.queryKeyNorm {
    case .absent, .turned: break
    case .perHead:
      weights.queryNorm = try norm("q_norm", spec.keyWidth)
      weights.keyNorm = try norm("k_norm", spec.keyWidth)
    case .wide:
      weights.queryNorm = try norm("q_norm", spec.queryWidth)
      weights.keyNorm = try norm("k_norm", spec.keysWidth)
    }
    if spec.hasSinks { weights.sinks = try floats(["self_attn.sinks"], shape: [spec.heads]) }
    return weights
  }
}
