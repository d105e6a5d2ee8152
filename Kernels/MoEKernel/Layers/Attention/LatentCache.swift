import LayerSpec
import Tile

/// What latent attention keeps of some sequences: for each token the latent vector and the turned key that all
/// heads share, one behind the other.
///
/// A row is both a key, over whose elements scores are summed, and a value, whose first elements contexts are
/// sums of; so it lies row by row, and one stream of memory serves both.
final class LatentCache {
  let sequences: Int
  /// Tokens that one sequence may have.
  let capacity: Int
  /// Elements of a latent vector and a shared key.
  let width: Int
  /// Floats from one token's row to the next one's.
  let stride: Int

  private let rows: AlignedBuffer<Float>

  init(_ latent: SelfAttentionSpec.Latent, kernels: TileKernels, sequences: Int, capacity: Int) {
    self.sequences = sequences
    self.capacity = capacity
    width = latent.rank + latent.rotaryWidth
    stride = Self.stride(latent, kernels)
    rows = AlignedBuffer(count: sequences * capacity * stride)
  }

  /// Another cache of the same sizes, empty.
  init(like other: LatentCache) {
    sequences = other.sequences
    capacity = other.capacity
    width = other.width
    stride = other.stride
    rows = AlignedBuffer(count: other.rows.count)
  }

  /// An odd number of cache lines, which hold whole panels of values.
  ///
  /// The same column of some dozens of rows then falls into as many sets of the L1 cache; 576 floats are 36
  /// lines, of which 16 sets would hold all.
  private static func stride(_ latent: SelfAttentionSpec.Latent, _ kernels: TileKernels) -> Int {
    let panels = kernels.panels(outputs: latent.rank) * kernels.panelWidth
    let lines = (max(latent.rank + latent.rotaryWidth, panels) + vectorLanes - 1) / vectorLanes
    return (lines | 1) * vectorLanes
  }

  /// Bytes of a cache before it is made; `Int.max` where they cannot be counted.
  static func bytes(
    _ latent: SelfAttentionSpec.Latent, kernels: TileKernels, sequences: Int, capacity: Int
  ) -> Int {
    Saturating.product(
      Saturating.product(sequences, capacity), 4 * stride(latent, kernels))
  }

  /// The row of a position.
  func row(_ position: Int, sequence: Int) -> UnsafeMutablePointer<Float> {
    precondition(
      position >= 0 && position < capacity && sequence >= 0 && sequence < sequences,
      "position \(position) of sequence \(sequence)")
    return rows.base + (sequence * capacity + position) * stride
  }

  /// Stores the row of a position; different positions by different threads.
  func store(_ values: UnsafePointer<Float>, sequence: Int, position: Int) {
    row(position, sequence: sequence).update(from: values, count: width)
  }

  /// Writes random rows everywhere, uniform in ±1.
  func fill(seed: UInt64, pool: WorkerPool) { rows.fillRandomly(seed: seed, pool: pool) }
}

extension AlignedBuffer<Float> {
  /// Writes random elements, uniform in ±1, a huge page at a time.
  func fillRandomly(seed: UInt64, pool: WorkerPool) {
    let piece = hugePageBytes / MemoryLayout<Float>.stride
    pool.forEach((count + piece - 1) / piece, in: (base: base, count: count, seed: seed)) {
      memory, _, index in
      let piece = hugePageBytes / MemoryLayout<Float>.stride
      let first = index * piece
      RandomFill.fill(
        memory.base + first, count: min(piece, memory.count - first), row: UInt64(index),
        seed: memory.seed, amplitude: 1)
    }
  }
}
