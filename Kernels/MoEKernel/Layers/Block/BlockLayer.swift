import LayerSpec

/// One decoder block: attention over the tokens of some sequences and a feed-forward half.
public final class BlockLayer: ExecutableLayer {
  /// Scratch and caches.
  public typealias Workspace = BlockWorkspace

  /// What is computed.
  public let spec: BlockSpec
  /// The engine that holds the matrices and multiplies; attention itself has kernels of its own.
  public let engine: any Engine
  /// The format of each role's matrices; keys and values are 32-bit floats.
  public let formats: FormatPlan

  let attention: SelfAttention
  let feedForward: any ExecutableLayer<FeedForwardWorkspace>
  let attentionNorms: BranchNorms
  let feedForwardNorms: BranchNorms

  /// H.
  public var width: Int { spec.hidden }
  /// H.
  public var outputWidth: Int { spec.hidden }

  /// Scales of the norms of one branch, one row each.
  struct BranchNorms {
    let before: Matrix?
    let after: Matrix?

    /// Scales of 1 where the order has norms.
    init(_ order: BlockSpec.NormOrder, hidden: Int) {
      func ones() -> Matrix { .paddedRow([Float](repeating: 1, count: hidden), hidden) }
      before = order.hasBefore ? ones() : nil
      after = order.hasAfter ? ones() : nil
    }

    init(_ norms: BlockWeights.Norms, hidden: Int) {
      before = norms.before.map { .paddedRow($0, hidden) }
      after = norms.after.map { .paddedRow($0, hidden) }
    }
  }

  /// A block with given weights, whose arrays must have the sizes that `spec` implies.
  ///
  /// - Precondition: The engine multiplies the formats of the plan.
  public init(spec: BlockSpec, weights: BlockWeights, engine: any Engine, formats: FormatPlan) {
    engine.require(formats)
    self.spec = spec
    self.engine = engine
    self.formats = formats
    attention = SelfAttention(
      spec: spec.attention, weights: weights.attention, engine: engine,
      format: formats[.projection])
    switch (spec.feedForward, weights.feedForward) {
    case (.dense(let network), .dense(let own)):
      feedForward = DenseLayer(spec: network, weights: own, engine: engine, formats: formats)
    case (.sparse(let layer), .sparse(let own)):
      feedForward = SparseLayer(spec: layer, weights: own, engine: engine, formats: formats)
    default: preconditionFailure("the weights are of another feed-forward half than the spec")
    }
    attentionNorms = BranchNorms(weights.attentionNorms, hidden: spec.hidden)
    feedForwardNorms = BranchNorms(weights.feedForwardNorms, hidden: spec.hidden)
  }

  /// A block with random weights, the same for a seed with any engine and any number of threads; or with
  /// those of an arena.
  ///
  /// - Parameter residentExperts: experts in memory of a routed block, of which expert e uses those of e mod this.
  /// - Precondition: The engine multiplies the formats of the plan.
  public init(
    spec: BlockSpec, seed: UInt64, residentExperts: Int? = nil, engine: any Engine,
    formats: FormatPlan, pool: WorkerPool, in memory: WeightMemory = .own
  ) {
    engine.require(formats)
    self.spec = spec
    self.engine = engine
    self.formats = formats
    attention = SelfAttention(
      spec: spec.attention, seed: seed &+ 7, engine: engine, format: formats[.projection],
      pool: pool, in: memory)
    switch spec.feedForward {
    case .dense(let network):
      feedForward = DenseLayer(
        spec: network, seed: seed, engine: engine, formats: formats, pool: pool, in: memory)
    case .sparse(let layer):
      feedForward = SparseLayer(
        spec: layer, seed: seed, residentExperts: residentExperts ?? layer.experts,
        engine: engine, formats: formats, pool: pool, in: memory)
    }
    attentionNorms = BranchNorms(spec.norms, hidden: spec.hidden)
    feedForwardNorms = BranchNorms(spec.norms, hidden: spec.hidden)
  }

  /// Bytes that a block and one workspace take, before either is made; `Int.max` where they cannot be counted.
  ///
  /// Inputs and outputs are not in it.
  public static func bytes(
    for spec: BlockSpec, residentExperts: Int?, rows: Int, sequences: Int, context: Int,
    threads: Int, engine: any Engine, formats: FormatPlan
  ) -> Int {
    let half =
      switch spec.feedForward {
      case .dense(let network):
        DenseLayer.bytes(
          for: network, maxTokens: rows, threads: threads, engine: engine, formats: formats)
      case .sparse(let layer):
        SparseLayer.bytes(
          for: layer, residentExperts: residentExperts ?? layer.experts, maxTokens: rows,
          threads: threads, engine: engine, formats: formats)
      }
    return Saturating.sum([
      half, SelfAttention.bytes(spec.attention, engine: engine, format: formats[.projection]),
      16 * paddedToVector(spec.hidden),
      BlockWorkspace.bytes(
        spec, rows: rows, sequences: sequences, context: context, threads: threads,
        engine: engine, formats: formats),
    ])
  }

  /// Scratch for passes of one sequence from its beginning, with a cache of as many tokens.
  public func makeWorkspace(maxTokens: Int, pool: WorkerPool) -> BlockWorkspace {
    makeWorkspace(maxTokens: maxTokens, sequences: 1, context: maxTokens, pool: pool)
  }

  /// Scratch for passes of up to `maxTokens` rows, and caches for `sequences` of up to `context` tokens.
  public func makeWorkspace(
    maxTokens: Int, sequences: Int, context: Int, pool: WorkerPool
  ) -> BlockWorkspace {
    BlockWorkspace(
      spec, maxTokens: maxTokens, sequences: sequences, capacity: context, threads: pool.threads,
      engine: engine, formats: formats,
      feedForward: feedForward.makeWorkspace(maxTokens: maxTokens, pool: pool))
  }

  /// One pass of the first sequence from its beginning: prefill.
  public func forward(
    _ input: Matrix, into output: Matrix, workspace: BlockWorkspace, pool: WorkerPool
  ) {
    workspace.clear()
    checkShapes(input, output)
    workspace.begin(spec, tokens: input.rows, pool: pool) { $0 == 0 ? input.rows : 0 }
    run(input, into: output, workspace: workspace, pool: pool)
  }

  /// One pass of further tokens of some sequences, whose keys and values are added to their caches: a step of
  /// decoding with one row for each, or a part of a prefill.
  ///
  /// - Parameter rows: how many of the input's rows belong to each sequence; those of the first come first.
  public func extend(
    _ rows: [Int], _ input: Matrix, into output: Matrix, workspace: BlockWorkspace,
    pool: WorkerPool
  ) {
    checkShapes(input, output)
    precondition(
      rows.count == workspace.sequences,
      "rows of \(rows.count) sequences in a workspace of \(workspace.sequences)")
    workspace.begin(spec, tokens: input.rows, pool: pool) { rows[$0] }
    run(input, into: output, workspace: workspace, pool: pool)
  }

  /// One step of decoding, or a part of a prefill of equally many tokens: the same number of rows for each
  /// sequence.
  public func extend(
    each rows: Int, _ input: Matrix, into output: Matrix, workspace: BlockWorkspace,
    pool: WorkerPool
  ) {
    checkShapes(input, output)
    workspace.begin(spec, tokens: input.rows, pool: pool) { _ in rows }
    run(input, into: output, workspace: workspace, pool: pool)
  }

  private func run(
    _ input: Matrix, into output: Matrix, workspace: BlockWorkspace, pool: WorkerPool
  ) {
    guard input.rows > 0 else { return }
    BlockPass(layer: self, workspace: workspace, pool: pool, input: input, output: output).run()
  }
}

extension BlockWorkspace {
  /// Checks a pass against what this was made for, and says where the rows of each sequence are.
  func begin(_ spec: BlockSpec, tokens: Int, pool: WorkerPool, rows: (_ sequence: Int) -> Int) {
    checkPass(spec, own: shape, tokens: tokens, pool: pool)
    self.tokens = tokens
    cutEnds(to: tokens)
    phases = BlockPhases()
    spans.removeAll(keepingCapacity: true)
    var first = 0
    for sequence in 0..<sequences {
      let count = rows(sequence)
      precondition(count >= 0, "\(count) rows of sequence \(sequence)")
      if count == 0 { continue }
      let position = lengths[sequence]
      spans.append(
        AttentionCore.Span(
          sequence: sequence, firstRow: first, tokens: count, position: position))
      setLength(position + count, of: sequence)
      first += count
    }
    precondition(
      first == tokens, "\(tokens) rows are not those of \(sequences) sequences, \(first)")
  }
}
