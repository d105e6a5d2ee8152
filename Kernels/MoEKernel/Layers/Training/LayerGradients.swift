import LayerSpec

// Gradients as a checkpoint has weights: canonical arrays, for comparisons.
extension TrainingStep {
  /// The gradients of a dense layer's weights by the last step, in the canonical layout.
  public var denseGradients: FeedForwardWeights { lanes[0].canonical(0) }

  /// The gradients of a routed layer's weights by the last step, in the canonical layout; a bias that only selects
  /// has none.
  ///
  /// - Precondition: the layer is routed.
  public var sparseGradients: SparseLayerWeights {
    guard let router else { preconditionFailure("a dense layer has no router") }
    let spec = router.spec
    return SparseLayerWeights(
      router: canonicalRows(spec.choices, spec.hidden) {
        router.gradient.copyRows($0, matrix: 0, to: $1, stride: $2)
      },
      routerBias: spec.router.hasBias
        ? Array(router.biasGradient.row(0).prefix(spec.choices)) : nil,
      experts: (0..<spec.experts).map(lanes[0].canonical),
      shared: lanes.count > 1 ? lanes[1].canonical(0) : nil,
      sharedGate: spec.shared?.isGated == true
        ? Array(router.gateGradient.row(0).prefix(spec.hidden)) : nil,
      latent: latent?.gradients)
  }
}

extension TrainingLane {
  /// The gradients of one network.
  fileprivate func canonical(_ network: Int) -> FeedForwardWeights {
    let spec = bank.spec
    func part(_ part: NetworkPart) -> [Float] {
      canonicalRows(spec.intermediate, spec.width) {
        gradientNetworks.copyRows($0, of: part, network: network, to: $1, stride: $2)
      }
    }
    func bias(_ row: UnsafeMutablePointer<Float>?, _ count: Int) -> [Float]? {
      row.map { Array(UnsafeBufferPointer(start: $0, count: count)) }
    }
    return FeedForwardWeights(
      gate: spec.isGated ? part(.gate) : nil, up: part(.up),
      down: canonicalRows(spec.width, spec.intermediate) {
        gradientDown.copyRows($0, matrix: network, to: $1, stride: $2)
      },
      gateBias: bias(gradients.hiddenBias(.gate, network), spec.intermediate),
      upBias: bias(gradients.hiddenBias(.up, network), spec.intermediate),
      downBias: bias(gradients.outputBias(network), spec.width))
  }
}

/// All rows of a matrix, row-major.
private func canonicalRows(
  _ rows: Int, _ columns: Int,
  _ copyRows: (_ rows: Range<Int>, _ target: UnsafeMutablePointer<Float>, _ stride: Int) -> Void
) -> [Float] {
  let copy = Matrix(rows: rows, columns: columns)
  copyRows(0..<rows, copy.all.base, columns)
  return copy.elements
}
