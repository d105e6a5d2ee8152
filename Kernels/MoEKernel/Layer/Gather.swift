// Rows of tokens, brought together expert by expert.

enum Gather {
  /// Copies one token's row, times a factor when there is one (Llama 4).
  static func copyRow(
    _ source: UnsafeMutablePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int,
    factor: Float?
  ) {
    guard let factor else {
      target.update(from: source, count: count)
      return
    }
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
