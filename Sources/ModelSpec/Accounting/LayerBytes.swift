import LayerSpec

extension FFNLayerSpec {
  /// Bytes that one pass of the layer must move between memory and processor, as a stated model.
  ///
  /// Every weight that takes part is read once: the distinct experts that received a token, the
  /// router, the shared expert and the latent projections, at the bytes of `precision`; biases and
  /// norm scales likewise. The T×H input is read and the T×H output written once, in 32-bit floats.
  /// What lies between (gathered rows, the F-wide products) is taken to stay in cache. Weights that
  /// are still in a cache from the pass before cost less; a measured pass may then beat the model.
  ///
  /// - Parameters:
  ///   - tokens: T.
  ///   - distinctExperts: D, experts with at least one token; an expected number may be fractional.
  ///     Without meaning for a dense network.
  ///   - precision: How weights are stored.
  /// - Precondition: no argument is negative, and the count fits in 63 bits.
  public func bytes(tokens: Int, distinctExperts: Double, precision: Precision) -> Int {
    precondition(tokens >= 0, "\(tokens) tokens")
    precondition(distinctExperts >= 0, "\(distinctExperts) distinct experts")
    let weights =
      switch self {
      case .dense(let network): Double(network.parameters)
      case .sparse(let layer):
        distinctExperts * Double(layer.expert.parameters)
          + Double(layer.routerParameters + layer.sharedParameters)
      }
    let activations = 2 * tokens * hidden * MemoryLayout<Float>.size
    return Int((weights * Double(precision.bytesPerWeight)).rounded()) + activations
  }

  /// As `bytes(tokens:distinctExperts:precision:)`, with a counted number of experts.
  public func bytes(tokens: Int, distinctExperts: Int, precision: Precision) -> Int {
    bytes(tokens: tokens, distinctExperts: Double(distinctExperts), precision: precision)
  }
}
