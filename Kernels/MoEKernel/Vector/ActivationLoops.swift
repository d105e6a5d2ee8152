import LayerSpec

/// What follows the gate and up products: their biases and the activation.
public struct HiddenEpilogue {
  /// What stands between the products.
  public let activation: Activation
  /// Bias of the first product (gate, or up when not gated), padded to vectors.
  public let firstBias: UnsafeMutablePointer<Float>?
  /// Bias of the up product of a gated network, padded to vectors.
  public let secondBias: UnsafeMutablePointer<Float>?

  /// Replaces `first` by act(first + bias, second + bias), row by row.
  ///
  /// Rows are read and written up to the next multiple of the vector width beyond `columns`, which
  /// both have room for. What lies there is of no meaning.
  ///
  /// - Parameter second: The up product, `nil` when the network is not gated.
  public func apply(to first: Rows, _ second: Rows?, columns: Int, firstColumn: Int) {
    if let bias = firstBias { add(bias + firstColumn, to: first, columns: columns) }
    if let second, let bias = secondBias { add(bias + firstColumn, to: second, columns: columns) }
    switch activation {
    case .silu: map(SiLU(), first, second, columns)
    case .gelu: map(GELU(), first, second, columns)
    case .geluTanh: map(TanhGELU(), first, second, columns)
    case .relu: map(ReLU(), first, second, columns)
    case .reluSquared: map(SquaredReLU(), first, second, columns)
    case .clampedSiLU(let limit): map(ClampedSiLU(limit: limit), first, second, columns)
    case .clampedSwiGLU(let alpha, let limit):
      map(ClampedSwiGLU(alpha: alpha, limit: limit), first, second, columns)
    }
  }
}

/// Replaces every element of `first` by `function` of it and of the one in `second`, or of 1.
private func map(
  _ function: some VectorActivation, _ first: Rows, _ second: Rows?, _ columns: Int
) {
  let one = Vector(repeating: 1)
  for index in 0..<first.count {
    let row = first[index]
    var column = 0
    if let second {
      let other = second[index]
      while column < columns {
        row.store(function(row.vector(at: column), other.vector(at: column)), at: column)
        column &+= vectorLanes
      }
    } else {
      while column < columns {
        row.store(function(row.vector(at: column), one), at: column)
        column &+= vectorLanes
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
