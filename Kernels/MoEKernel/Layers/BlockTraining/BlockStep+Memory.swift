import LayerSpec
import Tile

/// Rows of one step of a block: what the forward half keeps, and gradients on the way back.
final class BlockRows {
  let count: Int
  /// Norms of the input and the stream between the halves.
  let normed: Matrix
  let stream: Matrix
  /// What both branches give before their norms.
  let branch: Matrix
  let feedForwardOutput: Matrix
  private let feedForwardInput: Matrix
  /// Queries, keys and values as their matrices make them; and as they meet.
  let queries: Matrix
  let keys: Matrix
  let values: Matrix
  let preparedQueries: Matrix
  /// Prepared queries as tasks of attention read them.
  let queryTiles: QueryTiles
  private let tiledQueries: Matrix
  let preparedKeys: Matrix
  let preparedValues: Matrix
  /// What heads give to the output matrix.
  let heads: Matrix
  let headGradients: Matrix
  let streamGradient: Matrix
  /// Gradients of the normed input, one for each matrix that reads it.
  let normedGradients: [Matrix]
  private let feedForwardCotangent: Matrix
  private let feedForwardGradient: Matrix

  /// As many rows as a step has of what the feed-forward half reads and writes.
  struct Ends {
    let input: Matrix
    let output: Matrix
    let cotangent: Matrix
    let gradient: Matrix
  }

  init(_ spec: BlockSpec, kernels: TileKernels, count: Int) {
    self.count = count
    func rows(_ columns: Int) -> Matrix { Matrix(rows: count, columns: columns) }
    let attention = spec.attention
    normed = rows(spec.hidden)
    stream = rows(spec.hidden)
    branch = rows(spec.hidden)
    feedForwardInput = rows(spec.hidden)
    feedForwardOutput = rows(spec.hidden)
    queries = rows(attention.queryWidth)
    // Of latent attention they are the expansion's.
    keys = rows(attention.latent == nil ? attention.keysWidth : 0)
    values = rows(attention.latent == nil ? attention.valuesWidth : 0)
    preparedQueries = rows(attention.queryWidth)
    tiledQueries = rows(QueryTiles.columns(attention, kernels))
    queryTiles = QueryTiles(attention, kernels, in: tiledQueries)
    preparedKeys = rows(attention.keysWidth)
    preparedValues = rows(attention.valuesWidth)
    heads = rows(attention.outputWidth)
    headGradients = rows(attention.outputWidth)
    streamGradient = rows(spec.hidden)
    // By queries, and by keys and values apart or the latent vectors that they come from.
    normedGradients = (0..<(attention.latent == nil ? 3 : 2)).map { _ in rows(spec.hidden) }
    feedForwardCotangent = rows(spec.hidden)
    feedForwardGradient = rows(spec.hidden)
  }

  func ends(_ tokens: Int) -> Ends {
    func first(_ matrix: Matrix) -> Matrix { Matrix(first: tokens, of: matrix) }
    return Ends(
      input: first(feedForwardInput), output: first(feedForwardOutput),
      cotangent: first(feedForwardCotangent), gradient: first(feedForwardGradient))
  }
}

/// Gradients of the scales of a block's norms, and of queries', keys' and sinks' rows.
final class NormGradients {
  let attention: (before: ScaleGradient?, after: ScaleGradient?)
  let feedForward: (before: ScaleGradient?, after: ScaleGradient?)
  let query: ScaleGradient?
  let key: ScaleGradient?
  /// One element for each head; `nil` without sinks.
  let sinks: Matrix?

  init(_ layer: BlockLayer) {
    func pair(
      _ norms: BlockLayer.BranchNorms
    ) -> (before: ScaleGradient?, after: ScaleGradient?) {
      (norms.before.map(ScaleGradient.init), norms.after.map(ScaleGradient.init))
    }
    attention = pair(layer.attentionNorms)
    feedForward = pair(layer.feedForwardNorms)
    query = layer.attention.queryNorm.map(ScaleGradient.init)
    key = layer.attention.keyNorm.map(ScaleGradient.init)
    sinks = layer.attention.sinks.map { Matrix(rows: 1, columns: $0.columns) }
  }

  /// Makes all of them zero, since rows are added up.
  func clear() {
    let scales = [
      attention.before, attention.after, feedForward.before, feedForward.after, query, key,
    ]
    for scale in scales { scale?.clear() }
    if let sinks { sinks.all.base.update(repeating: 0, count: sinks.columns) }
  }
}
