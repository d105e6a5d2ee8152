import LayerSpec
import Tile

/// What a step of a block has of latent attention besides queries' and outputs' matrices: the rank that keys and
/// values come out of, and the rank of queries where there is one (DeepSeek-V2, arXiv 2405.04434, section 2.1).
///
/// Keys and values of all heads are expanded, as a prompt from its beginning is.
final class LatentTraining {
  private let spec: SelfAttentionSpec
  private let latent: SelfAttentionSpec.Latent
  let compress: LinearTraining
  let norm: ScaleGradient
  private var expansion: LatentExpansion
  /// Of the plain part of keys; `nil` where they have none.
  let keys: HeadsTraining?
  let values: HeadsTraining
  /// The matrix into the rank of queries, and its norm; `nil` where queries come from the input.
  let queryRank: (compress: LinearTraining, norm: ScaleGradient, rows: NormedRows)?
  /// The latent vector and the shared key, as the matrix makes them, and the vector's norm.
  private let compressed: NormedRows
  /// Plain keys and values of all heads as their matrices make them.
  private let expanded: (keys: Matrix, values: Matrix)
  private let strips: Matrix

  /// Rows before and behind a norm, and the gradient by what it gave.
  final class NormedRows {
    let source: Matrix
    let normed: Matrix
    let gradient: Matrix

    init(rows: Int, columns: Int, width: Int) {
      source = Matrix(rows: rows, columns: columns)
      normed = Matrix(rows: rows, columns: paddedToVector(width))
      gradient = Matrix(rows: rows, columns: paddedToVector(width))
    }
  }

  init?(_ layer: SelfAttention, rows: Int, engine: any Engine, threads: Int) {
    guard case .latent(let compress, let norm, let expansion) = layer.keysAndValues,
      let latent = layer.spec.latent
    else { return nil }
    func training(_ map: LinearMap) -> LinearTraining {
      LinearTraining(map, rows: rows, engine: engine, threads: threads)
    }
    func heads(_ matrices: any EngineMatrices) -> HeadsTraining {
      HeadsTraining(matrices, rows: rows, engine: engine, threads: threads)
    }
    let spec = layer.spec
    (self.spec, self.latent, self.expansion) = (spec, latent, expansion)
    self.compress = training(compress)
    self.norm = ScaleGradient(norm)
    keys = expansion.keys.map(heads)
    values = heads(expansion.values)
    queryRank = layer.queryRank.map {
      let width = $0.compress.outputs
      return (
        training($0.compress), ScaleGradient($0.norm),
        NormedRows(rows: rows, columns: width, width: width)
      )
    }
    compressed = NormedRows(
      rows: rows, columns: latent.rank + latent.rotaryWidth, width: latent.rank)
    func matrix(_ width: Int) -> Matrix { Matrix(rows: rows, columns: spec.heads * width) }
    expanded = (matrix(latent.plainWidth), matrix(spec.valueWidth))
    strips = Matrix(rows: values.columnStaging.keepsRows ? 0 : rows, columns: latent.rank)
  }

  /// Products go through these matrices from now on, which are of the same shapes.
  func use(_ layer: SelfAttention) {
    guard case .latent(let compress, _, let expansion) = layer.keysAndValues else {
      preconditionFailure("an attention of another form")
    }
    self.expansion = expansion
    self.compress.use(compress)
    if let keys = expansion.keys { self.keys?.use(keys) }
    values.use(expansion.values)
    if let rank = layer.queryRank { queryRank?.compress.use(rank.compress) }
  }

  /// Makes the gradients of scales zero, since rows are added up.
  func clear() {
    norm.clear()
    queryRank?.norm.clear()
  }
}

extension LatentTraining {
  /// Queries of all heads, as their matrix makes them, and the latent vectors with what they expand to.
  func forward(_ step: BlockStep, _ tokens: Int, _ pool: WorkerPool) {
    let attention = step.layer.attention
    guard case .latent(let compress, _, _) = attention.keysAndValues else { return }
    step.apply(compress, step.rows.normed, into: compressed.source, tokens, pool)
    normalise(compressed, width: latent.rank, norm.scale, step.kernels, tokens, pool)
    if let rank = queryRank, let own = attention.queryRank {
      step.apply(own.compress, step.rows.normed, into: rank.rows.source, tokens, pool)
      normalise(
        rank.rows, width: own.compress.outputs, rank.norm.scale, step.kernels, tokens, pool)
      step.apply(attention.query, rank.rows.normed, into: step.rows.queries, tokens, pool)
    } else {
      step.apply(attention.query, step.rows.normed, into: step.rows.queries, tokens, pool)
    }
    let staged = step.staged(
      compressed.normed, expansion.values.staging, columns: latent.rank, tokens, pool)
    for (matrices, target) in [
      (expansion.keys, expanded.keys), (expansion.values, expanded.values),
    ] {
      guard let matrices else { continue }
      step.phases.projections =
        step.phases.projections
        + HeadProducts(
          matrices: matrices, input: staged, inputStep: 0,
          result: target.all.part(from: 0, count: tokens), resultStep: matrices.outputs,
          scratch: step.scratch.all
        ).run(pool)
    }
  }

  private func normalise(
    _ rows: NormedRows, width: Int, _ scale: Matrix, _ kernels: TileKernels, _ tokens: Int,
    _ pool: WorkerPool
  ) {
    pool.forEach(tokens, grain: 8) { _, token in
      kernels.normalise(
        rows.source.all[token], count: width, scale: scale.all[0], epsilon: latent.normEpsilon,
        into: rows.normed.all[token])
    }
  }

  /// Puts the keys and values of a token together: of every head its plain part and the shared one, which is turned.
  func prepare(
    token: Int, rotary: RotaryTable?, keys: UnsafeMutablePointer<Float>,
    values: UnsafeMutablePointer<Float>
  ) {
    let plain = latent.plainWidth
    let shared = compressed.source.all[token] + latent.rank
    for head in 0..<spec.heads {
      let key = keys + head * spec.keyWidth
      key.update(from: expanded.keys.all[token] + head * plain, count: plain)
      (key + plain).update(from: shared, count: latent.rotaryWidth)
      rotary?.turn(key + plain, position: token)
    }
    values.update(from: expanded.values.all[token], count: spec.valuesWidth)
  }

  /// From gradients of every head's keys and values those of what the expansion and the compression made.
  func spread(
    token: Int, rotary: RotaryTable?, keys: UnsafeMutablePointer<Float>,
    values: UnsafeMutablePointer<Float>
  ) {
    let plain = latent.plainWidth
    let shared = compress.outputGradient.all[token] + latent.rank
    shared.update(repeating: 0, count: latent.rotaryWidth)
    for head in 0..<spec.heads {
      let key = keys + head * spec.keyWidth
      if let target = self.keys {
        (target.outputGradient.all[token] + head * target.columns).update(from: key, count: plain)
      }
      RowArithmetic.add(
        key + plain, times: 1, to: shared, into: shared, count: latent.rotaryWidth)
      (self.values.outputGradient.all[token] + head * self.values.columns).update(
        from: values + head * spec.valueWidth, count: spec.valueWidth)
    }
    rotary?.turnBack(shared, position: token)
  }

  /// From gradients of queries, and of what `spread` left, those of the normed input, by queries and by the latent
  /// vectors, and of all weights.
  func backward(
    _ step: BlockStep, into targets: (queries: Matrix, latents: Matrix), _ tokens: Int,
    _ pool: WorkerPool
  ) {
    if let rank = queryRank {
      step.backward(step.query, rank.rows.normed, into: rank.rows.gradient, tokens, pool)
      normBackward(
        rank.norm, rank.rows, width: rank.compress.outputs,
        into: rank.compress.outputGradient, tokens, pool)
      step.backward(rank.compress, step.rows.normed, into: targets.queries, tokens, pool)
    } else {
      step.backward(step.query, step.rows.normed, into: targets.queries, tokens, pool)
    }
    let sum = compressed.gradient.all.part(from: 0, count: tokens)
    sum.base.update(repeating: 0, count: tokens * sum.stride)
    let input = stagedLatents(tokens, pool)
    for heads in [keys, values].compactMap(\.self) {
      step.phases.projections =
        step.phases.projections + heads.backward(input, addingTo: sum, pool: pool)
    }
    normBackward(
      norm, compressed, width: latent.rank, into: compress.outputGradient, tokens, pool)
    step.backward(compress, step.rows.normed, into: targets.latents, tokens, pool)
  }

  /// Normed latent vectors as gradients of the expansion read them.
  private func stagedLatents(_ tokens: Int, _ pool: WorkerPool) -> Rows {
    let source = compressed.normed.all.part(from: 0, count: tokens)
    let staging = values.columnStaging
    if staging.keepsRows { return source }
    pool.forEach(staging.pieces(columns: latent.rank)) { _, piece in
      staging.stage(
        piece: piece, count: tokens, source: source, indices: nil, columns: latent.rank,
        into: strips.all.base)
    }
    return strips.all.part(from: 0, count: tokens)
  }

  private func normBackward(
    _ norm: ScaleGradient, _ rows: NormedRows, width: Int, into target: Matrix, _ tokens: Int,
    _ pool: WorkerPool
  ) {
    norm.forEachPart(of: tokens, pool) { own, sums in
      for token in own {
        let gradient = rows.gradient.all[token]
        Norm.backward(
          gradient, of: rows.source.all[token], count: width, scale: norm.scale.all[0],
          scaleGradient: sums, epsilon: latent.normEpsilon)
        target.all[token].update(from: gradient, count: width)
      }
    }
  }

  /// The gradient of the expansion in the canonical layout, heads · (plain + value) × rank.
  var expansionGradient: [Float] {
    (0..<spec.heads).flatMap { (keys?.canonical($0) ?? []) + values.canonical($0) }
  }
}
