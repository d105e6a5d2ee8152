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

  /// The gradient by v of factor · Σ dy·w / √(mean(w²) + epsilon), where w = v·scale.
  ///
  /// With f = 1 / √(mean(w²) + epsilon): dw = factor · (f·dy − w·f³·mean(dy·w)), dv = dw·scale, and dw·v is added to
  /// the gradient of the scale.
  ///
  /// - Parameter target: Other memory than the gradient's.
  /// - Returns: Σ dy·w·f, the gradient by the factor.
  static func backwardOfScaled(
    _ gradient: UnsafeMutablePointer<Float>, times factor: Float,
    of row: UnsafeMutablePointer<Float>, count: Int, scale: UnsafeMutablePointer<Float>,
    scaleGradient: UnsafeMutablePointer<Float>, epsilon: Float,
    into target: UnsafeMutablePointer<Float>
  ) -> Float {
    let inverse = inverseRootMeanSquare(row, count: count, scale: scale, epsilon: epsilon)
    let whole = count & ~(vectorLanes - 1)
    var sums = Vector.zero
    for column in stride(from: 0, to: whole, by: vectorLanes) {
      sums +=
        gradient.vector(at: column) * row.vector(at: column) * scale.vector(at: column)
    }
    var mixed = sums.sum()
    for column in whole..<count { mixed += gradient[column] * row[column] * scale[column] }
    let direct = factor * inverse
    let along = direct * inverse * inverse * mixed / Float(count)
    for column in stride(from: 0, to: whole, by: vectorLanes) {
      let (value, own) = (row.vector(at: column), scale.vector(at: column))
      let scaled = gradient.vector(at: column) * direct - value * own * along
      target.store(scaled * own, at: column)
      scaleGradient.store(scaleGradient.vector(at: column) + scaled * value, at: column)
    }
    for column in whole..<count {
      let scaled = gradient[column] * direct - row[column] * scale[column] * along
      target[column] = scaled * scale[column]
      scaleGradient[column] += scaled * row[column]
    }
    return inverse * mixed
  }
}
