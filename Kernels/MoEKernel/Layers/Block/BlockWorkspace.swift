import LayerSpec
import Tile

/// Scratch and caches of a block's passes.
public final class BlockWorkspace: LayerWorkspace {
  /// The most rows that one pass may have, of all sequences together.
  public let maxTokens: Int
  /// The most threads that a pool may have to use it.
  public let threads: Int
  /// Rows of the last pass, 0 before the first.
  public internal(set) var tokens = 0
  /// Seconds of the phases of the last pass, zero before the first.
  public internal(set) var phases = BlockPhases()

  /// Sequences that there are caches for.
  public let sequences: Int
  /// Tokens that one sequence may have.
  public let capacity: Int
  let shape: BlockSpec
  /// Of attention.
  let kernels: TileKernels
  /// Of the next pass; blocks of a model that share this workspace each have their own.
  public private(set) var cache: BlockCache
  let rotary: RotaryTable?
  let feedForward: FeedForwardWorkspace
  /// Rows of H: normed, of a branch, and the stream between the branches.
  let normed: Matrix
  let branch: Matrix
  let stream: Matrix
  /// Rows in the order that products read, as wide as the widest.
  let staged: Matrix
  let queries: Matrix
  /// The same as tasks of attention read them.
  let queryTiles: QueryTiles
  private let tiledQueries: Matrix
  let keys: Matrix
  let values: Matrix
  /// The ranks of queries, and of keys and values with the shared key; empty for grouped attention.
  let queryRank: Matrix
  let compressed: Matrix
  let heads: Matrix
  /// A row for each thread.
  let scratch: Matrix
  /// The sequences of the pass.
  var spans: [AttentionCore.Span] = []
  /// What the feed-forward half reads and writes: as many rows of `normed` and `branch` as the pass has.
  private(set) var ends: (input: Matrix, output: Matrix)

  init(
    _ spec: BlockSpec, maxTokens: Int, sequences: Int, capacity: Int, threads: Int,
    engine: any Engine, formats: FormatPlan, feedForward: FeedForwardWorkspace
  ) {
    let kernels = Self.kernels(engine)
    self.kernels = kernels
    self.maxTokens = maxTokens
    self.threads = threads
    self.feedForward = feedForward
    shape = spec
    let attention = spec.attention
    self.sequences = sequences
    self.capacity = capacity
    spans.reserveCapacity(sequences)
    cache = BlockCache(
      AttentionMemory(
        attention, kernels: kernels, maxTokens: maxTokens, sequences: sequences,
        capacity: capacity), sequences: sequences, capacity: capacity)
    rotary = attention.rotary.map { RotaryTable($0, positions: capacity, kernels: kernels) }
    func rows(_ columns: Int) -> Matrix { Matrix(rows: maxTokens, columns: columns) }
    normed = rows(spec.hidden)
    branch = rows(spec.hidden)
    ends = (normed, branch)
    stream = rows(spec.hidden)
    let widest = Self.widest(attention)
    staged = rows(paddedToVector(widest))
    queries = rows(attention.queryWidth)
    tiledQueries = rows(QueryTiles.columns(attention, kernels))
    queryTiles = QueryTiles(attention, kernels, in: tiledQueries)
    let isLatent = attention.latent != nil
    keys = rows(isLatent ? 0 : attention.keysWidth)
    values = rows(isLatent ? 0 : attention.valuesWidth)
    queryRank = rows(attention.latent?.queryRank ?? 0)
    compressed = rows(attention.latent.map { $0.rank + $0.rotaryWidth } ?? 0)
    heads = rows(attention.outputWidth)
    scratch = .scratch(
      workers: threads,
      floats: Self.scratchElements(attention, rows: maxTokens, engine: engine, formats: formats))
  }

  /// Attention has kernels of its own, whatever the engine: of the instruction set that the engine was made
  /// for where it says one, else of the CPU's best.
  static func kernels(_ engine: any Engine) -> TileKernels {
    let own = TileLevel.supported.first { $0.rawValue == engine.variant }
    guard let level = own ?? TileLevel.supported.last else {
      preconditionFailure("this CPU runs no kernel of attention")
    }
    return TileKernels(
      level: level, format: .f32,
      prefetchDistances: PrefetchProbe.distances(level: level, format: .f32))
  }

  /// Elements of the longest row that a product reads.
  private static func widest(_ attention: SelfAttentionSpec) -> Int {
    max(
      max(attention.hidden, attention.outputWidth),
      max(attention.latent?.rank ?? 0, attention.latent?.queryRank ?? 0))
  }

  /// Floats of one worker's scratch; `Int.max` where they cannot be counted.
  private static func scratchElements(
    _ attention: SelfAttentionSpec, rows: Int, engine: any Engine, formats: FormatPlan
  ) -> Int {
    let product = engine.scratchElements(
      rows: rows, inputs: widest(attention), format: formats[.projection])
    let memory = AttentionMemory.scratchElements(
      attention, kernels: kernels(engine), rows: rows, engine: engine,
      format: formats[.projection])
    let most = max(product, memory)
    return most > Int.max / 2 ? .max : paddedToVector(most)
  }

  /// Bytes of a workspace without that of its feed-forward half; `Int.max` where they cannot be counted.
  static func bytes(
    _ spec: BlockSpec, rows: Int, sequences: Int, context: Int, threads: Int, engine: any Engine,
    formats: FormatPlan
  ) -> Int {
    let attention = spec.attention
    var columns = [
      3 * spec.hidden, paddedToVector(widest(attention)), attention.queryWidth,
      QueryTiles.columns(attention, kernels(engine)), attention.outputWidth,
    ]
    if let latent = attention.latent {
      columns += [
        latent.queryRank ?? 0, latent.rank + latent.rotaryWidth,
      ]
    } else {
      columns += [attention.keysWidth, attention.valuesWidth]
    }
    return Saturating.sum([
      Saturating.product(4, Saturating.product(rows, Saturating.sum(columns))),
      AttentionMemory.bytes(
        attention, kernels: kernels(engine), maxTokens: rows, sequences: sequences,
        capacity: context),
      attention.rotary.map { RotaryTable.bytes($0, positions: context) } ?? 0,
      Matrix.scratchBytes(
        workers: threads,
        floats: scratchElements(attention, rows: rows, engine: engine, formats: formats)),
    ])
  }

  /// Tokens that each of the E experts received in the last pass; empty for a dense block.
  public var tokensPerExpert: [Int] { feedForward.tokensPerExpert }

  /// The choices of one token in the last pass; empty for a dense block.
  public func experts(ofToken token: Int) -> [Int] { feedForward.experts(ofToken: token) }

  /// The weights of `experts(ofToken:)`.
  public func weights(ofToken token: Int) -> [Float] { feedForward.weights(ofToken: token) }

  /// Cuts the ends of the feed-forward half to the pass's rows, where the last pass had others.
  func cutEnds(to rows: Int) {
    guard ends.input.rows != rows else { return }
    ends = (Matrix(first: rows, of: normed), Matrix(first: rows, of: branch))
  }

  /// A row of the last pass between its halves.
  public func stream(row: Int) -> [Float] { stream.row(row) }

  /// Tokens in the cache of each sequence.
  public var lengths: [Int] { cache.lengths }

  /// What attention keeps, and what its passes need besides.
  var memory: AttentionMemory { cache.memory }

  /// Another cache of the same sizes, empty.
  public func makeCache() -> BlockCache { BlockCache(like: cache) }

  /// Takes the cache of another block for the passes to come.
  ///
  /// - Precondition: it was made like this workspace's own.
  public func use(_ other: BlockCache) {
    precondition(other.keeps(like: cache), "a cache of other sizes than the workspace's")
    cache = other
  }

  /// Forgets all sequences.
  public func clear() { rewind(to: 0) }

  /// Sets how many tokens a sequence has; what is stored beyond stays and is not seen.
  func setLength(_ length: Int, of sequence: Int) { cache.setLength(length, of: sequence) }

  /// Gives every sequence so many tokens with random keys and values, which is what a step of decoding over a
  /// long context reads.
  public func fillCaches(tokens: Int, seed: UInt64, pool: WorkerPool) {
    memory.fill(seed: seed, pool: pool)
    rewind(to: tokens)
  }

  /// Takes the tokens behind so many away from every sequence.
  public func rewind(to tokens: Int) { cache.rewind(to: tokens) }
}

/// Seconds that the last pass of a block spent in each of its phases, one after the other.
public struct BlockPhases: Hashable, Sendable {
  /// Matrices around attention.
  public internal(set) var projections = RegionSeconds()
  /// Scores, softmax and sums of values.
  public internal(set) var attention = RegionSeconds()
  /// Norms, rotation, residuals and what fills the cache.
  public internal(set) var elementwiseSeconds = 0.0
  /// The feed-forward half.
  public internal(set) var feedForward = PassPhases()

  /// What is measured as a phase of its own: all but `elementwiseSeconds`.
  var secondsOfOthers: Double {
    [projections, attention, feedForward.networks, feedForward.projections].reduce(
      feedForward.routerSeconds + feedForward.dispatchSeconds + feedForward.combineSeconds
    ) { $0 + $1.wall }
  }
}
