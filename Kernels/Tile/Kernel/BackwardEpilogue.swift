import LayerSpec

/// Turns a block of gradients of hidden units into gradients of the products that the units were made of, and
/// makes the units once more, while the block is in the L1 cache.
///
/// A vector of units has a vector of the gate and one of up behind it where the network is gated, else one
/// alone, in `kept` as in `gradients`: the columns of the block that a forward pass activated.
///
/// - Parameters:
///   - block: Two vectors of gradients for each row.
///   - vectors: Vectors of a row that are valid, 1 or 2.
///   - kept: What the forward pass had before the activation: the first row's vectors of these units.
///   - gradients: Where the gradients of the same go.
///   - active: Where the units go.
public func activateBackward(
  block: UnsafePointer<Float>, rows: Int, vectors: Int, isGated: Bool, activation: Activation,
  kept: UnsafePointer<Float>, keptStride: Int, gradients: UnsafeMutablePointer<Float>,
  gradientStride: Int, active: UnsafeMutablePointer<Float>, activeStride: Int
) {
  let width = isGated ? 2 &* lanes : lanes
  let one = Vector(repeating: 1)
  for row in 0..<rows {
    for vector in 0..<vectors {
      let from = kept + (row &* keptStride &+ vector &* width)
      let result = activatedGradients(
        activation, gate: load(from), up: isGated ? load(from + lanes) : one,
        of: load(block + (row &* 2 &+ vector) &* lanes))
      let to = gradients + (row &* gradientStride &+ vector &* width)
      store(result.gate, to)
      if isGated { store(result.up, to + lanes) }
      store(result.value, active + (row &* activeStride &+ vector &* lanes))
    }
  }
}

@inline(__always)
private func load(_ address: UnsafePointer<Float>) -> Vector {
  UnsafeRawPointer(address).loadUnaligned(as: Vector.self)
}

@inline(__always)
private func store(_ value: Vector, _ address: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(address).storeBytes(of: value, as: Vector.self)
}
