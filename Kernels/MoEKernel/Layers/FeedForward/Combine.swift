// The weighted sum of a token's experts, and what is added to it. One thread owns a token and adds in
// ascending order of expert, so that the sum is the same with any number of threads.

/// One term of a token's sum: a row and what it is multiplied by.
struct Term {
  var row: UnsafeMutablePointer<Float>
  var factor: Float
}

enum Combine {
  /// result = Σ factor·row, each column in the order of the terms; 0 when there are none.
  ///
  /// - Parameter scale: A factor for each column of every term, for norms.
  static func sum(
    _ terms: UnsafeMutablePointer<Term>, count: Int, columns: Int,
    scale: UnsafeMutablePointer<Float>?, into result: UnsafeMutablePointer<Float>
  ) {
    var column = 0
    while column &+ vectorLanes <= columns {
      var sum = Vector.zero
      for term in 0..<count {
        sum += terms[term].row.vector(at: column) * terms[term].factor
      }
      if let scale { sum *= scale.vector(at: column) }
      result.store(sum, at: column)
      column &+= vectorLanes
    }
    while column < columns {
      var sum: Float = 0
      for term in 0..<count { sum += terms[term].row[column] * terms[term].factor }
      if let scale { sum *= scale[column] }
      result[column] = sum
      column &+= 1
    }
  }
}

enum Norm {
  /// 1 / √(mean(w²) + epsilon) with w = v·scale, or w = v without a scale.
  static func inverseRootMeanSquare(
    _ row: UnsafeMutablePointer<Float>, count: Int, scale: UnsafeMutablePointer<Float>? = nil,
    epsilon: Float
  ) -> Float {
    var sums = Vector.zero
    var column = 0
    while column &+ vectorLanes <= count {
      var value = row.vector(at: column)
      if let scale { value *= scale.vector(at: column) }
      sums += value * value
      column &+= vectorLanes
    }
    var total = sums.sum()
    while column < count {
      let value = row[column] * (scale?[column] ?? 1)
      total += value * value
      column &+= 1
    }
    return 1 / (total / Float(count) + epsilon).squareRoot()
  }

  /// The RMS norm of a row in place: v·scale / √(mean(v²) + epsilon).
  static func apply(
    to row: UnsafeMutablePointer<Float>, count: Int, scale: UnsafeMutablePointer<Float>,
    epsilon: Float
  ) {
    let factor = inverseRootMeanSquare(row, count: count, epsilon: epsilon)
    for column in 0..<count { row[column] = row[column] * factor * scale[column] }
  }

  /// Σ a·b, for the one-row gate of a shared expert.
  static func dot(
    _ a: UnsafeMutablePointer<Float>, _ b: UnsafeMutablePointer<Float>, count: Int
  ) -> Float {
    var sums = Vector.zero
    var column = 0
    while column &+ vectorLanes <= count {
      sums += a.vector(at: column) * b.vector(at: column)
      column &+= vectorLanes
    }
    var total = sums.sum()
    while column < count {
      total += a[column] * b[column]
      column &+= 1
    }
    return total
  }
}
