import LayerSpec
import Tile

/// What attention keeps of its sequences, and what its passes need besides, both as the form of attention has it.
enum AttentionMemory {
  /// Keys and values of every head, and what is left of contexts that are cut.
  case grouped(KVCache, ContextParts)
  /// Latent vectors; keys and values are of one pass.
  case latent(LatentMemory)

  init(
    _ spec: SelfAttentionSpec, kernels: TileKernels, maxTokens: Int, sequences: Int, capacity: Int
  ) {
    if let latent = spec.latent {
      self = .latent(
        LatentMemory(
          spec, latent, kernels: kernels, maxTokens: maxTokens, sequences: sequences,
          capacity: capacity))
    } else {
      self = .grouped(
        KVCache(
          kernels: kernels, heads: spec.keyValueHeads, keyWidth: spec.keyWidth,
          valueWidth: spec.valueWidth, sequences: sequences, capacity: capacity),
        ContextParts(queries: sequences * spec.heads, keys: capacity, width: spec.valueWidth))
    }
  }

  /// Bytes of the memory before it is made; `Int.max` where they cannot be counted.
  static func bytes(
    _ spec: SelfAttentionSpec, kernels: TileKernels, maxTokens: Int, sequences: Int, capacity: Int
  ) -> Int {
    if let latent = spec.latent {
      return LatentMemory.bytes(
        spec, latent, kernels: kernels, maxTokens: maxTokens, sequences: sequences,
        capacity: capacity)
    }
    return Saturating.sum(
      KVCache.bytes(
        kernels: kernels, heads: spec.keyValueHeads, keyWidth: spec.keyWidth,
        valueWidth: spec.valueWidth, sequences: sequences, capacity: capacity),
      ContextParts.bytes(
        queries: Saturating.product(sequences, spec.heads), keys: capacity,
        width: spec.valueWidth))
  }

  /// Floats of one worker's scratch in passes of `rows` rows; `Int.max` where they cannot be counted.
  static func scratchElements(
    _ spec: SelfAttentionSpec, kernels: TileKernels, rows: Int, engine: any Engine,
    format: WeightFormat
  ) -> Int {
    let core = AttentionCore.scratchElements(kernels, spec)
    guard let latent = spec.latent else { return core }
    // A key is put together behind the core's scratch.
    return max(
      Saturating.sum(core, spec.keyWidth),
      LatentMemory.scratchElements(spec, latent, kernels: kernels, rows: rows, engine, format))
  }

  /// Another cache of the same sizes, empty, with the scratch of the first.
  init(sharingScratchOf other: AttentionMemory) {
    self =
      switch other {
      case .grouped(let cache, let parts): .grouped(KVCache(like: cache), parts)
      case .latent(let memory): .latent(LatentMemory(sharingScratchOf: memory))
      }
  }

  /// Whether passes over either cache use the same scratch, so that both are of the same sizes.
  func sharesScratch(with other: AttentionMemory) -> Bool {
    switch (self, other) {
    case (.grouped(_, let own), .grouped(_, let parts)): own === parts
    case (.latent(let own), .latent(let memory)): own.expansion === memory.expansion
    default: false
    }
  }

  /// Fills all caches with random elements.
  func fill(seed: UInt64, pool: WorkerPool) {
    switch self {
    case .grouped(let cache, _): cache.fill(seed: seed, pool: pool)
    case .latent(let memory): memory.cache.fill(seed: seed, pool: pool)
    }
  }
}

/// The cache of latent attention and the memory of its passes.
final class LatentMemory {
  let cache: LatentCache
  /// Expanded keys and values of one pass, which are those of one prompt at a time, and the rows that they are
  /// stored from: all heads' plain keys and values.
  let expansion: KVCache
  let expanded: Matrix
  /// That prompt, in an array that passes need not make.
  var prompt = [AttentionCore.Span(sequence: 0, firstRow: 0, tokens: 0, position: 0)]
  /// Queries in the latent space with their turned part, and contexts in it, of as many rows as are absorbed at
  /// a time.
  let queries: Matrix
  let contexts: Matrix
  let parts: ContextParts

  /// Rows that are absorbed at a time: a step of decoding mostly has fewer, and of a long part of a prompt no
  /// more than these wait in memory.
  static let absorbedRows = 64

  init(
    _ spec: SelfAttentionSpec, _ latent: SelfAttentionSpec.Latent, kernels: TileKernels,
    maxTokens: Int, sequences: Int, capacity: Int
  ) {
    cache = LatentCache(latent, kernels: kernels, sequences: sequences, capacity: capacity)
    expansion = KVCache(
      kernels: kernels, heads: spec.heads, keyWidth: spec.keyWidth, valueWidth: spec.valueWidth,
      sequences: 1, capacity: min(maxTokens, capacity))
    expanded = Matrix(
      rows: maxTokens, columns: spec.heads * (latent.plainWidth + spec.valueWidth))
    let rows = min(maxTokens, Self.absorbedRows)
    queries = Matrix(rows: rows, columns: spec.heads * cache.width)
    contexts = Matrix(rows: rows, columns: spec.heads * latent.rank)
    parts = ContextParts(queries: rows * spec.heads, keys: capacity, width: latent.rank)
  }

  /// Another cache of the same sizes, empty, with the scratch of the first.
  init(sharingScratchOf other: LatentMemory) {
    cache = LatentCache(like: other.cache)
    expansion = other.expansion
    expanded = other.expanded
    queries = other.queries
    contexts = other.contexts
    parts = other.parts
  }

  static func bytes(
    _ spec: SelfAttentionSpec, _ latent: SelfAttentionSpec.Latent, kernels: TileKernels,
    maxTokens: Int, sequences: Int, capacity: Int
  ) -> Int {
    let rows = min(maxTokens, absorbedRows)
    let widths = 2 * latent.rank + latent.rotaryWidth
    let perHead = Saturating.sum([
      Saturating.product(rows, widths),
      Saturating.product(maxTokens, latent.plainWidth + spec.valueWidth),
    ])
    return Saturating.sum([
      LatentCache.bytes(latent, kernels: kernels, sequences: sequences, capacity: capacity),
      KVCache.bytes(
        kernels: kernels, heads: spec.heads, keyWidth: spec.keyWidth, valueWidth: spec.valueWidth,
        sequences: 1, capacity: min(maxTokens, capacity)),
      Saturating.product(Saturating.product(4, spec.heads), perHead),
      ContextParts.bytes(
        queries: Saturating.product(rows, spec.heads), keys: capacity, width: latent.rank),
    ])
  }

  static func scratchElements(
    _ spec: SelfAttentionSpec, _ latent: SelfAttentionSpec.Latent, kernels: TileKernels,
    rows: Int, _ engine: any Engine, _ format: WeightFormat
  ) -> Int {
    let absorbed = min(rows, absorbedRows)
    let products = [
      HeadProducts.scratchElements(
        rows: absorbed, inputs: max(latent.plainWidth, latent.rank), engine: engine,
        format: format),
      engine.scratchElements(rows: rows, inputs: latent.rank, format: format),
      // The transposed matrices of a coded format are 32-bit floats.
      HeadProducts.scratchElements(
        rows: absorbed, inputs: latent.plainWidth, engine: engine, format: .f32),
    ]
    return max(
      products.max() ?? 0, LatentCore.scratchElements(latent, kernels))
  }
}
