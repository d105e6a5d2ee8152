import LayerSpec

/// What stands between the products of a feed-forward network, for one vector of outputs.
///
/// `u` is 1 in every lane when the network is not gated; `Activation` defines each case.
@inline(__always)
func activated(_ activation: Activation, gate g: Vector, up u: Vector) -> Vector {
  switch activation {
  case .silu:
    return logisticProduct(g) * u
  case .gelu:
    return normalProduct(g) * u
  case .geluTanh:
    // z·(1 + tanh y)/2 = z·σ(2y), which does not cancel where tanh y is near -1.
    let inner = multiplyAdd(g * g * g, Vector(repeating: 0.044715), g)
    let twice = inner * Vector(repeating: 2 * 0x1.988454p-1)
    return g / (1 + exponential(-twice)) * u
  case .relu:
    return g.replacing(with: 0, where: g .< 0) * u
  case .reluSquared:
    let positive = g.replacing(with: 0, where: g .< 0)
    return positive * positive * u
  case .clampedSiLU(let limit):
    return logisticProduct(clamped(g, above: limit)) * clamped(u, within: limit)
  case .clampedSwiGLU(let alpha, let limit):
    let bounded = clamped(g, above: limit)
    return (clamped(u, within: limit) + 1) * logisticProduct(bounded, slope: alpha)
  }
}

/// z·Φ(z), with Φ the normal distribution function: Φ(z) = ½·erfc(-z / √2).
@inline(__always)
private func normalProduct(_ z: Vector) -> Vector {
  let half = z * Vector(repeating: 0.5)
  return half * complementaryErrorFunction(z * Vector(repeating: -0x1.6a09e6p-1))
}

/// min(z, limit); NaN stays NaN.
@inline(__always)
private func clamped(_ z: Vector, above limit: Float) -> Vector {
  z.replacing(with: limit, where: z .> limit)
}

/// z limited to ±limit; NaN stays NaN.
@inline(__always)
private func clamped(_ z: Vector, within limit: Float) -> Vector {
  clamped(z, above: limit).replacing(with: -limit, where: z .< -limit)
}
