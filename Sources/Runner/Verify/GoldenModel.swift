import Checkpoint
import LayerSpec
import ModelSpec

/// The configuration of a golden layer: what is computed, before any weights are read.
///
/// A golden layer is one mixture-of-experts layer of a model with inputs and the outputs that
/// another implementation computed from them. It comes as three files: the model's `config.json`,
/// `layer.safetensors` with the layer's tensors under the names of its checkpoint, and
/// `io.safetensors` with `hidden_states` and `output`, both [tokens, H].
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
    do {
      try LayerReader.requireKnown(architecture.modelType)
    } catch {
      throw GoldenLayerError("config.json: \(error)")
    }
  }

  /// Reads the layer and what is expected of it.
  ///
  /// - Parameters:
  ///   - tensors: The bytes of `layer.safetensors`.
  ///   - io: The bytes of `io.safetensors`.
  /// - Throws: `GoldenLayerError` when the files are malformed or do not belong together.
  public func layer(tensors: [UInt8], io: [UInt8]) throws(GoldenLayerError) -> GoldenLayer {
    let spec: SparseLayerSpec
    let weights: SparseLayerWeights
    do {
      let file = try SafetensorsFile(bytes: tensors)
      let reader = try LayerReader(file: file, modelType: family)
      spec = try self.spec(ofLayer: reader.layerIndex)
      weights = try reader.weights(for: spec)
    } catch let error as GoldenLayerError {
      throw error
    } catch {
      throw GoldenLayerError("layer.safetensors: \(error)")
    }
    do {
      let file = try SafetensorsFile(bytes: io)
      let golden = GoldenLayer(
        layer: RoutedLayer(spec: spec, weights: weights),
        tokens: try Self.tokens(file, hidden: spec.hidden),
        hiddenStates: try file.floats("hidden_states"), output: try file.floats("output"))
      // An error is told relative to the largest output, and of nothing everything is a part.
      guard golden.output.contains(where: { $0 != 0 }) else {
        throw GoldenLayerError(
          "io.safetensors: output is zero everywhere, so there is nothing to compare with; write the "
            + "outputs of other hidden_states")
      }
      return golden
    } catch let error as GoldenLayerError {
      throw error
    } catch {
      throw GoldenLayerError("io.safetensors: \(error)")
    }
  }

  /// The routed layer of this number, or the model's first where the tensors' names have no number.
  private func spec(ofLayer index: Int?) throws(GoldenLayerError) -> SparseLayerSpec {
    let layers = architecture.layers
    guard let index else {
      for layer in layers { if case .sparse(let spec) = layer.ffn { return spec } }
      throw GoldenLayerError("config.json: no layer of the model has experts; name another model")
    }
    guard layers.indices.contains(index) else {
      throw GoldenLayerError(
        "layer.safetensors: the tensors are of layer \(index), and config.json describes "
          + "\(layers.count) layers; use the config.json that belongs to the layer")
    }
    guard case .sparse(let spec) = layers[index].ffn else {
      throw GoldenLayerError(
        "layer.safetensors: the tensors are of layer \(index), which has no experts by "
          + "config.json; use the config.json that belongs to the layer")
    }
    return spec
  }

  /// T, after checking that inputs and outputs are both [T, H].
  private static func tokens(
    _ file: SafetensorsFile, hidden: Int
  ) throws(GoldenLayerError) -> Int {
    var tokens: Int?
    for name in ["hidden_states", "output"] {
      guard let tensor = file[name] else {
        throw GoldenLayerError("io.safetensors: there is no tensor \(name); write it, [tokens, H]")
      }
      guard tensor.shape.count == 2, tensor.shape[1] == hidden, tensor.shape[0] > 0,
        tensor.shape[0] == tokens ?? tensor.shape[0]
      else {
        throw GoldenLayerError(
          "io.safetensors: \(name) has shape \(tensor.shape) where "
            + "[\(tokens.map(String.init) ?? "tokens"), \(hidden)] is needed; write it again")
      }
      tokens = tensor.shape[0]
    }
    return tokens ?? 0
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
