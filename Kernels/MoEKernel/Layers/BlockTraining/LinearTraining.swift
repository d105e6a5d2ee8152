import LayerSpec

/// The backward products of one matrix with its bias, as blocks apply it: of y = W·x + b for every row.
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

  init(_ map: LinearMap, rows: Int, engine: any Engine, threads: Int) {
    let gradients = engine.makeMatrices(
      count: 1, outputs: map.outputs, inputs: map.inputs, format: .f32, in: .own)
    guard let matrix = map.matrices as? any TrainableMatrices,
      let gradient = gradients as? any TrainableMatrices
    else { preconditionFailure("the engine's matrices have no products of a backward pass") }
    self.matrix = matrix
    self.gradient = gradient
    biasGradient = map.bias.map { Matrix(rows: 1, columns: $0.columns) }
    let columns = matrix.gradientColumns
    outputGradient = Matrix(rows: rows, columns: columns)
    outputStaged = LaneSizes.staged(
      rows, columns: matrix.gradientStaging.keepsRows ? 0 : columns)
    strips = Matrix(rows: matrix.columnStaging.keepsRows ? 0 : rows, columns: map.inputs)
    scratch = Matrix(
      rows: threads,
      columns: matrix.backwardScratch(rows: rows).roundedUp(toMultipleOf: vectorLanes))
  }

  /// Products go through this matrix from now on, which is of the same shape.
  func use(_ map: LinearMap) {
    guard let other = map.matrices as? any TrainableMatrices, other.outputs == outputs,
      other.inputs == inputs
    else { preconditionFailure("a matrix of another shape or engine") }
    matrix = other
  }

  /// From `outputGradient`: dW, db, and dx into other memory.
  ///
  /// - Parameters:
  ///   - input: the rows x, row-major.
  ///   - result: as many rows.
  /// - Returns: how the threads spent the products.
  func backward(_ input: Rows, into result: Rows, pool: WorkerPool) -> RegionSeconds {
    let rows = input.count
    let gradients = outputGradient.all.part(from: 0, count: rows)
    var (staged, inputs) = (gradients, input)
    if !matrix.gradientStaging.keepsRows {
      staged = outputStaged.all.part(from: 0, count: rows)
      pool.forEach(matrix.gradientStaging.pieces(rows: rows)) { _, piece in
        matrix.gradientStaging.stage(
          piece: piece, of: rows, source: gradients, indices: nil,
          columns: outputGradient.columns, into: staged)
      }
    }
    if !matrix.columnStaging.keepsRows {
      inputs = strips.all.part(from: 0, count: rows)
      pool.forEach(matrix.columnStaging.pieces(columns: self.inputs)) { _, piece in
        matrix.columnStaging.stage(
          piece: piece, count: rows, source: input, indices: nil, columns: self.inputs,
          into: strips.all.base)
      }
    }
    let (inputBlock, outputBlock) = (matrix.inputBlock, matrix.gradientBlock)
    let inputTasks = (self.inputs + inputBlock - 1) / inputBlock
    let outputTasks = (outputs + outputBlock - 1) / outputBlock
    let seconds = pool.forEach(inputTasks + outputTasks, isAhead: true, in: self) {
      own, worker, task, next in
      if task < inputTasks {
        let first = task * inputBlock
        own.matrix.multiplyBackward(
          matrix: 0, inputs: first..<min(first + inputBlock, own.inputs), gradient: staged,
          into: result.part(from: 0, count: rows, column: first),
          scratch: own.scratch.all[worker], next: next < inputTasks ? next * inputBlock : nil)
      } else {
        let first = (task - inputTasks) * outputBlock
        own.gradient.storeGradient(
          matrix: 0, outputs: first..<min(first + outputBlock, own.outputs), gradient: gradients,
          input: inputs, scratch: own.scratch.all[worker])
      }
    }
    guard let biasGradient else { return seconds }
    biasGradient.all.base.update(repeating: 0, count: biasGradient.columns)
    for row in 0..<rows {
      RowArithmetic.add(gradients[row], to: biasGradient.all, columns: outputs)
    }
    return seconds
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
