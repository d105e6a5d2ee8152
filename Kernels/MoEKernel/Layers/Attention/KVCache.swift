import LayerSpec
import Tile

/// Keys and values of some sequences, in the layout that attention multiplies them in.
///
/// Keys lie as panels of the `f32` tile kernels: a key is an output, its elements are the inputs, so that scores of
/// `panelWidth` keys are one product. Values lie as panels too, with a value's elements as outputs and keys as
/// inputs, chunk by chunk: a pass reads both from end to end, as it reads weights. What was never written is
/// zero, and what is behind a sequence's end is never seen.
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
  private let keys: AlignedBuffer<Float>
  private let values: AlignedBuffer<Float>

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
    let size = Self.sizes(kernels, keyWidth: keyWidth, valueWidth: valueWidth, capacity: capacity)
    chunks = size.chunks
    keys = AlignedBuffer(count: sequences * heads * size.keys)
    values = AlignedBuffer(count: sequences * heads * size.values)
  }

  /// Another cache of the same sizes, empty.
  convenience init(like other: KVCache) {
    self.init(
      kernels: other.kernels, heads: other.heads, keyWidth: other.keyWidth,
      valueWidth: other.valueWidth, sequences: other.sequences, capacity: other.capacity)
  }

  /// Chunks of one head's keys, and floats of all its keys and values; `Int.max` where they cannot be counted.
  private static func sizes(
    _ kernels: TileKernels, keyWidth: Int, valueWidth: Int, capacity: Int
  ) -> (chunks: Int, keys: Int, values: Int) {
    let keysPerChunk = panelsPerChunk * kernels.panelWidth
    let chunks = (capacity + keysPerChunk - 1) / keysPerChunk
    let padded = Saturating.product(chunks, keysPerChunk)
    return (
      chunks, Saturating.product(padded, keyWidth),
      Saturating.product(padded, kernels.panels(outputs: valueWidth) * kernels.panelWidth)
    )
  }

  /// Bytes of a cache before it is made; `Int.max` where they cannot be counted.
  static func bytes(
    kernels: TileKernels, heads: Int, keyWidth: Int, valueWidth: Int, sequences: Int, capacity: Int
  ) -> Int {
    let size = sizes(kernels, keyWidth: keyWidth, valueWidth: valueWidth, capacity: capacity)
    return Saturating.product(
      Saturating.product(sequences, heads),
      Saturating.product(4, Saturating.sum(size.keys, size.values)))
  }

  /// Keys of one chunk.
  var keysPerChunk: Int { Self.panelsPerChunk * kernels.panelWidth }
  /// Panels of a value.
  var valuePanels: Int { kernels.panels(outputs: valueWidth) }

  /// Writes random keys and values everywhere, uniform in ±1.
  func fill(seed: UInt64, pool: WorkerPool) {
    keys.fillRandomly(seed: seed, pool: pool)
    values.fillRandomly(seed: seed &+ 1, pool: pool)
  }

  /// A panel of keys.
  func keyPanel(_ panel: Int, sequence: Int, head: Int) -> UnsafeMutablePointer<Float> {
    precondition(
      panel >= 0 && panel < chunks * Self.panelsPerChunk && sequence >= 0 && sequence < sequences
        && head >= 0 && head < heads, "panel \(panel) of head \(head) of sequence \(sequence)")
    let panels = (sequence * heads + head) * chunks * Self.panelsPerChunk + panel
    return keys.base + panels * kernels.panelWidth * keyWidth
  }

  /// A panel of the values of a chunk, from the chunk's first key on.
  func valuePanel(
    _ panel: Int, chunk: Int, sequence: Int, head: Int
  ) -> UnsafeMutablePointer<Float> {
    precondition(
      panel >= 0 && panel < valuePanels && chunk >= 0 && chunk < chunks && sequence >= 0
        && sequence < sequences && head >= 0 && head < heads,
      "panel \(panel) of chunk \(chunk) of head \(head) of sequence \(sequence)")
    let panels = ((sequence * heads + head) * chunks + chunk) * valuePanels + panel
    return values.base + panels * keysPerChunk * kernels.panelWidth
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
