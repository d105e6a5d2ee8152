import CVector

/// What a product reads and writes; that all addresses are valid is the caller's promise.
///
/// `prefetch` and `prefetchStep` are apart, here and in the structures of the other products. They come on the
/// stack, one behind the other; were they neighbours here too, the compiler would copy both by one load, which no
/// store of eight bytes can be forwarded to: it waits until the stores before it have left the core, those of the
/// last product among them. Attention of 64-wide heads took a tenth longer so while a Zen 5 machine was in one of
/// two states, and as long in the other.
struct Operands {
  /// A panel: `steps` steps of the format's bytes, aligned to 64.
  var weights: UnsafeRawPointer
  /// Where to ask for memory that is needed next.
  var prefetch: UnsafeRawPointer
  /// An activation tile: `steps` steps, each with the words of every row side by side.
  var activations: UnsafeRawPointer
  /// How many bytes `prefetch` moves on in a step.
  var prefetchStep: Int
  /// Steps of panel and tile; 0 is an empty sum.
  var steps: Int
  /// The result, two vectors per row, aligned for vectors.
  var block: UnsafeMutablePointer<Float>
  /// True to add to the block, false to overwrite it.
  var accumulates: Bool
  /// True to write a block that is not added to past the caches.
  var streams: Bool
}

/// The microkernel: the product of one panel with `rows` activation rows, in `chains` sets of accumulators.
///
/// An FMA has a latency of 4 cycles, and a core begins one or two a cycle: it is busy with 4 accumulators that
/// do not depend on each other (512-bit vectors on Zen 4, where 1, 2 and 4 ran at 29, 59 and 118 of 118
/// GFLOP/s) or with 8 (Zen 3 at 256 bits, Zen 5 at 512). A row has two accumulators, so one or two rows would
/// wait for their own results. Consecutive steps then go to `chains` sets of accumulators in turn, which are
/// added at the end in a fixed order.
///
/// The panel is always read from front to back: one stream with prefetch brought 41 GB/s where two to four
/// streams in parallel brought 34 to 40 (Zen 5, one core). With one row a product does 2 FLOPs for every 4
/// bytes, and waits for memory whatever the order of its arithmetic is.
enum Product<Format: PanelFormat, let rows: Int, let chains: Int> {
  typealias Block = InlineArray<rows, Sums>

  /// Multiplies; never inlined, so that registers are allocated for each shape alone.
  ///
  /// All accumulators stay in registers from the first step to the last: one that went through memory would
  /// take the latency of a store forwarded to a load on top of the FMA's in every step. That is what bounds
  /// the rows of a tile (`Shape.swift`), and why the loops over rows and chains must unroll whole
  /// (Package.swift): an accumulator with an index that is not a constant has no register.
  @inline(never)
  static func multiply(_ operands: Operands) {
    let weights = operands.weights
    let activations = operands.activations.assumingMemoryBound(to: Float.self)
    let activationStride = rows &* Format.wordsPerStep
    var sums = InlineArray<chains, Block>(repeating: Block { _ in Sums() })

    // One prefetch for each cache line of weights that a step reads: memory that is needed soon then arrives
    // as fast as this product uses its own. The caller says where it is and how far it moves in a step. Where
    // that is less than a line, most prefetches ask again for a line that is on its way.
    var ahead = operands.prefetch
    let rounds = operands.steps / chains
    for round in 0..<rounds {
      for chain in 0..<chains {
        let step = round &* chains &+ chain
        Format.accumulate(
          &sums[chain], weights: weights + Format.bytesPerStep &* step,
          activations: activations + activationStride &* step)
        vector_prefetch(ahead)
        if Format.bytesPerStep > cacheLine { vector_prefetch(ahead + cacheLine) }
        ahead += operands.prefetchStep
      }
    }
    // The steps that fill no round, at most `chains` - 1; nothing is asked for ahead of the last.
    for step in rounds &* chains..<operands.steps {
      Format.accumulate(
        &sums[0], weights: weights + Format.bytesPerStep &* step,
        activations: activations + activationStride &* step)
    }

    // The order is fixed, so that a result does not depend on anything but its operands.
    for chain in 1..<chains {
      for row in 0..<rows { sums[0][row] += sums[chain][row] }
    }
    let block = UnsafeMutableRawPointer(operands.block).assumingMemoryBound(to: Sums.self)
    if operands.streams {
      // Rows follow each other without gaps, so lines are written whole and need not be read before.
      for row in 0..<rows {
        stream(sums[0][row].first, to: operands.block + 2 &* row &* lanes)
        stream(sums[0][row].second, to: operands.block + (2 &* row &+ 1) &* lanes)
      }
      return
    }
    if operands.accumulates {
      for row in 0..<rows { sums[0][row] += block[row] }
    }
    for row in 0..<rows { block[row] = sums[0][row] }
  }
}
