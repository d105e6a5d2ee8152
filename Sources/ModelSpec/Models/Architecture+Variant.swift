import LayerSpec

extension Architecture {
  /// The same model with another number of experts, of experts per token, or both, in every routed layer.
  ///
  /// Experts keep their width, so that more of them are more parameters. The id names what was chosen:
  /// `olmoe-1b-7b E=32 K=4`.
  ///
  /// - Throws: `LayerSpecError` for a layer that cannot exist, such as one with K above E or with groups
  ///   that do not divide E.
  public func varyingRoutedLayers(
    _ variant: SweepOptions.Variant
  ) throws(LayerSpecError) -> Architecture {
    guard variant != SweepOptions.Variant() else { return self }
    var layers = layers
    for index in layers.indices {
      for position in layers[index].feedForwards.indices {
        guard case .sparse(let layer) = layers[index].feedForwards[position] else { continue }
        layers[index].feedForwards[position] = .sparse(try layer.varying(variant))
      }
      if case .executable(let block) = layers[index].block,
        case .sparse(let layer) = block.feedForward
      {
        layers[index].block = .executable(
          try block.with(feedForward: .sparse(try layer.varying(variant))))
      }
    }
    do {
      return try Architecture(
        id: variant.id(of: id), modelType: modelType, hidden: hidden, vocabulary: vocabulary,
        tiedEmbeddings: tiedEmbeddings, layers: layers, surroundings: surroundings)
    } catch {
      throw .tooLarge(what: "parameters of the model")
    }
  }
}

extension SparseLayerSpec {
  fileprivate func varying(
    _ variant: SweepOptions.Variant
  ) throws(LayerSpecError) -> SparseLayerSpec {
    try SparseLayerSpec(
      hidden: hidden, experts: variant.experts ?? experts, identityExperts: identityExperts,
      topK: variant.topK ?? topK, expert: expert, router: router, shared: shared, latent: latent)
  }
}
