import LayerSpec

/// One matrix product alone, Y = X·Wᵀ, as the networks of a layer are multiplied: packed once, rows
/// staged, blocks of outputs taken by threads.
public final class MatrixProduct: ExecutableLayer {
  /// Room for the staged rows of X, and scratch for each thread.
  public typealias Workspace = ProductWorkspace

  /// N, the rows of W and the columns of Y.
  public let outputs: Int
  /// K, the columns of W and of X.
  public let inputs: Int
  /// The engine that holds W in its layout and multiplies.
  public let engine: any Engine
  /// How W is stored; X and Y are 32-bit floats.
  public let format: WeightFormat

  /// K, since rows of X come in.
  public var width: Int { inputs }
  /// N, since rows of Y go out.
  public var outputWidth: Int { outputs }

  private let matrices: any EngineMatrices
  /// The index of W among the matrices, which copies of the product share.
  private let matrix: Int
  private let shape: ProductWorkspace.Shape

  private init(
    _ matrices: any EngineMatrices, matrix: Int, engine: any Engine, format: WeightFormat
  ) {
    self.matrices = matrices
    self.matrix = matrix
    self.engine = engine
    self.format = format
    outputs = matrices.outputs
    inputs = matrices.inputs
    shape = ProductWorkspace.Shape(inputs: inputs, engine: engine, format: format)
  }

  /// A random matrix, the same for a seed with any engine and any number of threads.
  ///
  /// Weights have the variance 1/K: an output is as large as an input.
  ///
  /// - Precondition: The engine multiplies the format.
  public convenience init(
    outputs: Int, inputs: Int, seed: UInt64, engine: any Engine, format: WeightFormat,
    pool: WorkerPool
  ) {
    let matrices = Self.matrices(
      1, outputs: outputs, inputs: inputs, seed: seed, engine: engine, format: format, pool: pool,
      in: .own)
    self.init(matrices, matrix: 0, engine: engine, format: format)
  }

  /// Several products of equal shape and different weights, in one allocation.
  ///
  /// Passing through each in turn reads the weights from memory, as layers of a model do, once they are
  /// together much larger than the caches. The first is the product that `init` makes of the seed, unless
  /// their weights are those of an arena.
  public static func copies(
    _ count: Int, outputs: Int, inputs: Int, seed: UInt64, engine: any Engine,
    format: WeightFormat, pool: WorkerPool, in memory: WeightMemory = .own
  ) -> [MatrixProduct] {
    let matrices = matrices(
      count, outputs: outputs, inputs: inputs, seed: seed, engine: engine, format: format,
      pool: pool, in: memory)
    return (0..<count).map {
      MatrixProduct(matrices, matrix: $0, engine: engine, format: format)
    }
  }

  private static func matrices(
    _ count: Int, outputs: Int, inputs: Int, seed: UInt64, engine: any Engine,
    format: WeightFormat, pool: WorkerPool, in memory: WeightMemory
  ) -> any EngineMatrices {
    precondition(
      outputs > 0 && inputs > 0 && count > 0,
      "\(count) matrices of \(outputs)×\(inputs) cannot be multiplied")
    engine.require(FormatPlan(format))
    let matrices = engine.makeMatrices(
      count: count, outputs: outputs, inputs: inputs, format: format, in: memory)
    matrices.storeRandom(seed: seed, pool: pool)
    return matrices
  }

  /// Scratch for products of up to `maxTokens` rows with the threads of `pool`.
  public func makeWorkspace(maxTokens: Int, pool: WorkerPool) -> ProductWorkspace {
    ProductWorkspace(
      ProductWorkspace.Plan(
        inputs: inputs, maxTokens: maxTokens, threads: pool.threads, engine: engine,
        format: format))
  }

  /// Bytes of W and of one workspace, before either is made; `Int.max` where they cannot be counted.
  ///
  /// Inputs and outputs are not in it. One W alone takes what the engine's `matrixBytes` says.
  public static func bytes(
    outputs: Int, inputs: Int, maxRows: Int, threads: Int, engine: any Engine,
    format: WeightFormat
  ) -> Int {
    Saturating.sum(
      engine.matrixBytes(outputs: outputs, inputs: inputs, format: format),
      ProductWorkspace.Plan(
        inputs: inputs, maxTokens: maxRows, threads: threads, engine: engine, format: format
      ).bytes)
  }

  /// One row of X·Wᵀ in double precision by plain loops, sharing no code with a product but the access to
  /// the weights as they are stored.
  public func referenceOutput(of input: Matrix, token: Int, pool: WorkerPool) -> [Double] {
    precondition(input.columns == inputs, "the input is not of width \(inputs)")
    return Reference.product(
      rows: outputs, vector: input.row(token).map(Double.init), pool: pool
    ) { matrices.copyRows($0, matrix: matrix, to: $1, stride: $2) }
  }

  /// One pass: Y = X·Wᵀ for all rows of the input.
  ///
  /// Blocks of outputs depend on the number of threads here, and a BLAS's sums may depend on its blocks, so
  /// that a last bit may differ; sums of the tile engine do not.
  public func forward(
    _ input: Matrix, into output: Matrix, workspace: ProductWorkspace, pool: WorkerPool
  ) {
    checkShapes(input, output)
    workspace.begin(shape, tokens: input.rows, pool: pool)
    if input.rows == 0 { return }
    var clock = PhaseClock()
    let pass = ProductPass(
      matrices: matrices, matrix: matrix, input: input.all,
      staged: matrices.staging.keepsRows
        ? input.all : workspace.staged.all.part(from: 0, count: input.rows),
      output: output.all, workspace: workspace, threads: pool.threads)
    if !matrices.staging.keepsRows {
      pool.forEach(pass.pieces, in: pass) { $0.stage(piece: $2) }
      workspace.phases.dispatchSeconds = clock.lap()
    }
    workspace.phases.projections = pool.forEach(
      pass.blocks, isAhead: false, in: pass, home: { $0.address(ofBlock: $1) }
    ) {
      pass, worker, block, _ in pass.multiply(block: block, worker: worker)
    }
  }
}

/// One product: one region of the pool, and one before it where rows are staged.
private struct ProductPass {
  let matrices: any EngineMatrices
  let matrix: Int
  let input: Rows
  let staged: Rows
  let output: Rows
  let workspace: ProductWorkspace

  /// Outputs of one task: what the engine prefers, or less, so that every turn has one for each thread.
  ///
  /// Layers have many experts to share out; a product alone has its outputs only.
  private let block: Int

  init(
    matrices: any EngineMatrices, matrix: Int, input: Rows, staged: Rows, output: Rows,
    workspace: ProductWorkspace, threads: Int
  ) {
    self.matrices = matrices
    self.matrix = matrix
    self.input = input
    self.staged = staged
    self.output = output
    self.workspace = workspace
    let preferred = matrices.block(rows: input.count)
    let tasks = ((matrices.outputs + preferred - 1) / preferred).roundedUp(toMultipleOf: threads)
    block = ((matrices.outputs + tasks - 1) / tasks).roundedUp(toMultipleOf: matrices.outputUnit)
  }

  /// Tasks of the region that stages X, and of the region that multiplies.
  var pieces: Int { matrices.staging.pieces(rows: input.count) }
  var blocks: Int { (matrices.outputs + block - 1) / block }

  /// Brings the rows of one piece of X into the order that the product reads.
  func stage(piece: Int) {
    matrices.staging.stage(
      piece: piece, of: input.count, source: input, indices: nil, columns: matrices.inputs,
      into: staged)
  }

  /// Where the weights of a block begin.
  func address(ofBlock index: Int) -> UnsafeRawPointer? {
    matrices.address(of: WeightPlace(matrix: matrix, output: index * block))
  }

  /// Multiplies all rows by one block of outputs, so that its weights come from memory once.
  func multiply(block index: Int, worker: Int) {
    let first = index * block
    matrices.multiply(
      matrix: matrix, outputs: first..<min(first + block, matrices.outputs), input: staged,
      into: output.part(from: 0, count: input.count, column: first),
      scratch: workspace.scratch(worker))
  }
}
