/// Root-mean-square norms of a row, which a latent space has before and behind its experts.
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
}
