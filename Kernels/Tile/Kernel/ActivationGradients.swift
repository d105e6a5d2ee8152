import LayerSpec

/// A hidden unit with the gradients of what it was made of, for one vector of them.
struct ActivatedGradients {
  /// act(gate, up), once more.
  var value: Vector
  /// The gradient of the gate, or of the only product of a network without one.
  var gate: Vector
  /// The gradient of up; of no meaning in a network without a gate.
  var up: Vector
}

/// What `activated` gives, and the derivatives by its two arguments times the gradient `d` of its value.
///
/// `u` is 1 in every lane when the network is not gated. A bound passes no gradient to what lies beyond it.
@inline(__always)
func activatedGradients(
  _ activation: Activation, gate g: Vector, up u: Vector, of d: Vector
) -> ActivatedGradients {
  let one = Vector(repeating: 1)
  switch activation {
  case .silu:
    return logisticGradients(g, u, d, slope: 1)
  case .gelu:
    // Φ(g), and its derivative φ(g) = e^(−g²/2) / √(2π).
    let cumulative =
      complementaryErrorFunction(g * Vector(repeating: -0x1.6a09e6p-1)) * Vector(repeating: 0.5)
    let density =
      exponential(g * g * Vector(repeating: -0.5)) * Vector(repeating: 0x1.988454p-2)
    return ActivatedGradients(
      value: g * cumulative * u, gate: d * u * multiplyAdd(g, density, cumulative),
      up: d * g * cumulative)
  case .geluTanh:
    // g·σ(2y) with y = √(2/π)·(g + 0.044715·g³), whose derivative by g is σ + g·σ·(1 − σ)·2y′.
    let square = g * g
    let inner = multiplyAdd(square * g, Vector(repeating: 0.044715), g)
    let slope = multiplyAdd(square, Vector(repeating: 3 * 0.044715), one)
    let twice = Vector(repeating: 2 * 0x1.988454p-1)
    let sigma = one / (one + exponential(-(inner * twice)))
    let steepness = sigma * (one - sigma) * slope * twice
    return ActivatedGradients(
      value: g * sigma * u, gate: d * u * multiplyAdd(g, steepness, sigma), up: d * g * sigma)
  case .relu:
    let positive = g.replacing(with: 0, where: g .< 0)
    return ActivatedGradients(
      value: positive * u, gate: (d * u).replacing(with: 0, where: g .<= 0), up: d * positive)
  case .reluSquared:
    let positive = g.replacing(with: 0, where: g .< 0)
    return ActivatedGradients(
      value: positive * positive * u, gate: d * u * (positive + positive),
      up: d * positive * positive)
  case .clampedSiLU(let limit):
    let gate = g.replacing(with: limit, where: g .> limit)
    let up = bounded(u, within: limit)
    return clipped(logisticGradients(gate, up, d, slope: 1), g, u, limit)
  case .clampedSwiGLU(let alpha, let limit):
    let gate = g.replacing(with: limit, where: g .> limit)
    let up = bounded(u, within: limit) + one
    return clipped(logisticGradients(gate, up, d, slope: alpha), g, u, limit)
  }
}

/// Of g·σ(slope·g)·u: the derivative by g is u·(σ + slope·g·σ·(1 − σ)).
@inline(__always)
private func logisticGradients(
  _ g: Vector, _ u: Vector, _ d: Vector, slope: Float
) -> ActivatedGradients {
  let one = Vector(repeating: 1)
  let sigma = one / (one + exponential(g * Vector(repeating: -slope)))
  let product = g * sigma
  let derivative = multiplyAdd(product * Vector(repeating: slope), one - sigma, sigma)
  return ActivatedGradients(value: product * u, gate: d * u * derivative, up: d * product)
}

@inline(__always)
private func bounded(_ z: Vector, within limit: Float) -> Vector {
  z.replacing(with: limit, where: z .> limit).replacing(with: -limit, where: z .< -limit)
}

/// Nothing of a gradient for what was clamped: gates above the limit, up products beyond ± it.
@inline(__always)
private func clipped(
  _ gradients: ActivatedGradients, _ g: Vector, _ u: Vector, _ limit: Float
) -> ActivatedGradients {
  var clipped = gradients
  clipped.gate.replace(with: 0, where: g .> limit)
  clipped.up.replace(with: 0, where: u .> limit)
  clipped.up.replace(with: 0, where: u .< -limit)
  return clipped
}
