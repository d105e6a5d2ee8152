import CVector

/// What a product reads and writes; all addresses are the caller's promise.
struct Operands {
  /// A panel: `steps` steps of two vectors, at any alignment (64 bytes is fastest).
  var weights: UnsafeRawPointer
  /// An activation tile: `steps` steps, each with the words of every row side by side.
  var activations: UnsafeRawPointer
  /// How long the product is.
  var steps: Int
  /// The result, two vectors per row.
  var block: UnsafeMutablePointer<Float>
  /// True to add to the block, false to overwrite it.
  var accumulates: Bool
  /// Where to ask for memory that is needed next, and how many bytes per step.
  var prefetch: UnsafeRawPointer
  var prefetchStep: Int
}

/// The product of one panel with `rows` activation rows, in `chains` sets of sums.
///
/// With few rows the few sums would wait for their own latency, which is longer than memory takes to
/// deliver a step. Consecutive steps then go to `chains` sets of sums in turn, which are added at the
/// end in a fixed order. The panel is always read from front to back: one stream with prefetch
/// brought 41 GB/s where two to four streams in parallel brought 34 to 40 (Zen 5, one core).
enum Product<Format: PanelFormat, let rows: Int, let chains: Int> {
  typealias Block = InlineArray<rows, Sums>

  /// Multiplies; never inlined, so that each shape has a register file of its own.
  @inline(never)
  static func multiply(_ operands: Operands) {
    let weights = operands.weights.assumingMemoryBound(to: Vector.self)
    let activations = operands.activations.assumingMemoryBound(to: Float.self)
    let activationStride = rows &* Format.wordsPerStep
    var sums = InlineArray<chains, Block>(repeating: Block { _ in Sums() })

    var ahead = operands.prefetch
    let rounds = operands.steps / chains
    for round in 0..<rounds {
      for chain in 0..<chains {
        let step = round &* chains &+ chain
        Format.accumulate(
          &sums[chain], weights: weights + 2 &* step,
          activations: activations + activationStride &* step)
        vector_prefetch(ahead)
        if stepBytes > cacheLine { vector_prefetch(ahead + cacheLine) }
        ahead += operands.prefetchStep
      }
    }
    for step in rounds &* chains..<operands.steps {
      Format.accumulate(
        &sums[0], weights: weights + 2 &* step, activations: activations + activationStride &* step)
    }

    for chain in 1..<chains {
      for row in 0..<rows { sums[0][row] += sums[chain][row] }
    }
    let block = UnsafeMutableRawPointer(operands.block).assumingMemoryBound(to: Sums.self)
    if operands.accumulates {
      for row in 0..<rows { sums[0][row] += block[row] }
    }
    for row in 0..<rows { block[row] = sums[0][row] }
  }
}
