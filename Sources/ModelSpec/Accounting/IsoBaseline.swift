import LayerSpec

/// The dense network with the matrix parameters that one token activates: the `iso-active` baseline.
///
/// K experts, the shared expert and the latent projections count; the router does not, for a dense
/// network needs none. The form (gated or not, activation) is the experts' own.
public func isoActive(of layer: SparseLayerSpec) -> FeedForwardSpec {
  isoNetwork(of: layer, experts: layer.topK)
}

/// The dense network with all matrix parameters of the layer: the `iso-total` baseline.
///
/// As `isoActive(of:)` with all E experts.
public func isoTotal(of layer: SparseLayerSpec) -> FeedForwardSpec {
  isoNetwork(of: layer, experts: layer.experts)
}

private func isoNetwork(of layer: SparseLayerSpec, experts: Int) -> FeedForwardSpec {
  let elements =
    min(experts, layer.experts) * layer.expert.matrixElements
    + (layer.shared?.network.matrixElements ?? 0)
    + (layer.latent.map { 2 * $0.width * layer.hidden } ?? 0)
  let perColumn = layer.expert.matrices * layer.hidden
  let intermediate = max(1, (elements + perColumn / 2) / perColumn)
  do {
    return try FeedForwardSpec(
      width: layer.hidden, intermediate: intermediate, isGated: layer.expert.isGated,
      activation: layer.expert.activation)
  } catch {
    preconditionFailure("a layer that could be counted has a countable baseline: \(error)")
  }
}
