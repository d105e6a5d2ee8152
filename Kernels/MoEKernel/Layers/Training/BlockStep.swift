import LayerSpec
import Tile

/// A training step of one decoder block over one sequence: its output, and of a gradient by the output the gradients
/// by its input and by every weight.
///
/// Attention goes through plain loops over queries and keys, forward and backward, and keeps no table of scores: the
/// weights of a query are computed again where their gradients are needed. All matrices are multiplied by the engine.
public final class BlockStep {
  /// The block, whose weights steps read.
  public let layer: BlockLayer
  let feedForward: TrainingStep
  let query: LinearTraining
  let key: LinearTraining
  let value: LinearTraining
  let output: LinearTraining
  /// Of attention.
  let kernels: TileKernels
  let rotary: RotaryTable?
  let rows: BlockRows
  let norms: NormGradients
  private let staged: Matrix
  private let scratch: Matrix

  var spec: BlockSpec { layer.spec }
  var attention: SelfAttentionSpec { layer.spec.attention }

  /// Makes gradients and scratch for sequences of up to `maxTokens` tokens.
  ///
  /// - Precondition: `refusal` has nothing against the block, and all experts are resident.
  public init(_ layer: BlockLayer, maxTokens: Int, pool: WorkerPool) {
    if let refusal = Self.refusal(of: layer.spec, formats: layer.formats) {
      preconditionFailure(refusal)
    }
    guard case .grouped(let key, let value) = layer.attention.keysAndValues,
      let half = TrainableLayer(layer.feedForward)
    else { preconditionFailure("a block of another form is not trained") }
    self.layer = layer
    feedForward = TrainingStep(half, maxTokens: maxTokens, pool: pool)
    func training(_ map: LinearMap) -> LinearTraining {
      LinearTraining(map, rows: maxTokens, engine: layer.engine, threads: pool.threads)
    }
    query = training(layer.attention.query)
    self.key = training(key)
    self.value = training(value)
    output = training(layer.attention.output)
    let kernels = BlockWorkspace.kernels(layer.engine)
    self.kernels = kernels
    rotary = layer.spec.attention.rotary.map {
      RotaryTable($0, positions: maxTokens, kernels: kernels)
    }
    rows = BlockRows(layer.spec, count: maxTokens)
    norms = NormGradients(layer)
    let widest = max(layer.spec.hidden, layer.spec.attention.outputWidth)
    staged = Matrix(rows: maxTokens, columns: paddedToVector(widest))
    let product = layer.engine.scratchElements(rows: maxTokens, inputs: widest, format: .f32)
    scratch = Matrix(rows: pool.threads, columns: paddedToVector(product))
  }

  /// Why such a block cannot be trained with weights in these formats, as the end of a sentence; `nil` when it can.
  public static func refusal(of spec: BlockSpec, formats: FormatPlan) -> String? {
    if spec.attention.latent != nil { return "latent attention has no backward pass here" }
    return TrainableLayer.refusal(of: spec.feedForward, formats: formats)
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
    forward(input, ends, into: result, pool: pool)
    backward(input, cotangent: cotangent, ends, into: inputGradient, pool: pool)
  }

  // MARK: Forward

  private func forward(
    _ input: Matrix, _ ends: BlockRows.Ends, into result: Matrix, pool: WorkerPool
  ) {
    let tokens = input.rows
    norm(input.all, layer.attentionNorms.before, into: rows.normed.all, tokens, pool)
    apply(layer.attention.query, rows.normed, into: rows.queries, tokens, pool)
    guard case .grouped(let key, let value) = layer.attention.keysAndValues else { return }
    apply(key, rows.normed, into: rows.keys, tokens, pool)
    apply(value, rows.normed, into: rows.values, tokens, pool)
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

  private func apply(
    _ map: LinearMap, _ source: Matrix, into target: Matrix, _ tokens: Int, _ pool: WorkerPool
  ) {
    let stager = RowStager(staging: map.matrices.staging, target: staged.all)
    _ = map.apply(
      stager.staged(source.all.part(from: 0, count: tokens), columns: map.inputs, pool: pool),
      into: target.all.part(from: 0, count: tokens), scratch: scratch.all, pool: pool)
  }

  /// The norm of every row, or a copy where a branch begins without one.
  private func norm(
    _ source: Rows, _ scale: Matrix?, into target: Rows, _ tokens: Int, _ pool: WorkerPool
  ) {
    pool.forEach(tokens, grain: 8) { _, row in
      target[row].update(from: source[row], count: spec.hidden)
      if let scale {
        Norm.apply(
          to: target[row], count: spec.hidden, scale: scale.all[0], epsilon: spec.normEpsilon)
      }
    }
  }

  /// target = stream + residual scale · norm(branch) for every row; the branch stays.
  private func add(
    _ branch: Matrix, _ scale: Matrix?, to stream: Rows, into target: Rows, _ tokens: Int,
    _ pool: WorkerPool
  ) {
    pool.forEach(tokens, grain: 8) { _, row in
      let own = branch.all[row]
      let factor =
        scale == nil
        ? 1
        : Norm.inverseRootMeanSquare(own, count: spec.hidden, epsilon: spec.normEpsilon)
      for column in 0..<spec.hidden {
        let value = own[column] * factor * (scale?.all[0][column] ?? 1)
        target[row][column] = stream[row][column] + spec.residualScale * value
      }
    }
  }

  // MARK: Backward

  private func backward(
    _ input: Matrix, cotangent: Matrix, _ ends: BlockRows.Ends, into result: Matrix,
    pool: WorkerPool
  ) {
    let tokens = input.rows
    norms.clear()
    // The branch of the feed-forward half, and then the stream between the halves.
    spread(cotangent.all, into: ends.cotangent.all, tokens)
    norms.feedForward.after?.backward(
      ends.cotangent.all, of: rows.feedForwardOutput.all, tokens, spec.normEpsilon)
    feedForward.backward(
      ends.input, cotangent: ends.cotangent, inputGradient: ends.gradient, pool: pool)
    norms.feedForward.before?.backward(
      ends.gradient.all, of: rows.stream.all, tokens, spec.normEpsilon)
    let stream = rows.streamGradient.all
    sum([cotangent.all, ends.gradient.all], into: stream, tokens)
    // The branch of attention, and then the input.
    spread(stream, into: output.outputGradient.all, tokens)
    norms.attention.after?.backward(
      output.outputGradient.all, of: rows.branch.all, tokens, spec.normEpsilon)
    output.backward(
      rows.heads.all.part(from: 0, count: tokens), into: rows.headGradients.all, pool: pool)
    attendBackward(tokens, pool)
    prepareBackward(tokens)
    let normed = rows.normed.all.part(from: 0, count: tokens)
    for (map, target) in zip([query, key, value], rows.normedGradients) {
      map.backward(normed, into: target.all, pool: pool)
    }
    let normedGradient = rows.normedGradients[0].all
    sum(rows.normedGradients.map(\.all), into: normedGradient, tokens)
    norms.attention.before?.backward(normedGradient, of: input.all, tokens, spec.normEpsilon)
    sum([stream, normedGradient], into: result.all, tokens)
  }

  /// Gradients of a branch: those of the stream times the factor of branches.
  private func spread(_ gradients: Rows, into target: Rows, _ tokens: Int) {
    for row in 0..<tokens {
      RowArithmetic.scale(
        gradients[row], by: spec.residualScale, to: target[row], count: spec.hidden)
    }
  }

  private func sum(_ terms: [Rows], into target: Rows, _ tokens: Int) {
    for row in 0..<tokens {
      for column in 0..<spec.hidden {
        target[row][column] = terms.reduce(0) { $0 + $1[row][column] }
      }
    }
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
