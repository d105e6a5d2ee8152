import LayerSpec
import Tile

/// A training step of one decoder block over one sequence: its output, and of a gradient by the output the gradients
/// by its input and by every weight.
///
/// Attention keeps no table of scores: the weights of a query are computed again where their gradients are needed
/// (`AttentionBackward`). All matrices are multiplied by the engine.
public final class BlockStep {
  /// The block, whose weights steps read.
  public private(set) var layer: BlockLayer
  let feedForward: TrainingStep
  let query: LinearTraining
  let keysAndValues: KeysAndValues
  let output: LinearTraining
  /// Of attention.
  let kernels: TileKernels
  let rotary: RotaryTable?
  let rows: BlockRows
  let norms: NormGradients
  /// Keys and values as the forward half attends to them.
  let cache: KVCache
  /// Gradients of keys and values for each head of queries, where these are not what a matrix made.
  let headGradients: (keys: Matrix, values: Matrix)?
  /// Seconds of the phases of the last step, zero before the first.
  public internal(set) var phases = BlockPhases()
  private let stagedRows: Matrix
  /// A row for each thread.
  let scratch: Matrix

  /// Tokens that each of the E experts received in the last step; empty for a dense block.
  public var tokensPerExpert: [Int] { feedForward.workspace.tokensPerExpert }

  /// What makes keys and values, as `SelfAttention.KeysAndValues` says.
  enum KeysAndValues {
    case grouped(key: LinearTraining, value: LinearTraining)
    case latent(LatentTraining)
  }

  var spec: BlockSpec { layer.spec }
  var attention: SelfAttentionSpec { layer.spec.attention }

  /// Makes gradients and scratch for sequences of up to `maxTokens` tokens.
  ///
  /// - Precondition: `refusal` has nothing against the block, and all experts are resident.
  public init(_ layer: BlockLayer, maxTokens: Int, pool: WorkerPool) {
    if let refusal = Self.refusal(of: layer.spec, formats: layer.formats) {
      preconditionFailure(refusal)
    }
    guard let half = TrainableLayer(layer.feedForward) else {
      preconditionFailure("a feed-forward half of another kind is not trained")
    }
    self.layer = layer
    feedForward = TrainingStep(half, maxTokens: maxTokens, pool: pool)
    func training(_ map: LinearMap) -> LinearTraining {
      LinearTraining(map, rows: maxTokens, engine: layer.engine, threads: pool.threads)
    }
    query = training(layer.attention.query)
    switch layer.attention.keysAndValues {
    case .grouped(let key, let value):
      keysAndValues = .grouped(key: training(key), value: training(value))
    case .latent:
      guard
        let latent = LatentTraining(
          layer.attention, rows: maxTokens, engine: layer.engine, threads: pool.threads)
      else { preconditionFailure("latent attention without its sizes") }
      keysAndValues = .latent(latent)
    }
    output = training(layer.attention.output)
    let kernels = BlockWorkspace.kernels(layer.engine)
    self.kernels = kernels
    rotary = layer.spec.attention.rotary.map {
      RotaryTable($0, positions: maxTokens, kernels: kernels)
    }
    rows = BlockRows(layer.spec, kernels: kernels, count: maxTokens)
    norms = NormGradients(layer)
    let attention = layer.spec.attention
    cache = KVCache(
      kernels: kernels, heads: attention.keyValueHeads, keyWidth: attention.keyWidth,
      valueWidth: attention.valueWidth, sequences: 1, capacity: maxTokens)
    headGradients =
      attention.group == 1 && attention.latent == nil
      ? nil
      : (
        Matrix(rows: maxTokens, columns: attention.queryWidth),
        Matrix(rows: maxTokens, columns: attention.outputWidth)
      )
    let widest = Self.widestInput(layer.spec)
    stagedRows = Matrix(rows: maxTokens, columns: paddedToVector(widest))
    let floats = max(
      layer.engine.scratchElements(rows: maxTokens, inputs: widest, format: .f32),
      AttentionCore.scratchElements(kernels, attention),
      AttentionBackward.scratchElements(kernels, attention, tokens: maxTokens))
    scratch = .scratch(workers: pool.threads, floats: floats)
  }

  /// Steps go through this block from now on, of the same shape, engine and norms; gradients and scratch stay.
  public func use(_ layer: BlockLayer) {
    precondition(
      layer.spec == self.layer.spec && layer.engine.identity == self.layer.engine.identity,
      "a step that was made for \(self.layer.spec) cannot go through \(layer.spec)")
    guard let half = TrainableLayer(layer.feedForward) else {
      preconditionFailure("a feed-forward half of another kind is not trained")
    }
    self.layer = layer
    feedForward.use(half)
    query.use(layer.attention.query)
    output.use(layer.attention.output)
    switch (keysAndValues, layer.attention.keysAndValues) {
    case (.grouped(let key, let value), .grouped(let ownKey, let ownValue)):
      key.use(ownKey)
      value.use(ownValue)
    case (.latent(let latent), .latent): latent.use(layer.attention)
    default: preconditionFailure("an attention of another form")
    }
  }

  /// Inputs of the widest matrix around attention.
  static func widestInput(_ spec: BlockSpec) -> Int {
    let latent = spec.attention.latent
    return max(
      spec.hidden, spec.attention.outputWidth, latent?.rank ?? 0, latent?.queryRank ?? 0)
  }

  /// Why such a block cannot be trained with weights in these formats, as the end of a sentence; `nil` when it can.
  public static func refusal(of spec: BlockSpec, formats: FormatPlan) -> String? {
    TrainableLayer.refusal(of: spec.feedForward, formats: formats)
  }

  /// One step over a sequence from its beginning.
  ///
  /// - Parameters:
  ///   - input: Tokens × H, at most as many as the step was made for.
  ///   - cotangent: The gradient by the output, of the same shape.
  ///   - result: The output, another matrix of that shape, as is `inputGradient`.
  public func run(
    _ input: Matrix, cotangent: Matrix, into result: Matrix, inputGradient: Matrix,
    pool: WorkerPool
  ) {
    precondition(
      [cotangent, result, inputGradient].allSatisfy { (other: Matrix) in
        other.rows == input.rows && other.columns == input.columns && other !== input
      } && input.columns == spec.hidden && input.rows <= rows.count,
      "a step of a block needs rows of \(spec.hidden) elements, no more than \(rows.count)")
    guard input.rows > 0 else { return }
    let ends = rows.ends(input.rows)
    phases = BlockPhases()
    let start = MonotonicClock.nanoseconds()
    forward(input, ends, into: result, pool: pool)
    backward(input, cotangent: cotangent, ends, into: inputGradient, pool: pool)
    phases.feedForward = feedForward.workspace.phases
    let seconds = Double(MonotonicClock.nanoseconds() - start) * 1e-9
    phases.elementwiseSeconds = max(0, seconds - phases.secondsOfOthers)
  }

  // MARK: Forward

  private func forward(
    _ input: Matrix, _ ends: BlockRows.Ends, into result: Matrix, pool: WorkerPool
  ) {
    let tokens = input.rows
    norm(input.all, layer.attentionNorms.before, into: rows.normed.all, tokens, pool)
    switch (layer.attention.keysAndValues, keysAndValues) {
    case (.grouped(let key, let value), .grouped):
      // Matrices of one engine and format read rows in one order.
      let query = layer.attention.query
      let normed = staged(rows.normed, query, tokens, pool)
      apply(query, staged: normed, into: rows.queries, tokens, pool)
      apply(key, staged: normed, into: rows.keys, tokens, pool)
      apply(value, staged: normed, into: rows.values, tokens, pool)
    case (.latent, .latent(let latent)): latent.forward(self, tokens, pool)
    default: preconditionFailure("a step of another form of attention than its layer")
    }
    prepare(tokens, pool)
    attend(tokens, pool)
    apply(layer.attention.output, rows.heads, into: rows.branch, tokens, pool)
    add(rows.branch, layer.attentionNorms.after, to: input.all, into: rows.stream.all, tokens, pool)
    norm(rows.stream.all, layer.feedForwardNorms.before, into: ends.input.all, tokens, pool)
    feedForward.forward(ends.input, into: ends.output, pool: pool)
    add(
      rows.feedForwardOutput, layer.feedForwardNorms.after, to: rows.stream.all, into: result.all,
      tokens, pool)
  }

  func apply(
    _ map: LinearMap, _ source: Matrix, into target: Matrix, _ tokens: Int, _ pool: WorkerPool
  ) {
    apply(map, staged: staged(source, map, tokens, pool), into: target, tokens, pool)
  }

  private func apply(
    _ map: LinearMap, staged source: Rows, into target: Matrix, _ tokens: Int, _ pool: WorkerPool
  ) {
    phases.projections =
      phases.projections
      + map.apply(
        source, into: target.all.part(from: 0, count: tokens), scratch: scratch.all, pool: pool)
  }

  private func staged(
    _ source: Matrix, _ map: LinearMap, _ tokens: Int, _ pool: WorkerPool
  ) -> Rows {
    staged(source, map.matrices.staging, columns: map.inputs, tokens, pool)
  }

  /// Rows as products read them, until the next ones are staged.
  func staged(
    _ source: Matrix, _ staging: any RowStaging, columns: Int, _ tokens: Int, _ pool: WorkerPool
  ) -> Rows {
    RowStager(staging: staging, target: stagedRows.all)
      .staged(source.all.part(from: 0, count: tokens), columns: columns, pool: pool)
  }

  // MARK: Backward

  private func backward(
    _ input: Matrix, cotangent: Matrix, _ ends: BlockRows.Ends, into result: Matrix,
    pool: WorkerPool
  ) {
    let tokens = input.rows
    norms.clear()
    if case .latent(let latent) = keysAndValues { latent.clear() }
    // The branch of the feed-forward half, and then the stream between the halves.
    spread(cotangent.all, into: ends.cotangent.all, tokens, pool)
    normBackward(
      norms.feedForward.after, ends.cotangent.all, of: rows.feedForwardOutput.all, tokens, pool)
    feedForward.backward(
      ends.input, cotangent: ends.cotangent, inputGradient: ends.gradient, pool: pool)
    // What the half gave stays as it is, to be held against the oracle.
    let stream = rows.streamGradient.all
    norm(ends.gradient.all, nil, into: stream, tokens, pool)
    normBackward(norms.feedForward.before, stream, of: rows.stream.all, tokens, pool)
    sum([cotangent.all, stream], into: stream, tokens, pool)
    // The branch of attention, and then the input.
    spread(stream, into: output.outputGradient.all, tokens, pool)
    normBackward(
      norms.attention.after, output.outputGradient.all, of: rows.branch.all, tokens, pool)
    backward(output, rows.heads, into: rows.headGradients, tokens, pool)
    attendBackward(tokens, pool)
    prepareBackward(tokens, pool)
    let terms = rows.normedGradients
    switch keysAndValues {
    case .grouped(let key, let value):
      backward(query, rows.normed, into: terms[0], tokens, pool)
      backward(key, rows.normed, stagedBy: query, into: terms[1], tokens, pool)
      backward(value, rows.normed, stagedBy: query, into: terms[2], tokens, pool)
    case .latent(let latent): latent.backward(self, into: (terms[0], terms[1]), tokens, pool)
    }
    let normedGradient = terms[0].all
    sum(terms.map(\.all), into: normedGradient, tokens, pool)
    normBackward(norms.attention.before, normedGradient, of: input.all, tokens, pool)
    sum([stream, normedGradient], into: result.all, tokens, pool)
  }

  func backward(
    _ map: LinearTraining, _ source: Matrix, stagedBy other: LinearTraining? = nil,
    into target: Matrix, _ tokens: Int, _ pool: WorkerPool
  ) {
    phases.projections =
      phases.projections
      + map.backward(
        source.all.part(from: 0, count: tokens), stagedBy: other, into: target.all, pool: pool)
  }
}

extension TrainableLayer {
  /// The feed-forward half of a block; `nil` for one of another kind.
  init?(_ layer: any ExecutableLayer<FeedForwardWorkspace>) {
    if let dense = layer as? DenseLayer {
      self = .dense(dense)
    } else if let sparse = layer as? SparseLayer {
      self = .sparse(sparse)
    } else {
      return nil
    }
  }
}
