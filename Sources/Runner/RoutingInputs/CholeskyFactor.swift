/// The factor L of a symmetric positive definite matrix A = L·Lᵀ.
struct CholeskyFactor {
  /// Elements handled at once: one 512-bit register or four 128-bit ones.
  ///
  /// A sum over a plain array would be computed one element after the other, for its order must not change.
  private typealias Lanes = SIMD8<Double>

  /// n.
  private let order: Int
  /// Lanes in one padded row of L.
  private let stride: Int
  /// L, row by row, zero beyond the diagonal.
  private var rows: [Lanes]

  /// Factors a matrix given by its lower triangle, row i with i + 1 elements.
  ///
  /// - Precondition: the matrix is positive definite.
  init(lowerTriangle: [[Double]]) {
    order = lowerTriangle.count
    stride = (order + Lanes.scalarCount - 1) / Lanes.scalarCount
    rows = [Lanes](repeating: .zero, count: order * stride)
    for row in 0..<order {
      // Elements of L beyond `column` are still zero, so whole lanes can be multiplied.
      for column in 0...row {
        let sum = lowerTriangle[row][column] - dot(row, column, upTo: column)
        if row == column {
          precondition(sum > 0, "the matrix is not positive definite at row \(row)")
          self[row, row] = sum.squareRoot()
        } else {
          self[row, column] = sum / self[column, column]
        }
      }
    }
  }

  /// Replaces b, of n elements, by the solution x of A·x = b.
  func solve(_ vector: inout [Double]) {
    precondition(vector.count == order, "\(vector.count) of \(order) elements")
    var lanes = [Lanes](repeating: .zero, count: stride)
    // L·y = b, and then Lᵀ·x = y, in both of which the rows of L are read as they lie.
    for row in 0..<order {
      var sum = Lanes.zero
      for index in 0...row / Lanes.scalarCount { sum += rows[row * stride + index] * lanes[index] }
      vector[row] = (vector[row] - sum.sum()) / self[row, row]
      lanes[row / Lanes.scalarCount][row % Lanes.scalarCount] = vector[row]
    }
    for row in (0..<order).reversed() {
      let value = lanes[row / Lanes.scalarCount][row % Lanes.scalarCount] / self[row, row]
      vector[row] = value
      let repeated = Lanes(repeating: value)
      for index in 0...row / Lanes.scalarCount {
        lanes[index] -= repeated * rows[row * stride + index]
      }
    }
  }

  /// The product of the first elements of two rows.
  private func dot(_ left: Int, _ right: Int, upTo count: Int) -> Double {
    var sum = Lanes.zero
    for index in 0..<(count + Lanes.scalarCount - 1) / Lanes.scalarCount {
      sum += rows[left * stride + index] * rows[right * stride + index]
    }
    return sum.sum()
  }

  private subscript(row: Int, column: Int) -> Double {
    get { rows[row * stride + column / Lanes.scalarCount][column % Lanes.scalarCount] }
    set { rows[row * stride + column / Lanes.scalarCount][column % Lanes.scalarCount] = newValue }
  }
}
