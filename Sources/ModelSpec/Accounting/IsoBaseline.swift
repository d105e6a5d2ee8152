import LayerSpec

extension SparseLayerSpec {
  /// The dense network with the matrix parameters that one token activates: the `iso-active` baseline.
  ///
  /// K experts, the shared expert and the latent projections count; the router does not, for a
  /// dense network needs none. Gating and activation are the experts' own. The intermediate size is
  /// rounded to the nearest whole number, and a large one that is not exact to the nearest multiple
  /// of 64.
  public var isoActiveNetwork: FeedForwardSpec { isoNetwork(of: self, experts: topK) }

  /// The dense network with all matrix parameters of the layer: the `iso-total` baseline.
  ///
  /// As `isoActiveNetwork` with all E experts.
  public var isoTotalNetwork: FeedForwardSpec { isoNetwork(of: self, experts: experts) }
}

private func isoNetwork(of layer: SparseLayerSpec, experts: Int) -> FeedForwardSpec {
  let elements =
    min(experts, layer.experts) * layer.expert.matrixElements
    + (layer.shared?.network.matrixElements ?? 0)
    + (layer.latent.map { 2 * $0.width * layer.hidden } ?? 0)
  let perColumn = layer.expert.matrices * layer.hidden
  let nearest = max(1, (elements + perColumn / 2) / perColumn)
  let isExact = nearest * perColumn == elements
  let intermediate =
    isExact || nearest < leastRoundedIntermediate
    ? nearest
    : (nearest + intermediateMultiple / 2) / intermediateMultiple * intermediateMultiple
  do {
    return try FeedForwardSpec(
      width: layer.hidden, intermediate: intermediate, isGated: layer.expert.isGated,
      activation: layer.expert.activation)
  } catch {
    preconditionFailure("a layer that could be counted has a countable baseline: \(error)")
  }
}

/// A large intermediate size that must be rounded becomes a multiple of this, so that a fraction of
/// it can be measured where all of it does not fit the memory.
private let intermediateMultiple = 64

/// From this intermediate size on rounding to the multiple moves the parameters by at most 0.1 %.
private let leastRoundedIntermediate = 512 * intermediateMultiple
