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

  let shape: BlockSpec
  let cache: KVCache
  let rotary: RotaryTable?
  let feedForward: FeedForwardWorkspace
  /// Rows of H: normed, of a branch, and the stream between the branches.
  let normed: Matrix
  let branch: Matrix
  let stream: Matrix
  /// Rows in the order that products read, as wide as the widest.
  let staged: Matrix
  let queries: Matrix
  let keys: Matrix
  let values: Matrix
  /// The ranks of queries, and of keys and values with the shared key; empty for grouped attention.
  let queryRank: Matrix
  let compressed: Matrix
  let expanded: Matrix
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
    guard let level = TileLevel.supported.last else {
      preconditionFailure("this CPU runs no kernel of attention")
    }
    let kernels = TileKernels(level: level, format: .f32)
    self.maxTokens = maxTokens
    self.threads = threads
    self.feedForward = feedForward
    shape = spec
    let attention = spec.attention
    cache = KVCache(
      kernels: kernels, heads: attention.keyValueHeads, keyWidth: attention.keyWidth,
      valueWidth: attention.valueWidth, sequences: sequences, capacity: capacity)
    rotary = attention.rotary.map { RotaryTable($0, positions: capacity) }
    func rows(_ columns: Int) -> Matrix { Matrix(rows: maxTokens, columns: columns) }
    normed = rows(spec.hidden)
    branch = rows(spec.hidden)
    ends = (normed, branch)
    stream = rows(spec.hidden)
    let widths = [
      spec.hidden, attention.outputWidth, attention.latent?.rank ?? 0,
      attention.latent?.queryRank ?? 0,
    ]
    let widest = widths.max() ?? 0
    staged = rows(paddedToVector(widest))
    queries = rows(attention.queryWidth)
    let isLatent = attention.latent != nil
    keys = rows(isLatent ? 0 : attention.keysWidth)
    values = rows(isLatent ? 0 : attention.valuesWidth)
    queryRank = rows(attention.latent?.queryRank ?? 0)
    compressed = rows(attention.latent.map { $0.rank + $0.rotaryWidth } ?? 0)
    expanded = rows(
      attention.latent.map { attention.heads * ($0.plainWidth + attention.valueWidth) } ?? 0)
    heads = rows(attention.outputWidth)
    let product = engine.scratchElements(
      rows: maxTokens, inputs: widest, format: formats[.projection])
    let core = AttentionCore.scratchElements(
      kernels, keyWidth: attention.keyWidth, valueWidth: attention.valueWidth)
    scratch = Matrix(
      rows: threads, columns: paddedToVector(max(product, core + attention.keyWidth + vectorLanes)))
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

  /// Tokens in the cache of each sequence.
  public var lengths: [Int] { cache.lengths }

  /// Forgets all sequences.
  public func clear() { cache.clear() }
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
}
