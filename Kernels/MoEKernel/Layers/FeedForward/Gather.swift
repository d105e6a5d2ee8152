// Rows of tokens on their way to the experts.

enum Gather {
  /// Writes one token's row times the weight of the expert that reads it (Llama 4).
  static func scaleRow(
    _ source: UnsafeMutablePointer<Float>, by factor: Float,
    to target: UnsafeMutablePointer<Float>, count: Int
  ) {
    var column = 0
    while column &+ vectorLanes <= count {
      target.store(source.vector(at: column) * factor, at: column)
      column &+= vectorLanes
    }
    while column < count {
      target[column] = source[column] * factor
      column &+= 1
    }
  }
}
