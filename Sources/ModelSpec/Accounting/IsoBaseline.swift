import LayerSpec

extension SparseLayerSpec {
  /// The dense network with the matrix parameters that one token activates: the `iso-active` baseline.
  ///
  /// K experts, the shared expert and the latent projections count; the router does not, for a dense
  /// network needs none. The form (gated or not, activation) is the experts' own. The width is the
  /// nearest whole number of columns, of wide networks the nearest multiple of 64.
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
    isExact || nearest < leastDividedWidth
    ? nearest : (nearest + widthGrain / 2) / widthGrain * widthGrain
  do {
    return try FeedForwardSpec(
      width: layer.hidden, intermediate: intermediate, isGated: layer.expert.isGated,
      activation: layer.expert.activation)
  } catch {
    preconditionFailure("a layer that could be counted has a countable baseline: \(error)")
  }
}

/// Wide networks whose parameters are no whole number of columns have a multiple of so many, so that a
/// fraction of them can be measured where they do not fit the memory.
private let widthGrain = 64

/// From this width on rounding to the grain moves the parameters by at most 0.1 %.
private let leastDividedWidth = 512 * widthGrain
