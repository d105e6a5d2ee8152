import LayerSpec

/// What one block of a model keeps of its sequences.
///
/// Scratch is used by one block after the other, but what a block keeps is its own: blocks of one shape share a
/// workspace, and each brings its cache (`BlockWorkspace.use`).
public final class BlockCache {
  /// Tokens that one sequence may have.
  let capacity: Int
  /// Tokens of each sequence.
  private(set) var lengths: [Int]
  /// Keys and values, or latent vectors, and the scratch of attention, which other caches share.
  let memory: AttentionMemory

  /// An empty cache.
  init(_ memory: AttentionMemory, sequences: Int, capacity: Int) {
    self.memory = memory
    self.capacity = capacity
    lengths = Array(repeating: 0, count: sequences)
  }

  /// Another cache of the same sizes, empty, whose passes use the same scratch.
  convenience init(like other: BlockCache) {
    self.init(
      AttentionMemory(sharingScratchOf: other.memory), sequences: other.lengths.count,
      capacity: other.capacity)
  }

  /// Bytes of a cache before it is made, of one that passes behind a context have; `Int.max` where they cannot be
  /// counted.
  public static func bytes(
    _ spec: SelfAttentionSpec, sequences: Int, capacity: Int, engine: any Engine
  ) -> Int {
    AttentionProduct.cacheBytes(
      spec, sequences: sequences, tokens: 0, context: capacity, engine: engine)
  }

  /// Sets how many tokens a sequence has; what is stored beyond stays and is not seen.
  func setLength(_ length: Int, of sequence: Int) {
    precondition(
      length >= 0 && length <= capacity, "\(length) tokens in a cache of \(capacity) a sequence")
    lengths[sequence] = length
  }

  /// Takes the tokens behind so many away from every sequence.
  func rewind(to tokens: Int) {
    for sequence in lengths.indices { setLength(tokens, of: sequence) }
  }

  /// Whether another cache was made for the same passes.
  func keeps(like other: BlockCache) -> Bool {
    capacity == other.capacity && lengths.count == other.lengths.count
      && memory.sharesScratch(with: other.memory)
  }
}
