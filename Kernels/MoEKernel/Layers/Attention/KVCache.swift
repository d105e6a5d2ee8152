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

  let kernels: TileKernels
  let sequences: Int
  /// Tokens that one sequence may have.
  let capacity: Int
  /// Heads of keys and values.
  let heads: Int
  let keyWidth: Int
  let valueWidth: Int

  private let chunks: Int
  /// For each sequence, head and chunk the panels of keys, and then those of values.
  private let floats: AlignedBuffer<Float>
  private let chunkFloats: Int

  init(
    kernels: TileKernels, heads: Int, keyWidth: Int, valueWidth: Int, sequences: Int, capacity: Int
  ) {
    precondition(kernels.inputsPerStep == 1, "a cache holds 32-bit floats")
    self.kernels = kernels
    self.heads = heads
    self.keyWidth = keyWidth
    self.valueWidth = valueWidth
    self.sequences = sequences
    self.capacity = capacity
    chunks = Self.chunks(kernels, capacity: capacity)
    chunkFloats = Self.chunkFloats(kernels, keyWidth: keyWidth, valueWidth: valueWidth)
    floats = AlignedBuffer(count: sequences * heads * chunks * chunkFloats)
  }

  /// Another cache of the same sizes, empty.
  convenience init(like other: KVCache) {
    self.init(
      kernels: other.kernels, heads: other.heads, keyWidth: other.keyWidth,
      valueWidth: other.valueWidth, sequences: other.sequences, capacity: other.capacity)
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

  /// Keys of one chunk.
  var keysPerChunk: Int { Self.panelsPerChunk * kernels.panelWidth }
  /// Panels of a value.
  var valuePanels: Int { kernels.panels(outputs: valueWidth) }

  /// Writes random keys and values everywhere, uniform in ±1.
  func fill(seed: UInt64, pool: WorkerPool) {
    floats.fillRandomly(seed: seed, pool: pool)
  }

  /// Where a chunk of keys and values begins.
  private func start(_ chunk: Int, sequence: Int, head: Int) -> UnsafeMutablePointer<Float> {
    floats.base + ((sequence * heads + head) * chunks + chunk) * chunkFloats
  }

  /// A panel of keys.
  func keyPanel(_ panel: Int, sequence: Int, head: Int) -> UnsafeMutablePointer<Float> {
    precondition(
      panel >= 0 && panel < chunks * Self.panelsPerChunk && sequence >= 0 && sequence < sequences
        && head >= 0 && head < heads, "panel \(panel) of head \(head) of sequence \(sequence)")
    let (chunk, own) = panel.quotientAndRemainder(dividingBy: Self.panelsPerChunk)
    return start(chunk, sequence: sequence, head: head) + own * kernels.panelWidth * keyWidth
  }

  /// A panel of the values of a chunk, from the chunk's first key on.
  func valuePanel(
    _ panel: Int, chunk: Int, sequence: Int, head: Int
  ) -> UnsafeMutablePointer<Float> {
    precondition(
      panel >= 0 && panel < valuePanels && chunk >= 0 && chunk < chunks && sequence >= 0
        && sequence < sequences && head >= 0 && head < heads,
      "panel \(panel) of chunk \(chunk) of head \(head) of sequence \(sequence)")
    return start(chunk, sequence: sequence, head: head)
      + keysPerChunk * (keyWidth + panel * kernels.panelWidth)
  }

  /// Stores the key and value of one head and position; different positions by different threads.
  func store(
    key: UnsafePointer<Float>, value: UnsafePointer<Float>, sequence: Int, head: Int, position: Int
  ) {
    let width = kernels.panelWidth
    kernels.packOutput(
      key, depth: keyWidth, column: position % width,
      panel: UnsafeMutableRawPointer(
        keyPanel(position / width, sequence: sequence, head: head)))
    for panel in 0..<valuePanels {
      let target =
        valuePanel(panel, chunk: position / keysPerChunk, sequence: sequence, head: head)
        + position % keysPerChunk * width
      target.update(from: value + panel * width, count: min(width, valueWidth - panel * width))
    }
  }

  /// Copies a stored key to `keyWidth` floats.
  func copyKey(
    sequence: Int, head: Int, position: Int, to target: UnsafeMutablePointer<Float>
  ) {
    let width = kernels.panelWidth
    kernels.unpackOutput(
      target, depth: keyWidth, column: position % width,
      panel: UnsafeMutableRawPointer(
        keyPanel(position / width, sequence: sequence, head: head)))
  }

  /// Copies a stored value to `valueWidth` floats.
  func copyValue(
    sequence: Int, head: Int, position: Int, to target: UnsafeMutablePointer<Float>
  ) {
    let width = kernels.panelWidth
    for panel in 0..<valuePanels {
      let source =
        valuePanel(panel, chunk: position / keysPerChunk, sequence: sequence, head: head)
        + position % keysPerChunk * width
      (target + panel * width).update(
        from: source, count: min(width, valueWidth - panel * width))
    }
  }
}
