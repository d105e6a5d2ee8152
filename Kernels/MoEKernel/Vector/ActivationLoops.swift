import LayerSpec

/// What follows the gate and up products: their biases and the activation.
struct HiddenEpilogue {
  let activation: Activation
  /// Bias of the first product (gate, or up when not gated), padded to vectors.
  let firstBias: UnsafeMutablePointer<Float>?
  /// Bias of the up product of a gated network, padded to vectors.
  let secondBias: UnsafeMutablePointer<Float>?

  /// Replaces `first` by act(first + bias, second + bias), row by row.
  ///
  /// Rows are read and written up to the next multiple of the vector width beyond `columns`, which
  /// both have room for. What lies there is of no meaning.
  ///
  /// - Parameter second: The up product, `nil` when the network is not gated.
  func apply(to first: Rows, _ second: Rows?, columns: Int, firstColumn: Int) {
    if let bias = firstBias { add(bias + firstColumn, to: first, columns: columns) }
    if let second, let bias = secondBias { add(bias + firstColumn, to: second, columns: columns) }
    switch activation {
    case .silu:
      map(first, second, columns) { g, u in g * logistic(g) * u }
    case .gelu:
      map(first, second, columns) { g, u in
        0.5 * g * complementaryErrorFunction(g * -0.707_106_78) * u
      }
    case .geluTanh:
      // ½(1 + tanh v) is the logistic of 2v, without the cancellation at large negative v.
      map(first, second, columns) { g, u in
        g * logistic(1.595_769_12 * (g + 0.044_715 * g * g * g)) * u
      }
    case .relu:
      map(first, second, columns) { g, u in positive(g) * u }
    case .reluSquared:
      map(first, second, columns) { g, u in positive(g) * positive(g) * u }
    case .clampedSiLU(let limit):
      map(first, second, columns) { g, u in
        let bounded = atMost(g, limit)
        return bounded * logistic(bounded) * atLeast(atMost(u, limit), -limit)
      }
    case .clampedSwiGLU(let alpha, let limit):
      map(first, second, columns) { g, u in
        let bounded = atMost(g, limit)
        return (atLeast(atMost(u, limit), -limit) + 1) * bounded * logistic(alpha * bounded)
      }
    }
  }
}

/// Adds `bias` to the first `columns` elements of every row, and touches no others.
func add(_ bias: UnsafeMutablePointer<Float>, to rows: Rows, columns: Int) {
  for index in 0..<rows.count {
    let row = rows[index]
    var column = 0
    while column &+ vectorLanes <= columns {
      row.store(row.vector(at: column) + bias.vector(at: column), at: column)
      column &+= vectorLanes
    }
    while column < columns {
      row[column] += bias[column]
      column &+= 1
    }
  }
}

/// Replaces every element of `first` by `body` of it and of the one in `second`, or of 1.
@inline(__always)
private func map(
  _ first: Rows, _ second: Rows?, _ columns: Int, _ body: (Vector, Vector) -> Vector
) {
  let one = Vector(repeating: 1)
  for index in 0..<first.count {
    let row = first[index]
    var column = 0
    if let second {
      let other = second[index]
      while column < columns {
        row.store(body(row.vector(at: column), other.vector(at: column)), at: column)
        column &+= vectorLanes
      }
    } else {
      while column < columns {
        row.store(body(row.vector(at: column), one), at: column)
        column &+= vectorLanes
      }
    }
  }
}

// Comparisons that leave NaN as it is, which min and max instructions do not.

@inline(__always)
private func positive(_ x: Vector) -> Vector { x.replacing(with: Vector.zero, where: x .< 0) }

@inline(__always)
private func atMost(_ x: Vector, _ limit: Float) -> Vector {
  x.replacing(with: Vector(repeating: limit), where: x .> limit)
}

@inline(__always)
private func atLeast(_ x: Vector, _ limit: Float) -> Vector {
  x.replacing(with: Vector(repeating: limit), where: x .< limit)
}
