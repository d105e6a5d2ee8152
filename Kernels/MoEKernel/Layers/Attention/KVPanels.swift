import Tile

/// Where a `KVCache` has its keys and values: what tasks copy without counting references to the cache.
///
/// That count would be one line which the threads of all tasks write, and where two of them have no cache in
/// common, each write takes as long as thousands of multiplications.
struct KVPanels {
  let kernels: TileKernels
  let sequences: Int
  /// Heads of keys and values.
  let heads: Int
  let keyWidth: Int
  let valueWidth: Int
  /// Chunks of one head's keys.
  let chunks: Int
  /// Floats of a chunk's keys and values.
  let chunkFloats: Int
  /// For each sequence, head and chunk the panels of keys, and then those of values.
  let base: UnsafeMutablePointer<Float>

  /// Keys of one chunk.
  var keysPerChunk: Int { KVCache.panelsPerChunk * kernels.panelWidth }
  /// Panels of a value.
  var valuePanels: Int { kernels.panels(outputs: valueWidth) }

  /// Where a chunk of keys and values begins.
  private func start(_ chunk: Int, sequence: Int, head: Int) -> UnsafeMutablePointer<Float> {
    base + ((sequence * heads + head) * chunks + chunk) * chunkFloats
  }

  /// A panel of keys.
  func keyPanel(_ panel: Int, sequence: Int, head: Int) -> UnsafeMutablePointer<Float> {
    precondition(
      panel >= 0 && panel < chunks * KVCache.panelsPerChunk && sequence >= 0 && sequence < sequences
        && head >= 0 && head < heads, "panel \(panel) of head \(head) of sequence \(sequence)")
    let (chunk, own) = panel.quotientAndRemainder(dividingBy: KVCache.panelsPerChunk)
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
