import Glibc
import LayerSpec
import Tile

/// Attention alone: scores, softmax and sums of values between the matrices of a block, over random queries,
/// keys and values; of latent attention behind a context, all in the latent space.
///
/// It is what `BlockLayer` computes between its matrices, by the same code, as `MatrixProduct` is one of its
/// products.
public final class AttentionProduct {
  /// What is computed.
  public let spec: SelfAttentionSpec
  /// Sequences of a pass.
  public let sequences: Int
  /// Tokens of each in a pass, the last ones of the sequence.
  public let tokens: Int
  /// Tokens of each that are cached before.
  public let context: Int

  private let kernels: TileKernels
  private let pool: WorkerPool
  private let memory: Memory
  private let queries: Matrix
  /// The same as tasks read them, which a block writes where it turns its queries; none in the latent space.
  private let queryTiles: QueryTiles
  private let tiledQueries: Matrix
  private let outputs: Matrix
  private let scratch: Matrix
  private let parts: ContextParts
  /// The spans of each copy of the sequences, which passes take in turn.
  private let spans: [[AttentionCore.Span]]
  private var next = 0

  private enum Memory {
    case grouped(KVCache)
    case latent(LatentCache, SelfAttentionSpec.Latent)
  }

  /// Random queries and caches.
  ///
  /// - Parameters:
  ///   - copies: of all caches, so that a pass finds what is in no processor's cache.
  ///   - engine: whose instruction set the kernels have.
  /// - Precondition: all numbers are positive but `context`, which may be 0.
  public init(
    _ spec: SelfAttentionSpec, sequences: Int, tokens: Int, context: Int, copies: Int,
    engine: any Engine, seed: UInt64, pool: WorkerPool
  ) {
    precondition(
      sequences > 0 && tokens > 0 && context >= 0 && copies > 0,
      "\(copies) copies of \(sequences) sequences of \(tokens) tokens behind \(context)")
    self.spec = spec
    self.sequences = sequences
    self.tokens = tokens
    self.context = context
    self.pool = pool
    kernels = BlockWorkspace.kernels(engine)
    let (rows, capacity) = (sequences * tokens * spec.heads, context + tokens)
    let sizes = Self.sizes(spec, context: context)
    if let latent = spec.latent, spec.isAbsorbed(context: context) {
      let cache = LatentCache(
        latent, kernels: kernels, sequences: copies * sequences, capacity: capacity)
      cache.fill(seed: seed, pool: pool)
      memory = .latent(cache, latent)
    } else {
      let cache = KVCache(
        kernels: kernels, heads: spec.keyValueHeads, keyWidth: spec.keyWidth,
        valueWidth: spec.valueWidth, sequences: copies * sequences, capacity: capacity)
      cache.fill(seed: seed, pool: pool)
      memory = .grouped(cache)
    }
    parts = ContextParts(
      queries: Self.cutQueries(
        spec, sequences: sequences, tokens: tokens, context: context, copies: copies),
      keys: capacity, width: sizes.output)
    queries = Matrix(rows: rows, columns: sizes.query)
    // Scores of a random walk's length, so that weights are neither all alike nor one alone.
    queries.fill(
      seed: seed &+ 2, amplitude: 3 / Float(sizes.query).squareRoot(), pool: pool)
    outputs = Matrix(rows: rows, columns: sizes.output)
    scratch = .scratch(workers: pool.threads, floats: Self.scratchElements(spec, kernels))
    let isAbsorbed = spec.isAbsorbed(context: context)
    tiledQueries = Matrix(
      rows: isAbsorbed ? 0 : sequences * tokens, columns: QueryTiles.columns(spec, kernels))
    queryTiles = QueryTiles(spec, kernels, in: tiledQueries)
    spans = (0..<copies).map { copy in
      (0..<sequences).map {
        AttentionCore.Span(
          sequence: copy * sequences + $0, firstRow: $0 * tokens, tokens: tokens,
          position: context)
      }
    }
    if isAbsorbed { return }
    for span in spans[0] {
      for token in 0..<tokens {
        queryTiles.store(queries.all[(span.firstRow + token) * spec.heads], token: token, of: span)
      }
    }
  }

  /// Elements of a query and of an output, of one head.
  private static func sizes(
    _ spec: SelfAttentionSpec, context: Int
  ) -> (query: Int, output: Int) {
    guard let latent = spec.latent, spec.isAbsorbed(context: context) else {
      return (spec.keyWidth, spec.valueWidth)
    }
    return (latent.rank + latent.rotaryWidth, latent.rank)
  }

  private static func scratchElements(_ spec: SelfAttentionSpec, _ kernels: TileKernels) -> Int {
    let core = AttentionCore.scratchElements(kernels, spec)
    return spec.latent.map { max(core, LatentCore.scratchElements($0, kernels)) } ?? core
  }

  /// Bytes of one copy of the caches; `Int.max` where they cannot be counted.
  public static func cacheBytes(
    _ spec: SelfAttentionSpec, sequences: Int, tokens: Int, context: Int, engine: any Engine
  ) -> Int {
    let (kernels, capacity) = (BlockWorkspace.kernels(engine), Saturating.sum(context, tokens))
    if let latent = spec.latent, spec.isAbsorbed(context: context) {
      return LatentCache.bytes(
        latent, kernels: kernels, sequences: sequences, capacity: capacity)
    }
    return KVCache.bytes(
      kernels: kernels, heads: spec.keyValueHeads, keyWidth: spec.keyWidth,
      valueWidth: spec.valueWidth, sequences: sequences, capacity: capacity)
  }

  /// Bytes of all that is not a cache; `Int.max` where they cannot be counted.
  public static func otherBytes(
    _ spec: SelfAttentionSpec, sequences: Int, tokens: Int, context: Int, copies: Int,
    threads: Int, engine: any Engine
  ) -> Int {
    let sizes = sizes(spec, context: context)
    let kernels = BlockWorkspace.kernels(engine)
    let rows = Saturating.product(Saturating.product(sequences, tokens), spec.heads)
    return Saturating.sum([
      Saturating.product(4, Saturating.product(rows, sizes.query + sizes.output)),
      spec.isAbsorbed(context: context)
        ? 0
        : Saturating.product(
          4,
          Saturating.product(
            Saturating.product(sequences, tokens), QueryTiles.columns(spec, kernels))),
      Matrix.scratchBytes(
        workers: threads, floats: scratchElements(spec, kernels)),
      ContextParts.bytes(
        queries: cutQueries(
          spec, sequences: sequences, tokens: tokens, context: context, copies: copies),
        keys: Saturating.sum(context, tokens), width: sizes.output),
    ])
  }

  /// Queries whose contexts may be cut: all of absorbed ones, of others those of single tokens, whose places go by
  /// their sequences in the cache.
  private static func cutQueries(
    _ spec: SelfAttentionSpec, sequences: Int, tokens: Int, context: Int, copies: Int
  ) -> Int {
    let heads = Saturating.product(sequences, spec.heads)
    if spec.isAbsorbed(context: context) { return Saturating.product(heads, tokens) }
    return tokens == 1 ? Saturating.product(heads, copies) : 0
  }

  /// One pass over the next copy of the caches.
  public func pass() {
    let spans = spans[next]
    next = (next + 1) % self.spans.count
    let (queries, outputs) = (queries.all, outputs.all)
    switch memory {
    case .grouped(let cache):
      let core = AttentionCore(
        spec: spec, cache: cache.panels, queries: queryTiles, outputs: outputs, sinks: nil,
        parts: parts.places)
      _ = AttentionWork(core: core, spans: spans, scratch: scratch.all).run(pool)
    case .latent(let cache, let latent):
      let core = LatentCore(
        spec: spec, latent: latent, kernels: kernels, cache: cache, queries: queries,
        contexts: outputs, parts: parts.places, sinks: nil)
      _ = LatentWork(
        core: core, rows: 0..<sequences * tokens, spans: spans, scratch: scratch.all
      ).run(pool)
    }
  }

  /// What the last pass computed.
  var elements: [Float] { outputs.elements }

  // MARK: - The oracle

  /// The largest difference of some outputs of a pass over the first copy from the same in double precision, by
  /// the largest of these.
  public func relativeError() -> Double { relativeError(of: Set([0, tokens / 2, tokens - 1])) }

  /// The same of some tokens of the first and the last sequence.
  func relativeError(of checked: some Sequence<Int>) -> Double {
    next = 0
    pass()
    var (error, largest) = (0.0, 0.0)
    for sequence in Set([0, sequences - 1]) {
      for token in checked {
        for head in Set([0, spec.heads - 1]) {
          let row = (sequence * tokens + token) * spec.heads + head
          let expected = reference(sequence: sequence, token: token, head: head)
          for (index, value) in expected.enumerated() {
            error = max(error, abs(value - Double(outputs.all[row][index])))
            largest = max(largest, abs(value))
          }
        }
      }
    }
    return error / largest
  }

  private func reference(sequence: Int, token: Int, head: Int) -> [Double] {
    let position = context + token
    let query = queries.row((sequence * tokens + token) * spec.heads + head).map(Double.init)
    let seen = spec.reach.first(seenBy: position)...position
    var (scores, values): ([Double], [[Float]]) = ([], [])
    for key in seen {
      let own = keyAndValue(sequence: sequence, position: key, head: head / spec.group)
      var score = zip(query, own.key).reduce(0) { $0 + $1.0 * Double($1.1) }
      if let softcap = spec.softcap { score = Double(softcap) * tanh(score / Double(softcap)) }
      scores.append(score)
      values.append(own.value)
    }
    let maximum = scores.max() ?? 0
    let weights = scores.map { exp($0 - maximum) }
    let sum = weights.reduce(0, +)
    return (0..<outputs.columns).map { index in
      zip(weights, values).reduce(0) { $0 + $1.0 / sum * Double($1.1[index]) }
    }
  }

  private func keyAndValue(
    sequence: Int, position: Int, head: Int
  ) -> (key: [Float], value: [Float]) {
    switch memory {
    case .latent(let cache, let latent):
      let row = cache.row(position, sequence: sequence)
      let key = (0..<cache.width).map { row[$0] }
      return (key, Array(key.prefix(latent.rank)))
    case .grouped(let cache):
      let key = Matrix(rows: 1, columns: spec.keyWidth)
      let value = Matrix(rows: 1, columns: spec.valueWidth)
      cache.panels.copyKey(sequence: sequence, head: head, position: position, to: key.all.base)
      cache.panels.copyValue(sequence: sequence, head: head, position: position, to: value.all.base)
      return (key.elements, value.elements)
    }
  }
}
