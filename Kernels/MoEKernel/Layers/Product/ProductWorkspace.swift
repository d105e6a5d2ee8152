import LayerSpec

/// All scratch of a matrix product, made once, so that a product allocates nothing.
public final class ProductWorkspace: LayerWorkspace {
  /// The most rows that one product may have.
  public let maxRows: Int
  private let threads: Int
  private let inputs: Int
  private let engine: String
  private let format: WeightFormat

  /// Where the time of the last product went.
  public internal(set) var phases = PassPhases()

  /// Rows of X in the order that the engine reads; empty where that is their own.
  let staged: Matrix
  private let scratchRows: Matrix

  /// What a workspace needs, counted before anything is allocated.
  struct Plan {
    let maxRows: Int
    let threads: Int
    let inputs: Int
    let engine: String
    let format: WeightFormat
    let staged: (rows: Int, columns: Int)
    let scratchPerThread: Int

    init(
      inputs: Int, maxRows: Int, threads: Int, engine: any Engine, format: WeightFormat
    ) {
      precondition(maxRows >= 0, "a workspace cannot be for \(maxRows) rows")
      self.maxRows = maxRows
      self.threads = threads
      self.inputs = inputs
      self.engine = engine.name
      self.format = format
      staged = engine.stagesRows ? (maxRows, paddedToVector(inputs)) : (0, 0)
      scratchPerThread = engine.scratchElements(
        rows: maxRows, inputs: inputs, format: format)
    }

    /// Bytes of everything; `Int.max` where they cannot be counted.
    var bytes: Int {
      Saturating.product(
        Saturating.sum(
          Saturating.product(staged.rows, staged.columns),
          Saturating.product(threads, scratchPerThread)), 4)
    }
  }

  init(_ plan: Plan) {
    precondition(plan.bytes < Int.max, "a workspace for \(plan.maxRows) rows is too large")
    maxRows = plan.maxRows
    threads = plan.threads
    inputs = plan.inputs
    engine = plan.engine
    format = plan.format
    staged = Matrix(rows: plan.staged.rows, columns: plan.staged.columns)
    scratchRows = Matrix(rows: plan.threads, columns: plan.scratchPerThread)
  }

  /// A worker's scratch.
  func scratch(_ worker: Int) -> UnsafeMutablePointer<Float> { scratchRows.all[worker] }

  /// Checks a product against what this was made for, and begins it.
  func begin(rows: Int, columns: Int, pool: WorkerPool, engine: String, format: WeightFormat) {
    precondition(
      columns == inputs && engine == self.engine && format == self.format,
      "the workspace was made for another product, engine or weight format")
    precondition(rows <= maxRows, "a product of \(rows) rows in a workspace for \(maxRows)")
    precondition(
      pool.threads <= threads, "a pool of \(pool.threads) threads in a workspace for \(threads)")
    phases = PassPhases()
  }
}
