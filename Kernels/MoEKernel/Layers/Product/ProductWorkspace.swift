import LayerSpec

/// All scratch of a matrix product, made once, so that a product allocates nothing.
public final class ProductWorkspace: LayerWorkspace {
  /// The most rows of X that one pass may have.
  public let maxTokens: Int
  /// The most threads that a pool may have to use it: each has scratch of its own.
  public let threads: Int
  /// Rows of X in the last pass, 0 before the first.
  public internal(set) var tokens = 0
  /// Seconds that the last pass took to stage rows (`dispatchSeconds`) and to multiply (`projections`).
  public internal(set) var phases = PassPhases()

  private let shape: Shape
  /// Rows of X in the order that the engine reads; empty where that is their own.
  let staged: Matrix
  private let scratchRows: Matrix

  /// What a workspace is made for: all that its sizes follow from, but for the numbers of rows and threads.
  struct Shape: Hashable, CustomStringConvertible {
    let inputs: Int
    let format: WeightFormat
    /// Name and variant of the engine, which decide how rows are staged.
    let engine: String

    init(inputs: Int, engine: any Engine, format: WeightFormat) {
      self.inputs = inputs
      self.format = format
      self.engine = engine.identity
    }

    var description: String { "products of \(inputs) inputs in \(format) on \(engine)" }
  }

  /// What a workspace needs, counted before anything is allocated.
  struct Plan {
    let shape: Shape
    let maxTokens: Int
    let threads: Int
    let staged: (rows: Int, columns: Int)
    let scratchPerThread: Int

    init(inputs: Int, maxTokens: Int, threads: Int, engine: any Engine, format: WeightFormat) {
      precondition(maxTokens >= 0, "a workspace cannot be for \(maxTokens) rows")
      shape = Shape(inputs: inputs, engine: engine, format: format)
      self.maxTokens = maxTokens
      self.threads = threads
      staged = engine.stagesRows(format) ? (maxTokens, paddedToVector(inputs)) : (0, 0)
      scratchPerThread = engine.scratchElements(rows: maxTokens, inputs: inputs, format: format)
    }

    /// Bytes of everything; `Int.max` where they cannot be counted.
    var bytes: Int {
      Saturating.product(
        Saturating.sum(
          Saturating.product(staged.rows, staged.columns),
          Saturating.product(
            threads, WorkerMemory<Float>.stride(scratchPerThread, workers: threads))), 4)
    }
  }

  init(_ plan: Plan) {
    precondition(plan.bytes < Int.max, "a workspace for \(plan.maxTokens) rows is too large")
    shape = plan.shape
    maxTokens = plan.maxTokens
    threads = plan.threads
    staged = Matrix(rows: plan.staged.rows, columns: plan.staged.columns)
    scratchRows = .scratch(workers: plan.threads, floats: plan.scratchPerThread)
  }

  /// The scratch of one worker, which no other writes to.
  func scratch(_ worker: Int) -> UnsafeMutablePointer<Float> { scratchRows.all[worker] }

  /// Checks a product against what this was made for, and forgets the last one.
  func begin(_ shape: Shape, tokens: Int, pool: WorkerPool) {
    checkPass(shape, own: self.shape, tokens: tokens, pool: pool)
    self.tokens = tokens
    phases = PassPhases()
  }
}
