import LayerSpec

/// One matrix product alone, Y = X·Wᵀ, as the networks of a layer are multiplied: packed once, rows
/// staged, blocks of outputs taken by threads.
public final class MatrixProduct: ExecutableLayer {
  /// N, rows of W.
  public let outputs: Int
  /// K, columns of W.
  public let inputs: Int
  /// The engine that multiplies.
  public let engine: any Engine
  /// How W is stored.
  public let format: WeightFormat

  private let matrices: any EngineMatrices

  /// A random matrix, the same for a seed with any engine and any number of threads.
  ///
  /// Weights have the variance 1/K: an output is as large as an input.
  public init(
    outputs: Int, inputs: Int, seed: UInt64, engine: any Engine, format: WeightFormat,
    pool: WorkerPool
  ) {
    precondition(
      outputs > 0 && inputs > 0, "a matrix of \(outputs)×\(inputs) cannot be multiplied")
    self.outputs = outputs
    self.inputs = inputs
    self.engine = engine
    self.format = format
    matrices = engine.makeMatrices(count: 1, outputs: outputs, inputs: inputs, format: format)
    matrices.storeRandom(seed: seed, pool: pool)
  }

  /// K.
  public var width: Int { inputs }
  /// N.
  public var outputWidth: Int { outputs }

  /// Scratch for products of up to `maxTokens` rows with the threads of `pool`.
  public func makeWorkspace(maxTokens: Int, pool: WorkerPool) -> ProductWorkspace {
    ProductWorkspace(
      ProductWorkspace.Plan(
        inputs: inputs, maxRows: maxTokens, threads: pool.threads, engine: engine, format: format))
  }

  /// Bytes of W and of one workspace, before either is made; `Int.max` where they cannot be counted.
  public static func bytes(
    outputs: Int, inputs: Int, maxRows: Int, threads: Int, engine: any Engine,
    format: WeightFormat
  ) -> Int {
    Saturating.sum(
      engine.matrixBytes(outputs: outputs, inputs: inputs, format: format),
      ProductWorkspace.Plan(
        inputs: inputs, maxRows: maxRows, threads: threads, engine: engine, format: format
      ).bytes)
  }

  /// One product: `output` becomes X·Wᵀ.
  ///
  /// - Parameters:
  ///   - input: X, M×K; 0 rows are legal.
  ///   - output: Y, M×N, another matrix.
  ///   - workspace: Made by `makeWorkspace` of a product of as many inputs.
  public func forward(
    _ input: Matrix, into output: Matrix, workspace: ProductWorkspace, pool: WorkerPool
  ) {
    precondition(
      input.columns == inputs && output.columns == outputs && input.rows == output.rows,
      "a matrix of \(outputs)×\(inputs) cannot turn \(input.rows)×\(input.columns) into "
        + "\(output.rows)×\(output.columns)")
    precondition(input !== output, "a product cannot write over its own input")
    workspace.begin(
      rows: input.rows, columns: inputs, pool: pool, engine: engine.name, format: format)
    if input.rows == 0 { return }
    let pass = ProductPass(
      matrices: matrices, input: input.all,
      staged: engine.stagesRows
        ? workspace.staged.all.part(from: 0, count: input.rows) : input.all,
      output: output.all, workspace: workspace, threads: pool.threads)
    var clock = PhaseClock()
    if engine.stagesRows { pool.forEach(pass.pieces, in: pass) { $0.stage(piece: $2) } }
    workspace.phases.dispatchSeconds = clock.lap()
    workspace.phases.projections = pool.forEach(pass.blocks, isAhead: false, in: pass) {
      pass, worker, block, _ in pass.multiply(block: block, worker: worker)
    }
  }

  /// One row of X·Wᵀ in double precision.
  public func referenceOutput(of input: Matrix, token: Int, pool: WorkerPool) -> [Double] {
    precondition(input.columns == inputs, "the input is not of width \(inputs)")
    return Reference.product(
      rows: outputs, vector: input.row(token).map(Double.init), pool: pool
    ) { matrices.copyRow($0, matrix: 0, to: $1) }
  }
}

/// One product: one region of the pool, and one before it where rows are staged.
private struct ProductPass {
  let matrices: any EngineMatrices
  let input: Rows
  let staged: Rows
  let output: Rows
  let workspace: ProductWorkspace

  /// Outputs of one task: what the engine prefers, or less, so that every turn has one for each thread.
  ///
  /// Layers have many experts to share out; a product alone has its outputs only.
  private let block: Int

  init(
    matrices: any EngineMatrices, input: Rows, staged: Rows, output: Rows,
    workspace: ProductWorkspace, threads: Int
  ) {
    self.matrices = matrices
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
      matrix: 0, outputs: first..<min(first + block, matrices.outputs), input: staged,
      into: output.part(from: 0, count: input.count, column: first),
      scratch: workspace.scratch(worker))
  }
}
