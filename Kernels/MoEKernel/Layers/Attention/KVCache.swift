import LayerSpec
import Tile

/// Keys and values of some sequences, in the layout that attention multiplies them in.
///
/// Keys lie as panels of the `f32` tile kernels: a key is an output, its elements are the inputs, so that scores of
/// `panelWidth` keys are one product. Values lie as panels too, with a value's elements as outputs and keys as
/// inputs. The values of a chunk of keys follow it, so that a pass reads the memory of a head from end to end, as
/// it reads weights: two streams in turn came to between half and four fifths of the bandwidth of one (Zen 4).
/// What was never written is zero, and what is behind a sequence's end is never seen.
final class KVCache {
  /// Panels of keys in one chunk: enough for sums of values to be long, few enough for scores and weights of a
  /// tile to stay in the L1 cache.
  static let panelsPerChunk = 8

  /// Tokens that one sequence may have.
  let capacity: Int
  /// Where keys and values lie.
  let panels: KVPanels

  private let floats: AlignedBuffer<Float>

  init(
    kernels: TileKernels, heads: Int, keyWidth: Int, valueWidth: Int, sequences: Int, capacity: Int
  ) {
    precondition(kernels.inputsPerStep == 1, "a cache holds 32-bit floats")
    self.capacity = capacity
    let chunks = Self.chunks(kernels, capacity: capacity)
    let chunkFloats = Self.chunkFloats(kernels, keyWidth: keyWidth, valueWidth: valueWidth)
    floats = AlignedBuffer(count: sequences * heads * chunks * chunkFloats)
    panels = KVPanels(
      kernels: kernels, sequences: sequences, heads: heads, keyWidth: keyWidth,
      valueWidth: valueWidth, chunks: chunks, chunkFloats: chunkFloats, base: floats.base)
  }

  /// Another cache of the same sizes, empty.
  convenience init(like other: KVCache) {
    let panels = other.panels
    self.init(
      kernels: panels.kernels, heads: panels.heads, keyWidth: panels.keyWidth,
      valueWidth: panels.valueWidth, sequences: panels.sequences, capacity: other.capacity)
  }

  /// Chunks of one head's keys.
  private static func chunks(_ kernels: TileKernels, capacity: Int) -> Int {
    let keysPerChunk = panelsPerChunk * kernels.panelWidth
    return (capacity + keysPerChunk - 1) / keysPerChunk
  }

  /// Floats of a chunk's keys and values; `Int.max` where they cannot be counted.
  private static func chunkFloats(
    _ kernels: TileKernels, keyWidth: Int, valueWidth: Int
  ) -> Int {
    Saturating.product(
      panelsPerChunk * kernels.panelWidth,
      Saturating.sum(keyWidth, kernels.panels(outputs: valueWidth) * kernels.panelWidth))
  }

  /// Bytes of a cache before it is made; `Int.max` where they cannot be counted.
  static func bytes(
    kernels: TileKernels, heads: Int, keyWidth: Int, valueWidth: Int, sequences: Int, capacity: Int
  ) -> Int {
    Saturating.product(
      Saturating.product(
        Saturating.product(sequences, heads), chunks(kernels, capacity: capacity)),
      Saturating.product(
        4, chunkFloats(kernels, keyWidth: keyWidth, valueWidth: valueWidth)))
  }

  /// Writes random keys and values everywhere, uniform in ±1.
  func fill(seed: UInt64, pool: WorkerPool) {
    floats.fillRandomly(seed: seed, pool: pool)
  }
}
