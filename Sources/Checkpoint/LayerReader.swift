import LayerSpec

/// Finds one mixture-of-experts layer in a file and brings its weights into the canonical layout.
///
/// Two steps, because a layer's number decides its shape: the reader finds the layer, its number
/// picks the `SparseLayerSpec` from the model's configuration, and with it the weights are read.
public struct LayerReader: Sendable {
  /// Every `model_type` whose tensor names are known, sorted for messages.
  public static let knownModelTypes = TensorFamily.all.flatMap(\.modelTypes).sorted()

  /// The layer's block in the file, `model.layers.3.mlp.`; empty when names are relative to it.
  public let prefix: String

  private let file: SafetensorsFile
  private let modelType: String
  private let family: TensorFamily

  /// Finds the layer by its router.
  ///
  /// - Throws: `CheckpointError` when the family is unknown, or the file has no router of that
  ///   family or several.
  public init(file: SafetensorsFile, modelType: String) throws(CheckpointError) {
    let family = try TensorFamily.named(modelType)
    let prefixes = Set(file.tensors.compactMap { family.prefix(ofRouter: $0.name) }).sorted()
    guard let prefix = prefixes.first else {
      throw .noRouter(modelType: modelType, names: family.router)
    }
    guard prefixes.count == 1 else { throw .severalLayers(prefixes: prefixes) }
    self.file = file
    self.modelType = modelType
    self.family = family
    self.prefix = prefix
  }

  /// Refuses a family that cannot be read, before any file of it is opened.
  public static func requireKnown(_ modelType: String) throws(CheckpointError) {
    _ = try TensorFamily.named(modelType)
  }

  /// The layer's number in its model, counted from 0; `nil` when the names do not tell.
  public var layerIndex: Int? {
    prefix.split(separator: ".").lazy.reversed().compactMap { Int($0) }.first
  }

  /// The layer's weights.
  ///
  /// - Throws: `CheckpointError` naming the tensor that is missing, of another shape than `spec`
  ///   says, not of floats, or left over when everything in `spec` has been read.
  public func weights(for spec: SparseLayerSpec) throws(CheckpointError) -> SparseLayerWeights {
    var source = LayerTensors(file: file, prefix: prefix)
    let weights = try read(spec, from: &source)
    let unread = source.unread
    guard unread.isEmpty else { throw .unexpectedTensors(unread) }
    return weights
  }

  private func read(
    _ spec: SparseLayerSpec, from source: inout LayerTensors
  ) throws(CheckpointError) -> SparseLayerWeights {
    let choices = [spec.choices]
    let router = try source.floats(family.router, shape: [spec.choices, spec.hidden])
    let experts = ExpertTensors(layouts: family.experts, count: spec.experts, network: spec.expert)
    var weights = SparseLayerWeights(router: router, experts: try experts.read(from: &source))
    if spec.router.hasBias {
      let names = try known(family.routerBias, "router bias")
      weights.routerBias = try source.floats(names, shape: choices)
    }
    if spec.router.hasSelectionBias {
      let names = try known(family.selectionBias, "selection bias")
      weights.selectionBias = try source.floats(names, shape: choices)
    }
    if let shared = spec.shared {
      let stem = try known(family.shared, "shared expert")[0]
      weights.shared = try source.network(shared.network, stem, ProjectionNames.projections)
      if shared.isGated {
        let names = try known(family.sharedGate, "shared expert's gate")
        weights.sharedGate = try source.floats(names, shape: [spec.hidden])
      }
    }
    if let latent = spec.latent {
      let names = try known(family.latent.map { [$0] } ?? [], "latent experts")[0]
      weights.latent = try read(latent, names, hidden: spec.hidden, from: &source)
    }
    return weights
  }

  private func read(
    _ latent: SparseLayerSpec.Latent, _ names: LatentNames, hidden: Int,
    from source: inout LayerTensors
  ) throws(CheckpointError) -> LatentWeights {
    let normOffset: Float = names.normsAreCentered ? 1 : 0
    let width = latent.width
    return LatentWeights(
      inputProjection: try source.floats([names.inputProjection], shape: [width, hidden]),
      inputNorm: try source.floats([names.inputNorm], shape: [width]).map { normOffset + $0 },
      expertNorm: try source.floats([names.expertNorm], shape: [width]).map { normOffset + $0 },
      outputProjection: try source.floats([names.outputProjection], shape: [hidden, width]))
  }

  /// The names, which are empty when this family has no such part.
  private func known<Name>(_ names: [Name], _ part: String) throws(CheckpointError) -> [Name] {
    guard !names.isEmpty else { throw .unknownPart(part, modelType: modelType) }
    return names
  }
}

extension TensorFamily {
  /// What stands before the router's name, `nil` when `tensor` is not a router of this family.
  fileprivate func prefix(ofRouter tensor: String) -> String? {
    for name in router where tensor.hasSuffix(name) {
      let prefix = tensor.dropLast(name.count)
      if prefix.isEmpty || prefix.hasSuffix(".") { return String(prefix) }
    }
    return nil
  }
}
