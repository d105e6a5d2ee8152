// Layers at a fraction of their intermediate width: what is measured where a whole pass takes too long.

extension FFNLayerSpec {
  /// The routed layer, `nil` when every parameter is used for every token.
  public var routed: SparseLayerSpec? {
    if case .sparse(let layer) = self { layer } else { nil }
  }

  /// The smallest intermediate width among the layer's networks.
  public var narrowestWidth: Int {
    switch self {
    case .dense(let network): network.intermediate
    case .sparse(let layer):
      min(layer.expert.intermediate, layer.shared?.network.intermediate ?? .max)
    }
  }

  /// The same layer with all intermediate widths divided exactly; `nil` when one does not divide.
  public func dividingWidth(by divisor: Int) -> FFNLayerSpec? {
    if divisor == 1 { return self }
    switch self {
    case .dense(let network): return network.dividingWidth(by: divisor).map(FFNLayerSpec.dense)
    case .sparse(let layer): return layer.dividingWidth(by: divisor).map(FFNLayerSpec.sparse)
    }
  }
}

extension SparseLayerSpec {
  fileprivate func dividingWidth(by divisor: Int) -> SparseLayerSpec? {
    guard let expert = expert.dividingWidth(by: divisor) else { return nil }
    var narrowed: Shared?
    if let shared {
      guard let network = shared.network.dividingWidth(by: divisor) else { return nil }
      narrowed = Shared(network: network, isGated: shared.isGated)
    }
    return try? SparseLayerSpec(
      hidden: hidden, experts: experts, identityExperts: identityExperts, topK: topK,
      expert: expert, router: router, shared: narrowed, latent: latent)
  }
}

extension FeedForwardSpec {
  fileprivate func dividingWidth(by divisor: Int) -> FeedForwardSpec? {
    guard intermediate % divisor == 0 else { return nil }
    return try? FeedForwardSpec(
      width: width, intermediate: intermediate / divisor, isGated: isGated,
      activation: activation, hasBias: hasBias)
  }
}
