import Checkpoint
import LayerSpec
import ModelSpec

/// The configuration of a golden layer: what is computed, before any weights are read.
///
/// A golden layer is one mixture-of-experts layer, or one whole decoder block, of a model with inputs and the
/// outputs that another implementation computed from them. It comes as three files: the model's `config.json`,
/// `layer.safetensors` with the layer's tensors under the names of its checkpoint, and
/// `io.safetensors` with `hidden_states` and `output`, both [tokens, H] (`GoldenTensors` has the rest).
public struct GoldenModel: Sendable {
  /// `model_type` of the text model.
  public var family: String { architecture.modelType }

  private let architecture: Architecture

  /// Reads a `config.json`.
  ///
  /// - Throws: `GoldenLayerError` when it does not describe a model, or one of a family whose
  ///   tensor names are unknown; the layer's files need not be opened then.
  public init(config: [UInt8]) throws(GoldenLayerError) {
    do {
      architecture = try Architecture(configJSON: config, id: "config.json")
    } catch {
      throw GoldenLayerError("config.json: \(error)")
    }
    // A family whose routed layers cannot be read may have blocks that can.
    if architecture.layers.contains(where: {
      if case .executable = $0.block { true } else { false }
    }) {
      return
    }
    do {
      try LayerReader.requireKnown(architecture.modelType)
    } catch {
      throw GoldenLayerError("config.json: \(error)")
    }
  }

  /// Reads the layer and what is expected of it: a decoder block where the tensors have an attention, else a
  /// mixture-of-experts layer.
  ///
  /// - Parameters:
  ///   - tensors: The bytes of `layer.safetensors`.
  ///   - io: The bytes of `io.safetensors`.
  ///   - gradients: The bytes of `gradients.safetensors`, tensors with the names and shapes of the layer's;
  ///     `nil` for a layer that came without.
  /// - Throws: `GoldenLayerError` when the files are malformed or do not belong together.
  public func layer(
    tensors: [UInt8], io: [UInt8], gradients: [UInt8]? = nil
  ) throws(GoldenLayerError) -> GoldenLayer {
    let layer = try read(tensors, "layer.safetensors", isGradient: false)
    let expected = try GoldenTensors(io, hidden: architecture.hidden)
    var training: GoldenTraining?
    if let gradients {
      let read = try read(gradients, "gradients.safetensors", isGradient: true)
      training = try expected.training(weights: read.tensors)
    }
    return GoldenLayer(
      layer: layer.layer,
      cases: layer.isBlock ? try expected.blockCases() : [try expected.plainCase()],
      training: training)
  }

  /// A layer of a file, and its tensors in the canonical layout, each with its name.
  private func read(
    _ bytes: [UInt8], _ name: String, isGradient: Bool
  ) throws(GoldenLayerError) -> (
    layer: any VerifiableLayer, isBlock: Bool, tensors: [NamedTensor]
  ) {
    do {
      let file = try SafetensorsFile(bytes: bytes)
      if let reader = try BlockReader(file: file, modelType: family) {
        let spec = try blockSpec(ofLayer: reader.layerIndex)
        let weights = try reader.weights(
          for: isGradient ? spec.withoutSelectionBias : spec, areGradients: isGradient)
        return (DecoderBlock(spec: spec, weights: weights), true, weights.tensors)
      }
      if let reader = try NetworkReader(file: file), let spec = denseSpec(reader.layerIndex) {
        let weights = try reader.weights(for: spec)
        return (DenseNetwork(spec: spec, weights: weights), false, weights.tensors(""))
      }
      let reader = try LayerReader(file: file, modelType: family)
      let spec = try spec(ofLayer: reader.layerIndex)
      let weights = try reader.weights(for: isGradient ? spec.withoutSelectionBias : spec)
      return (RoutedLayer(spec: spec, weights: weights), false, weights.tensors)
    } catch let error as GoldenLayerError {
      throw error
    } catch {
      throw GoldenLayerError("\(name): \(error)")
    }
  }

  /// The dense layer of this number; `nil` where the model has none there.
  private func denseSpec(_ index: Int?) -> FeedForwardSpec? {
    guard architecture.layers.indices.contains(index ?? 0),
      case .dense(let spec) = architecture.layers[index ?? 0].ffn
    else { return nil }
    return spec
  }

  /// The block of this number, or the model's first where the tensors' names have no number.
  private func blockSpec(ofLayer index: Int?) throws(GoldenLayerError) -> BlockSpec {
    let layers = architecture.layers
    guard layers.indices.contains(index ?? 0) else {
      throw Self.noSuchLayer(index ?? 0, layers.count)
    }
    switch layers[index ?? 0].block {
    case .executable(let spec): return spec
    case .counted(let reason):
      throw GoldenLayerError("config.json: block \(index ?? 0) cannot be computed: \(reason)")
    }
  }

  private static func noSuchLayer(_ index: Int, _ layers: Int) -> GoldenLayerError {
    GoldenLayerError(
      "layer.safetensors: the tensors are of layer \(index), and config.json describes "
        + "\(layers) layers; use the config.json that belongs to the layer")
  }

  /// The routed layer of this number, or the model's first where the tensors' names have no number.
  private func spec(ofLayer index: Int?) throws(GoldenLayerError) -> SparseLayerSpec {
    let layers = architecture.layers
    guard let index else {
      for layer in layers { if case .sparse(let spec) = layer.ffn { return spec } }
      throw GoldenLayerError("config.json: no layer of the model has experts; name another model")
    }
    guard layers.indices.contains(index) else { throw Self.noSuchLayer(index, layers.count) }
    guard case .sparse(let spec) = layers[index].ffn else {
      throw GoldenLayerError(
        "layer.safetensors: the tensors are of layer \(index), which has no experts by "
          + "config.json; use the config.json that belongs to the layer")
    }
    return spec
  }
}

/// A golden layer that cannot be read, with the sentence that says which file, why and what to do.
public struct GoldenLayerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The sentence; it starts with the file's name.
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}
