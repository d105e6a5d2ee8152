import LayerSpec

/// The backward products of one matrix with its bias, or without one: of y = W·x + b for every row.
final class LinearTraining {
  private var matrix: any TrainableMatrices
  /// dW, in the layout of the weights.
  let gradient: any TrainableMatrices
  /// db, padded to vectors; `nil` for none.
  let biasGradient: Matrix?
  /// dy of all rows, zeros behind the outputs.
  let outputGradient: Matrix
  private let outputStaged: Matrix
  private let strips: Matrix
  private let scratch: Matrix

  var outputs: Int { matrix.outputs }
  var inputs: Int { matrix.inputs }

  convenience init(_ map: LinearMap, rows: Int, engine: any Engine, threads: Int) {
    self.init(map.matrices, bias: map.bias, rows: rows, engine: engine, threads: threads)
  }

  init(
    _ matrices: any EngineMatrices, bias: Matrix? = nil, rows: Int, engine: any Engine,
    threads: Int
  ) {
    let gradients = engine.makeMatrices(
      count: 1, outputs: matrices.outputs, inputs: matrices.inputs, format: .f32, in: .own)
    guard let matrix = matrices as? any TrainableMatrices,
      let gradient = gradients as? any TrainableMatrices
    else { preconditionFailure("the engine's matrices have no products of a backward pass") }
    self.matrix = matrix
    self.gradient = gradient
    biasGradient = bias.map { Matrix(rows: 1, columns: $0.columns) }
    let columns = matrix.gradientColumns
    outputGradient = Matrix(rows: rows, columns: columns)
    outputStaged = LaneSizes.staged(
      rows, columns: matrix.gradientStaging.keepsRows ? 0 : columns)
    strips = Matrix(rows: matrix.columnStaging.keepsRows ? 0 : rows, columns: matrix.inputs)
    scratch = .scratch(workers: threads, floats: matrix.backwardScratch(rows: rows))
  }

  /// Products go through this matrix from now on, which is of the same shape.
  func use(_ map: LinearMap) { use(map.matrices) }

  /// The same of a matrix alone.
  func use(_ matrices: any EngineMatrices) {
    guard let other = matrices as? any TrainableMatrices, other.outputs == outputs,
      other.inputs == inputs
    else { preconditionFailure("a matrix of another shape or engine") }
    matrix = other
  }

  /// From `outputGradient`: dW, db, and dx into other memory.
  ///
  /// - Parameters:
  ///   - input: the rows x, row-major.
  ///   - other: another map of the same engine and width, which has gone backward through these rows and has them
  ///     in the order of products over rows; `nil` for none.
  ///   - result: as many rows.
  /// - Returns: how the threads spent the products.
  func backward(
    _ input: Rows, stagedBy other: LinearTraining? = nil, into result: Rows, pool: WorkerPool
  ) -> RegionSeconds {
    let rows = input.count
    let gradients = outputGradient.all.part(from: 0, count: rows)
    var (staged, inputs) = (gradients, input)
    if !matrix.gradientStaging.keepsRows {
      staged = outputStaged.all.part(from: 0, count: rows)
      pool.forEach(
        matrix.gradientStaging.pieces(rows: rows),
        in: (own: self, source: gradients, target: staged)
      ) { context, _, piece in
        context.own.matrix.gradientStaging.stage(
          piece: piece, of: context.source.count, source: context.source, indices: nil,
          columns: context.own.outputGradient.columns, into: context.target)
      }
    }
    if let other, !matrix.columnStaging.keepsRows {
      inputs = other.strips.all.part(from: 0, count: rows)
    } else if !matrix.columnStaging.keepsRows {
      inputs = strips.all.part(from: 0, count: rows)
      pool.forEach(
        matrix.columnStaging.pieces(columns: self.inputs), in: (own: self, source: input)
      ) { context, _, piece in
        context.own.matrix.columnStaging.stage(
          piece: piece, count: context.source.count, source: context.source, indices: nil,
          columns: context.own.inputs, into: context.own.strips.all.base)
      }
    }
    let products = Products(
      own: self, gradients: gradients, staged: staged, inputs: inputs, result: result)
    let seconds = pool.forEach(
      products.outputTasks + products.inputTasks, isAhead: true, in: products
    ) { $0.perform(task: $2, next: $3, worker: $1) }
    guard let biasGradient else { return seconds }
    biasGradient.all.base.update(repeating: 0, count: biasGradient.columns)
    for row in 0..<rows {
      RowArithmetic.add(gradients[row], to: biasGradient.all, columns: outputs)
    }
    return seconds
  }

  /// The products of one region: dW in some tasks, and dx in those behind them, which are smaller, so that threads end
  /// together.
  private struct Products {
    let own: LinearTraining
    let gradients: Rows
    let staged: Rows
    let inputs: Rows
    let result: Rows

    var inputTasks: Int { (own.inputs + own.matrix.inputBlock - 1) / own.matrix.inputBlock }
    var outputTasks: Int { (own.outputs + own.matrix.gradientBlock - 1) / own.matrix.gradientBlock }

    func perform(task: Int, next: Int, worker: Int) {
      let (scratch, outputTasks) = (own.scratch.all[worker], outputTasks)
      guard task >= outputTasks else {
        let block = own.matrix.gradientBlock
        let first = task * block
        return own.gradient.storeGradient(
          matrix: 0, outputs: first..<min(first + block, own.outputs), gradient: gradients,
          input: inputs, scratch: scratch)
      }
      let block = own.matrix.inputBlock
      let first = (task - outputTasks) * block
      let isInput = (outputTasks..<outputTasks + inputTasks).contains(next)
      own.matrix.multiplyBackward(
        matrix: 0, inputs: first..<min(first + block, own.inputs), gradient: staged,
        into: result.part(from: 0, count: gradients.count, column: first), scratch: scratch,
        next: isInput ? (next - outputTasks) * block : nil)
    }
  }

  /// Bytes of its rows and scratch as they were made.
  var rowBytes: Int {
    [outputGradient, outputStaged, strips, scratch].reduce(0) {
      $0 + $1.rows * $1.columns * MemoryLayout<Float>.size
    }
  }

  /// One output's gradient of the weights.
  func gradientRow(_ output: Int) -> [Float] {
    let copy = Matrix(rows: 1, columns: inputs)
    gradient.copyRow(output, matrix: 0, to: copy.all.base)
    return copy.elements
  }

  /// The gradients in the canonical layout.
  var canonical: SelfAttentionWeights.Linear {
    let copy = Matrix(rows: outputs, columns: inputs)
    gradient.copyRows(0..<outputs, matrix: 0, to: copy.all.base, stride: inputs)
    return SelfAttentionWeights.Linear(
      copy.elements, bias: biasGradient.map { Array($0.row(0).prefix(outputs)) })
  }
}
