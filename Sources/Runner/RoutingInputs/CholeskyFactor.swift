/// The factor L of a symmetric positive definite matrix A = L·Lᵀ.
struct CholeskyFactor {
  /// Row i holds i + 1 elements.
  private var rows: [[Double]]

  /// Factors a matrix given by its lower triangle, row i with i + 1 elements.
  ///
  /// - Precondition: the matrix is positive definite.
  init(lowerTriangle: [[Double]]) {
    rows = lowerTriangle
    for row in rows.indices {
      for column in 0...row {
        var sum = rows[row][column]
        for index in 0..<column { sum -= rows[row][index] * rows[column][index] }
        if row == column {
          precondition(sum > 0, "the matrix is not positive definite at row \(row)")
          rows[row][row] = sum.squareRoot()
        } else {
          rows[row][column] = sum / rows[column][column]
        }
      }
    }
  }

  /// Replaces b by the solution x of A·x = b.
  func solve(_ vector: inout [Double]) {
    for row in rows.indices {
      for column in 0..<row { vector[row] -= rows[row][column] * vector[column] }
      vector[row] /= rows[row][row]
    }
    for row in rows.indices.reversed() {
      vector[row] /= rows[row][row]
      for column in 0..<row { vector[column] -= rows[row][column] * vector[row] }
    }
  }
}
