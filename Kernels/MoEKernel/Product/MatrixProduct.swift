/// One matrix product alone, Y = X·Wᵀ, as the networks of a layer are multiplied: packed once, rows
/// staged, blocks of outputs taken by threads.
///
/// It holds several copies of W with different weights. Multiplying by each in turn reads the weights
/// from memory, as layers of a model do, once the copies together are much larger than the caches.
public final class MatrixProduct {
  /// N, rows of W.
  public let outputs: Int
  /// K, columns of W.
  public let inputs: Int
  /// Who multiplies.
  public let engine: Engine
  /// How many matrices there are.
  public var copies: Int { matrices.count }

  private let matrices: any EngineMatrices

  /// Random matrices, the same for a seed with any engine and any number of threads.
  ///
  /// Weights have the variance 1/K: an output is as large as an input.
  public init(
    outputs: Int, inputs: Int, copies: Int, seed: UInt64, engine: Engine, pool: WorkerPool
  ) {
    precondition(
      outputs > 0 && inputs > 0 && copies > 0,
      "\(copies) matrices of \(outputs)×\(inputs) cannot be multiplied")
    self.outputs = outputs
    self.inputs = inputs
    self.engine = engine
    matrices = engine.makeProjection(count: copies, outputs: outputs, inputs: inputs)
    fill(copies * outputs, columns: inputs, seed: seed, pool) { [matrices] row, values in
      matrices.store(values, matrix: row / outputs, row: row % outputs)
    }
  }

  /// Scratch for products of up to `maxRows` rows with the threads of `pool`.
  public func makeWorkspace(maxRows: Int, pool: WorkerPool) -> ProductWorkspace {
    ProductWorkspace(
      ProductWorkspace.Plan(
        inputs: inputs, maxRows: maxRows, threads: pool.threads, engine: engine))
  }

  /// Bytes of one copy of W, before any is made; `Int.max` where they cannot be counted.
  public static func copyBytes(outputs: Int, inputs: Int, engine: Engine) -> Int {
    engine.matrixBytes(outputs: outputs, inputs: inputs)
  }

  /// Bytes of a workspace, before it is made; `Int.max` where they cannot be counted.
  public static func workspaceBytes(
    inputs: Int, maxRows: Int, threads: Int, engine: Engine
  ) -> Int {
    ProductWorkspace.Plan(inputs: inputs, maxRows: maxRows, threads: threads, engine: engine).bytes
  }
}

// MARK: - Multiplying

extension MatrixProduct {
  /// One product: `output` becomes X·Wᵀ for one copy of W.
  ///
  /// Allocates nothing.
  ///
  /// - Parameters:
  ///   - input: X, M×K; 0 rows are legal.
  ///   - copy: Which W, counted modulo `copies`.
  ///   - output: Y, M×N, another matrix.
  ///   - workspace: Made by `makeWorkspace` of this product.
  public func multiply(
    _ input: Matrix, copy: Int, into output: Matrix, workspace: ProductWorkspace, pool: WorkerPool
  ) {
    precondition(
      input.columns == inputs && output.columns == outputs && input.rows == output.rows,
      "a matrix of \(outputs)×\(inputs) cannot turn \(input.rows)×\(input.columns) into "
        + "\(output.rows)×\(output.columns)")
    precondition(input !== output && copy >= 0)
    workspace.check(rows: input.rows, columns: inputs, pool: pool)
    if input.rows == 0 { return }
    let pass = ProductPass(
      matrices: matrices, copy: copy % copies, input: input.all,
      staged: engine.stagesRows
        ? workspace.staged.all.part(from: 0, count: input.rows) : input.all,
      output: output.all, workspace: workspace, threads: pool.threads)
    if engine.stagesRows { pool.forEach(pass.pieces, in: pass) { $0.stage(piece: $2) } }
    pool.forEach(pass.blocks, in: pass) { $0.multiply(block: $2, worker: $1) }
  }

  /// One row of X·Wᵀ in double precision by plain loops, sharing no code with a product but the access
  /// to the weights as they are stored.
  public func reference(of input: Matrix, row: Int, copy: Int, pool: WorkerPool) -> [Double] {
    precondition(input.columns == inputs && copy >= 0)
    return Reference.product(
      rows: outputs, vector: input.row(row).map(Double.init), pool: pool
    ) { matrices.copyRow($0, matrix: copy % copies, to: $1) }
  }
}

/// One product: one region of the pool, and one before it where rows are staged.
private struct ProductPass {
  let matrices: any EngineMatrices
  let copy: Int
  let input: Rows
  let staged: Rows
  let output: Rows
  let workspace: ProductWorkspace

  /// Outputs of one task: what the engine prefers, or less, so that every turn has one for each thread.
  ///
  /// Layers have many experts to share out; a product alone has its outputs only.
  private let block: Int

  init(
    matrices: any EngineMatrices, copy: Int, input: Rows, staged: Rows, output: Rows,
    workspace: ProductWorkspace, threads: Int
  ) {
    self.matrices = matrices
    self.copy = copy
    self.input = input
    self.staged = staged
    self.output = output
    self.workspace = workspace
    let preferred = matrices.block(rows: input.count)
    let tasks = ((matrices.outputs + preferred - 1) / preferred).roundedUp(toMultipleOf: threads)
    block = ((matrices.outputs + tasks - 1) / tasks).roundedUp(toMultipleOf: matrices.outputUnit)
  }

  /// Tasks of each region.
  var pieces: Int { matrices.staging.pieces(rows: input.count) }
  var blocks: Int { (matrices.outputs + block - 1) / block }

  /// Brings a few rows of X into the order that the product reads.
  func stage(piece: Int) {
    matrices.staging.stage(
      piece: piece, of: input.count, source: input, indices: nil, columns: matrices.inputs,
      into: staged)
  }

  /// All rows against one block of outputs.
  func multiply(block index: Int, worker: Int) {
    let first = index * block
    matrices.multiply(
      matrix: copy, outputs: first..<min(first + block, matrices.outputs), input: staged,
      into: output.part(from: 0, count: input.count, column: first),
      scratch: workspace.scratch(worker))
  }
}
