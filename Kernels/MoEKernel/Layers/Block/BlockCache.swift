/// Keys and values of some sequences in one block of a model.
///
/// Scratch is used by one block after the other, but what a block keeps of its sequences is its own: blocks of one
/// shape share a workspace, and each brings its cache (`BlockWorkspace.use`).
public final class BlockCache {
  let cache: KVCache

  /// The cache that a workspace was made with.
  init(of workspace: BlockWorkspace) { cache = workspace.cache }

  /// Another cache of the same sizes, empty.
  init(like other: BlockCache) {
    let cache = other.cache
    self.cache = KVCache(
      kernels: cache.kernels, heads: cache.heads, keyWidth: cache.keyWidth,
      valueWidth: cache.valueWidth, sequences: cache.sequences, capacity: cache.capacity)
  }

  /// Takes the tokens behind so many away from every sequence.
  func rewind(to tokens: Int) {
    for sequence in 0..<cache.sequences { cache.setLength(tokens, of: sequence) }
  }

  /// Whether keys and values lie as in another cache, and as many.
  func keeps(like other: KVCache) -> Bool {
    cache.kernels.panelWidth == other.kernels.panelWidth && cache.heads == other.heads
      && cache.keyWidth == other.keyWidth && cache.valueWidth == other.valueWidth
      && cache.sequences == other.sequences && cache.capacity == other.capacity
  }
}
