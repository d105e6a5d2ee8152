/// One activation of sixteen hidden units.
///
/// A type each, not a closure: the loop over a row is then compiled once for each, with the
/// function inside it.
protocol VectorActivation {
  /// The activation of gate values `g` and up values `u`.
  func callAsFunction(_ g: Vector, _ u: Vector) -> Vector
}

struct SiLU: VectorActivation {
  @inline(__always)
  func callAsFunction(_ g: Vector, _ u: Vector) -> Vector { g * logistic(g) * u }
}

struct GELU: VectorActivation {
  @inline(__always)
  func callAsFunction(_ g: Vector, _ u: Vector) -> Vector {
    // Φ(g) = ½·erfc(-g / √2).
    0.5 * g * complementaryErrorFunction(g * -0.707_106_78) * u
  }
}

struct TanhGELU: VectorActivation {
  @inline(__always)
  func callAsFunction(_ g: Vector, _ u: Vector) -> Vector {
    // ½(1 + tanh v) is the logistic of 2v, without the cancellation at large negative v;
    // v = √(2/π)·(g + 0.044715·g³).
    g * logistic(1.595_769_12 * (g + 0.044_715 * g * g * g)) * u
  }
}

struct ReLU: VectorActivation {
  @inline(__always)
  func callAsFunction(_ g: Vector, _ u: Vector) -> Vector { atLeast(g, 0) * u }
}

struct SquaredReLU: VectorActivation {
  @inline(__always)
  func callAsFunction(_ g: Vector, _ u: Vector) -> Vector {
    let positive = atLeast(g, 0)
    return positive * positive * u
  }
}

struct ClampedSiLU: VectorActivation {
  let limit: Float

  @inline(__always)
  func callAsFunction(_ g: Vector, _ u: Vector) -> Vector {
    let bounded = atMost(g, limit)
    return bounded * logistic(bounded) * atLeast(atMost(u, limit), -limit)
  }
}

struct ClampedSwiGLU: VectorActivation {
  let alpha: Float
  let limit: Float

  @inline(__always)
  func callAsFunction(_ g: Vector, _ u: Vector) -> Vector {
    let bounded = atMost(g, limit)
    return (atLeast(atMost(u, limit), -limit) + 1) * bounded * logistic(alpha * bounded)
  }
}

// Comparisons that leave NaN as it is, which the instructions for minimum and maximum do not.

@inline(__always)
private func atMost(_ x: Vector, _ limit: Float) -> Vector {
  x.replacing(with: Vector(repeating: limit), where: x .> limit)
}

@inline(__always)
private func atLeast(_ x: Vector, _ limit: Float) -> Vector {
  x.replacing(with: Vector(repeating: limit), where: x .< limit)
}
