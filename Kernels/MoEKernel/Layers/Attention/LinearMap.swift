import LayerSpec

/// One matrix with its bias, as blocks apply it: y = W·x + b for every row.
final class LinearMap {
  let matrices: any EngineMatrices
  /// One row padded to vectors; `nil` for none.
  let bias: Matrix?

  var outputs: Int { matrices.outputs }
  var inputs: Int { matrices.inputs }

  private init(_ matrices: any EngineMatrices, bias: Matrix?) {
    self.matrices = matrices
    self.bias = bias
  }

  /// A matrix with given weights.
  convenience init(
    _ weights: SelfAttentionWeights.Linear, outputs: Int, inputs: Int, engine: any Engine,
    format: WeightFormat
  ) {
    let matrices = engine.makeMatrices(
      count: 1, outputs: outputs, inputs: inputs, format: format, in: .own)
    matrices.storeAll(weights.matrix)
    self.init(matrices, bias: weights.bias.map { .paddedRow($0, outputs) })
  }

  /// A random matrix, or one of an arena; a random bias where there is one.
  convenience init(
    outputs: Int, inputs: Int, hasBias: Bool, seed: UInt64, engine: any Engine,
    format: WeightFormat, pool: WorkerPool, in memory: WeightMemory
  ) {
    let matrices = engine.makeMatrices(
      count: 1, outputs: outputs, inputs: inputs, format: format, in: memory)
    matrices.storeRandom(seed: seed, pool: pool)
    var bias: Matrix?
    if hasBias {
      let row = Matrix(rows: 1, columns: paddedToVector(outputs))
      row.fill(seed: seed &+ 1, amplitude: 0.1, pool: pool)
      bias = row
    }
    self.init(matrices, bias: bias)
  }

  /// Multiplies all rows.
  ///
  /// - Parameters:
  ///   - input: in the order that the matrix reads (`RowStager`).
  ///   - result: as many rows, row-major.
  /// - Returns: how the threads spent it.
  func apply(
    _ input: Rows, into result: Rows, scratch: Rows, pool: WorkerPool
  ) -> RegionSeconds {
    let product = LinearProduct(
      projection: Projection(matrices, input: input, into: result), scratch: scratch)
    let seconds = pool.forEach(
      product.projection.tasks, isAhead: false, in: product,
      home: { $0.projection.address(ofTask: $1) }
    ) { product, worker, task, _ in
      product.projection.perform(task, scratch: product.scratch[worker])
    }
    guard let bias else { return seconds }
    return seconds
      + pool.forEach(
        (result.count + Self.rowsOfBias - 1) / Self.rowsOfBias, isAhead: false,
        in: (result: result, bias: bias, columns: outputs)
      ) { work, _, index, _ in
        let first = index * Self.rowsOfBias
        RowArithmetic.add(
          work.bias.all[0],
          to: work.result.part(from: first, count: min(Self.rowsOfBias, work.result.count - first)),
          columns: work.columns)
      }
  }

  /// Rows that a thread adds the bias to at a time.
  private static let rowsOfBias = 16

  /// W·x + b of rows in double precision.
  func reference(of rows: [[Double]], pool: WorkerPool) -> [[Double]] {
    guard !rows.isEmpty else { return [] }
    return Reference.products(rows: outputs, vectors: rows, pool: pool) {
      matrices.copyRows($0, matrix: 0, to: $1, stride: $2)
    }.map { Reference.added($0, bias?.all[0]) }
  }
}

private struct LinearProduct {
  let projection: Projection
  let scratch: Rows
}

/// Brings rows into the order that products read, where that is not their own.
struct RowStager {
  let staging: any RowStaging
  /// Memory for the staged rows.
  let target: Rows

  /// The first `columns` elements of every row, as products read them.
  func staged(_ source: Rows, columns: Int, pool: WorkerPool) -> Rows {
    if staging.keepsRows { return source }
    let target = target.part(from: 0, count: source.count)
    pool.forEach(
      staging.pieces(rows: source.count),
      in: (staging: staging, source: source, target: target, columns: columns)
    ) {
      $0.staging.stage(
        piece: $2, of: $0.source.count, source: $0.source, indices: nil, columns: $0.columns,
        into: $0.target)
    }
    return target
  }
}
