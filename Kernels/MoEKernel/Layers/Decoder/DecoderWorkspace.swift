import LayerSpec

/// Scratch of a decoder's passes, shared by its layers, and the caches of each of them.
public final class DecoderWorkspace {
  /// The logits of the last pass, a row of V for each sequence that had tokens in it.
  public private(set) var logits: Matrix
  /// What the last layer's rows were behind the norm, one for each of these sequences.
  private(set) var normed: Matrix
  /// Seconds of the phases of the last pass, zero before the first.
  public internal(set) var phases = DecoderPhases()

  /// What the next layer reads, and where it writes: as many rows as the pass has.
  private(set) var input: Matrix
  private(set) var output: Matrix
  let head: ProductWorkspace

  /// Rows of H for the streams, and as many rows of H and V as there are sequences.
  private let streams: (Matrix, Matrix)
  private let ends: (normed: Matrix, logits: Matrix)
  /// One for each shape of blocks.
  private let workspaces: [BlockSpec: BlockWorkspace]
  private let layers: [(workspace: BlockWorkspace, cache: BlockCache)]

  init(
    _ model: DecoderModel, maxTokens: Int, sequences: Int, context: Int, pool: WorkerPool
  ) {
    let spec = model.spec
    func rows(_ count: Int, _ columns: Int) -> Matrix { Matrix(rows: count, columns: columns) }
    streams = (rows(maxTokens, spec.hidden), rows(maxTokens, spec.hidden))
    ends = (rows(sequences, spec.hidden), rows(sequences, spec.vocabulary))
    (input, output) = streams
    (normed, logits) = ends
    head = model.head.makeWorkspace(maxTokens: sequences, pool: pool)
    var workspaces: [BlockSpec: BlockWorkspace] = [:]
    var first: [BlockSpec: BlockCache] = [:]
    layers = model.blocks.map { block in
      if let workspace = workspaces[block.spec], let cache = first[block.spec] {
        return (workspace, BlockCache(like: cache))
      }
      let workspace = block.makeWorkspace(
        maxTokens: maxTokens, sequences: sequences, context: context, pool: pool)
      workspaces[block.spec] = workspace
      first[block.spec] = workspace.cache
      return (workspace, workspace.cache)
    }
    self.workspaces = workspaces
  }

  /// Takes the tokens behind so many away from every sequence, in every layer.
  public func rewind(to tokens: Int) { for layer in layers { layer.cache.rewind(to: tokens) } }

  /// Cuts rows to those of a pass, and forgets the last one.
  func begin(tokens: Int, ends count: Int) {
    phases = DecoderPhases()
    if input.rows != tokens {
      (input, output) = (Matrix(first: tokens, of: streams.0), Matrix(first: tokens, of: streams.1))
    }
    if logits.rows != count {
      normed = Matrix(first: count, of: ends.normed)
      logits = Matrix(first: count, of: ends.logits)
    }
  }

  /// The workspace of a layer, with its cache.
  func enter(layer: Int) -> BlockWorkspace {
    let (workspace, cache) = layers[layer]
    workspace.use(cache)
    return workspace
  }

  /// What was written is read next.
  func exchangeEnds() { (input, output) = (output, input) }
}

/// Seconds that the last pass of a decoder spent in each of its parts, one after the other.
public struct DecoderPhases: Hashable, Sendable {
  /// Rows of the table.
  public internal(set) var embeddingSeconds = 0.0
  /// All layers.
  public internal(set) var blockSeconds = 0.0
  /// The last norm and the head.
  public internal(set) var headSeconds = 0.0
}
