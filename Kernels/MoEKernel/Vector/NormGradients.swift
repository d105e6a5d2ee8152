/// Backward passes of root-mean-square norms.
extension Norm {
  /// The gradient by v of Σ dy·v·scale / √(mean(v²) + epsilon), written over dy.
  ///
  /// With f = 1 / √(mean(v²) + epsilon): dv = f·(scale·dy) − v·f³·mean(scale·dy·v).
  ///
  /// - Parameters:
  ///   - scale: `nil` for 1.
  ///   - scaleGradient: What is added to for the scale: dy·v·f.
  static func backward(
    _ gradient: UnsafeMutablePointer<Float>, of row: UnsafeMutablePointer<Float>, count: Int,
    scale: UnsafeMutablePointer<Float>?, scaleGradient: UnsafeMutablePointer<Float>?,
    epsilon: Float
  ) {
    let factor = inverseRootMeanSquare(row, count: count, epsilon: epsilon)
    let whole = count & ~(vectorLanes - 1)
    var sums = Vector.zero
    for column in stride(from: 0, to: whole, by: vectorLanes) {
      var own = gradient.vector(at: column)
      let value = row.vector(at: column)
      if let scaleGradient {
        let sum = scaleGradient.vector(at: column) + own * value * factor
        scaleGradient.store(sum, at: column)
      }
      if let scale { own *= scale.vector(at: column) }
      gradient.store(own, at: column)
      sums += own * value
    }
    var mixed = sums.sum()
    for column in whole..<count {
      let own = gradient[column]
      scaleGradient?[column] += own * row[column] * factor
      gradient[column] = own * (scale?[column] ?? 1)
      mixed += gradient[column] * row[column]
    }
    mixed *= factor * factor * factor / Float(count)
    for column in stride(from: 0, to: whole, by: vectorLanes) {
      gradient.store(
        gradient.vector(at: column) * factor - row.vector(at: column) * mixed, at: column)
    }
    for column in whole..<count {
      gradient[column] = factor * gradient[column] - mixed * row[column]
    }
  }
}
