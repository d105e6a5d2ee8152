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
    var mixed: Float = 0
    for column in 0..<count {
      let own = gradient[column]
      scaleGradient?[column] += own * row[column] * factor
      gradient[column] = own * (scale?[column] ?? 1)
      mixed += gradient[column] * row[column]
    }
    mixed *= factor * factor * factor / Float(count)
    for column in 0..<count {
      gradient[column] = factor * gradient[column] - mixed * row[column]
    }
  }
}
