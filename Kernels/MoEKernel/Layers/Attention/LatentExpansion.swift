import LayerSpec

/// The matrices between a latent vector and each head's plain key and value, in both directions that passes
/// use: out of the latent space for a prompt, whose keys are expanded once, and into it for queries that meet
/// latent vectors as they are cached ("absorbed", DeepSeek-V2, arXiv 2405.04434, section 2.1.2).
final class LatentExpansion {
  /// For each head the plain part of its keys, plain × rank; `nil` where keys have none.
  let keys: (any EngineMatrices)?
  /// For each head its values, value × rank.
  let values: any EngineMatrices
  /// The keys' matrices transposed, rank × plain.
  let absorbed: (any EngineMatrices)?

  private init(
    keys: (any EngineMatrices)?, values: any EngineMatrices, absorbed: (any EngineMatrices)?
  ) {
    self.keys = keys
    self.values = values
    self.absorbed = absorbed
    if let keys, let absorbed { Self.transpose(keys, into: absorbed) }
  }

  /// Matrices of zeros, or of an arena; the transposed ones are a copy.
  private static func matrices(
    _ spec: SelfAttentionSpec, _ latent: SelfAttentionSpec.Latent, engine: any Engine,
    format: WeightFormat, in memory: WeightMemory
  ) -> (keys: (any EngineMatrices)?, values: any EngineMatrices) {
    func make(_ outputs: Int) -> any EngineMatrices {
      engine.makeMatrices(
        count: spec.heads, outputs: outputs, inputs: latent.rank, format: format, in: memory)
    }
    return (latent.plainWidth > 0 ? make(latent.plainWidth) : nil, make(spec.valueWidth))
  }

  private static func absorbing(
    _ spec: SelfAttentionSpec, _ latent: SelfAttentionSpec.Latent, engine: any Engine,
    format: WeightFormat
  ) -> (any EngineMatrices)? {
    guard latent.plainWidth > 0 else { return nil }
    return engine.makeMatrices(
      count: spec.heads, outputs: latent.rank, inputs: latent.plainWidth,
      format: transposable(format), in: .own)
  }

  /// Blocks of weights with a common scale lie along rows, so that another order would round to other weights.
  private static func transposable(_ format: WeightFormat) -> WeightFormat {
    format == .bf16 ? .bf16 : .f32
  }

  /// Matrices with given weights, heads · (plain + value) × rank.
  convenience init(
    _ weights: [Float], spec: SelfAttentionSpec, latent: SelfAttentionSpec.Latent,
    engine: any Engine, format: WeightFormat
  ) {
    let own = Self.matrices(spec, latent, engine: engine, format: format, in: .own)
    let (plain, rows) = (latent.plainWidth, latent.plainWidth + spec.valueWidth)
    forEachRow(of: weights, rows: spec.heads * rows, columns: latent.rank) { row, values in
      if row % rows < plain {
        own.keys?.store(values, matrix: row / rows, row: row % rows)
      } else {
        own.values.store(values, matrix: row / rows, row: row % rows - plain)
      }
    }
    self.init(
      keys: own.keys, values: own.values,
      absorbed: Self.absorbing(spec, latent, engine: engine, format: format))
  }

  /// Random matrices, or those of an arena.
  convenience init(
    spec: SelfAttentionSpec, latent: SelfAttentionSpec.Latent, seed: UInt64, engine: any Engine,
    format: WeightFormat, pool: WorkerPool, in memory: WeightMemory
  ) {
    let own = Self.matrices(spec, latent, engine: engine, format: format, in: memory)
    own.keys?.storeRandom(seed: seed, pool: pool)
    own.values.storeRandom(seed: seed &+ 1, pool: pool)
    self.init(
      keys: own.keys, values: own.values,
      absorbed: Self.absorbing(spec, latent, engine: engine, format: format))
  }

  /// Bytes of the matrices; `Int.max` where they cannot be counted.
  static func bytes(
    _ spec: SelfAttentionSpec, _ latent: SelfAttentionSpec.Latent, engine: any Engine,
    format: WeightFormat
  ) -> Int {
    func bytes(_ outputs: Int, _ inputs: Int, _ format: WeightFormat) -> Int {
      engine.matrixBytes(outputs: outputs, inputs: inputs, format: format)
    }
    let head = Saturating.sum([
      bytes(spec.valueWidth, latent.rank, format),
      latent.plainWidth > 0 ? bytes(latent.plainWidth, latent.rank, format) : 0,
      latent.plainWidth > 0 ? bytes(latent.rank, latent.plainWidth, transposable(format)) : 0,
    ])
    return Saturating.product(spec.heads, head)
  }

  private static func transpose(_ source: any EngineMatrices, into target: any EngineMatrices) {
    let rows = Matrix(rows: source.outputs, columns: source.inputs)
    let column = Matrix(rows: 1, columns: source.outputs)
    for matrix in 0..<source.count {
      source.copyRows(
        0..<source.outputs, matrix: matrix, to: rows.all.base, stride: rows.columns)
      for input in 0..<source.inputs {
        for output in 0..<source.outputs { column.all.base[output] = rows.all[output][input] }
        target.store(column.all.base, matrix: matrix, row: input)
      }
    }
    withExtendedLifetime((rows, column)) {}
  }

  // MARK: - For the oracle

  /// xᵀ·W_k of one head in double precision, `rank` elements.
  func absorb(_ plain: [Double], head: Int) -> [Double] {
    var result = [Double](repeating: 0, count: values.inputs)
    guard let keys else { return result }
    let row = Matrix(rows: 1, columns: keys.inputs)
    for (index, factor) in plain.enumerated() {
      keys.copyRow(index, matrix: head, to: row.all.base)
      for column in result.indices { result[column] += factor * Double(row.all.base[column]) }
    }
    return result
  }

  /// W·x of one head in double precision; empty without a matrix.
  static func product(
    _ matrices: (any EngineMatrices)?, head: Int, rows: [[Double]], pool: WorkerPool
  ) -> [[Double]] {
    guard let matrices, !rows.isEmpty else { return rows.map { _ in [] } }
    return Reference.products(rows: matrices.outputs, vectors: rows, pool: pool) {
      matrices.copyRows($0, matrix: head, to: $1, stride: $2)
    }
  }
}

/// One product for each head, with the matrix of its number: a task each.
struct HeadProducts {
  let matrices: any EngineMatrices
  /// Rows of the first head, and floats from one head's to the next one's; where that is 0, rows that are
  /// staged already.
  let input: Rows
  let inputStep: Int
  let result: Rows
  let resultStep: Int
  let scratch: Rows

  /// Floats of scratch that a worker needs for as many rows.
  static func scratchElements(
    rows: Int, inputs: Int, engine: any Engine, format: WeightFormat
  ) -> Int {
    Saturating.sum(
      Saturating.product(rows, paddedToVector(inputs)),
      engine.scratchElements(rows: rows, inputs: inputs, format: format))
  }

  func perform(_ head: Int, worker: Int) {
    var own = Rows(
      base: input.base + head * inputStep, stride: input.stride, count: input.count)
    var scratch = scratch[worker]
    let staging = matrices.staging
    if inputStep > 0 && !staging.keepsRows {
      let stride = paddedToVector(matrices.inputs)
      let staged = Rows(base: scratch, stride: stride, count: own.count)
      for piece in 0..<staging.pieces(rows: own.count) {
        staging.stage(
          piece: piece, of: own.count, source: own, indices: nil, columns: matrices.inputs,
          into: staged)
      }
      own = staged
      scratch += own.count * stride
    }
    matrices.multiply(
      matrix: head, outputs: 0..<matrices.outputs, input: own,
      into: Rows(base: result.base + head * resultStep, stride: result.stride, count: own.count),
      scratch: scratch)
  }

  /// All heads.
  func run(_ pool: WorkerPool) -> RegionSeconds {
    pool.forEach(
      matrices.count, isAhead: false, in: self,
      home: { $0.matrices.address(of: WeightPlace(matrix: $1, output: 0)) }
    ) { products, worker, head, _ in products.perform(head, worker: worker) }
  }
}
