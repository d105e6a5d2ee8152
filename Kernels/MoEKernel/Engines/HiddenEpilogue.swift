import LayerSpec

/// What follows the gate and up products: their biases and the activation.
public struct HiddenEpilogue {
  /// What becomes of the gate and up products of one hidden unit.
  public let activation: Activation
  /// Bias of the first product (gate, or up when not gated), padded to vectors.
  public let firstBias: UnsafeMutablePointer<Float>?
  /// Bias of the up product of a gated network, padded to vectors.
  public let secondBias: UnsafeMutablePointer<Float>?

  /// Replaces `first` by act(first + bias, second + bias), row by row.
  ///
  /// Rows are read and written up to the next multiple of the vector width beyond `columns`, up to which
  /// both must have memory. What lies there is of no meaning.
  ///
  /// - Parameters:
  ///   - second: The up product, `nil` when the network is not gated.
  ///   - columns: Hidden units of the block.
  ///   - firstColumn: The block's first unit, where its biases begin.
  public func apply(to first: Rows, _ second: Rows?, columns: Int, firstColumn: Int) {
    addBiases(to: first, second, columns: columns, firstColumn: firstColumn)
    activate(first, second, columns: columns)
  }

  /// Replaces `first` and `second` by their sums with the biases.
  func addBiases(to first: Rows, _ second: Rows?, columns: Int, firstColumn: Int) {
    if let bias = firstBias { RowArithmetic.add(bias + firstColumn, to: first, columns: columns) }
    if let second, let bias = secondBias {
      RowArithmetic.add(bias + firstColumn, to: second, columns: columns)
    }
  }

  /// Replaces `first` by act(first, second).
  func activate(_ first: Rows, _ second: Rows?, columns: Int) {
    let one = Vector(repeating: 1)
    for index in 0..<first.count {
      let row = first[index]
      let other = second?[index]
      for column in stride(from: 0, to: columns, by: vectorLanes) {
        let value = activated(
          activation, gate: row.vector(at: column), up: other?.vector(at: column) ?? one)
        row.store(value, at: column)
      }
    }
  }
}
