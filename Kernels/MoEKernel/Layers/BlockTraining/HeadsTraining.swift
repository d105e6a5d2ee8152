import LayerSpec

/// The backward products of equal matrices, one for each head, which all read the same rows: of y_h = W_h·x.
final class HeadsTraining {
  private var matrices: any TrainableMatrices
  /// dW of every head, in the layout of the weights.
  private let gradient: any TrainableMatrices
  /// dy of all heads side by side, `columns` for each, zeros behind its outputs.
  let outputGradient: Matrix
  /// The same of each head as products read it, one head's rows after the other's; empty where that is its own order.
  private let staged: Matrix
  /// A block of one head's dx for each thread, and what products need.
  private let blocks: WorkerMemory<Float>
  private let scratch: Matrix

  var heads: Int { matrices.count }
  var outputs: Int { matrices.outputs }
  /// From one head's outputs to the next one's.
  var columns: Int { matrices.gradientColumns }

  init(_ matrices: any EngineMatrices, rows: Int, engine: any Engine, threads: Int) {
    let gradients = engine.makeMatrices(
      count: matrices.count, outputs: matrices.outputs, inputs: matrices.inputs, format: .f32,
      in: .own)
    guard let matrices = matrices as? any TrainableMatrices,
      let gradient = gradients as? any TrainableMatrices
    else { preconditionFailure("the engine's matrices have no products of a backward pass") }
    self.matrices = matrices
    self.gradient = gradient
    let columns = matrices.gradientColumns
    outputGradient = Matrix(rows: rows, columns: matrices.count * columns)
    staged = LaneSizes.staged(
      rows * matrices.count, columns: matrices.gradientStaging.keepsRows ? 0 : columns)
    blocks = WorkerMemory(workers: threads, count: rows * paddedToVector(matrices.inputBlock))
    scratch = .scratch(workers: threads, floats: matrices.backwardScratch(rows: rows))
  }

  /// Products go through these matrices from now on, which are of the same shape.
  func use(_ other: any EngineMatrices) {
    guard let other = other as? any TrainableMatrices, other.count == heads,
      other.outputs == outputs, other.inputs == matrices.inputs
    else { preconditionFailure("matrices of another shape or engine") }
    matrices = other
  }

  /// The order of rows of x that gradients of weights read.
  var columnStaging: any ColumnStaging { matrices.columnStaging }

  /// From `outputGradient`: dW of every head, and dx, which is added to a sum.
  ///
  /// - Parameters:
  ///   - input: the rows x in the order of `columnStaging`.
  ///   - sum: as many rows, row-major.
  /// - Returns: how the threads spent the products.
  func backward(_ input: Rows, addingTo sum: Rows, pool: WorkerPool) -> RegionSeconds {
    let rows = input.count
    if !matrices.gradientStaging.keepsRows {
      pool.forEach(heads * matrices.gradientStaging.pieces(rows: rows)) { _, index in
        let (head, piece) = index.quotientAndRemainder(
          dividingBy: matrices.gradientStaging.pieces(rows: rows))
        matrices.gradientStaging.stage(
          piece: piece, of: rows, source: self.rows(head, rows), indices: nil, columns: columns,
          into: stagedRows(head, rows))
      }
    }
    let inputTasks = (matrices.inputs + matrices.inputBlock - 1) / matrices.inputBlock
    let outputTasks = (outputs + matrices.gradientBlock - 1) / matrices.gradientBlock
    return pool.forEach(inputTasks + heads * outputTasks, isAhead: false, in: self) {
      own, worker, task, _ in
      if task < inputTasks {
        own.addInputs(task, to: sum, worker: worker)
      } else {
        let (head, block) = (task - inputTasks).quotientAndRemainder(dividingBy: outputTasks)
        let first = block * own.matrices.gradientBlock
        own.gradient.storeGradient(
          matrix: head, outputs: first..<min(first + own.matrices.gradientBlock, own.outputs),
          gradient: own.rows(head, rows), input: input, scratch: own.scratch.all[worker])
      }
    }
  }

  /// A head's dy, from its first output on.
  private func rows(_ head: Int, _ count: Int) -> Rows {
    outputGradient.all.part(from: 0, count: count, column: head * columns)
  }

  private func stagedRows(_ head: Int, _ count: Int) -> Rows {
    staged.all.part(from: head * count, count: count)
  }

  /// Adds one block of dx, head by head in their order.
  private func addInputs(_ task: Int, to sum: Rows, worker: Int) {
    let first = task * matrices.inputBlock
    let inputs = first..<min(first + matrices.inputBlock, matrices.inputs)
    let block = Rows(
      base: blocks[worker], stride: paddedToVector(matrices.inputBlock), count: sum.count)
    for head in 0..<heads {
      matrices.multiplyBackward(
        matrix: head, inputs: inputs,
        gradient: matrices.gradientStaging.keepsRows
          ? rows(head, sum.count) : stagedRows(head, sum.count),
        into: block, scratch: scratch.all[worker], next: nil)
      for row in 0..<sum.count {
        let target = sum[row] + first
        RowArithmetic.add(block[row], times: 1, to: target, into: target, count: inputs.count)
      }
    }
  }

  /// One head's gradient in the canonical layout, outputs × inputs.
  func canonical(_ head: Int) -> [Float] {
    let copy = Matrix(rows: outputs, columns: matrices.inputs)
    gradient.copyRows(0..<outputs, matrix: head, to: copy.all.base, stride: matrices.inputs)
    return copy.elements
  }
}
