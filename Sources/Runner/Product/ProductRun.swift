import LayerSpec
import MoEKernel
import ModelSpec

/// Measures a sweep of products, point by point, and keeps every finished point whatever comes after.
///
/// Two engines take turns within short rounds, as the sides of a run do, so that their ratio is one of
/// equal conditions. An engine alone is measured against itself: the rounds are the same.
public final class ProductRun {
  private let plan: ProductPlan
  private let pool: WorkerPool
  private let sides: [Side]
  private let watch: CeilingWatch

  /// The points that are measured so far, in order.
  public var points: [ProductPoint] { timed.map { point($0, under: ceilings.highest) } }
  /// What the probes of the machine's ceilings found so far.
  public var ceilings: CeilingLog { watch.log }
  /// `tile` over `blas` so far, when both run.
  public private(set) var speedRatios: [SpeedRatio] = []

  /// What was timed, in order; the shares of the roofline wait until all ceilings are known.
  private var timed: [TimedProduct] = []

  /// Rounds of a point; with so many the interval leaves out the four smallest and the four largest.
  static let rounds = 17

  /// Starts the worker threads and makes the matrices.
  public init(_ plan: ProductPlan) {
    let pool = WorkerPool(threads: plan.request.threads)
    self.plan = plan
    self.pool = pool
    watch = CeilingWatch(
      pool: pool, precision: plan.engines[0].precision, cacheBytes: plan.cacheBytes)
    sides = zip(plan.engines, plan.copies).map {
      Side(engine: $0, copies: $1, request: plan.request, pool: pool)
    }
  }

  /// Measures all points, and the machine's ceilings before, beside and after them.
  ///
  /// - Parameters:
  ///   - progress: told before each number of rows which one it is, from 1, never while one is timed.
  ///   - isCancelled: asked between stages and between rounds.
  /// - Throws: `RunError.wrongOutput` when an engine computes something else than it should,
  ///   `RunError.aboveCeilings` when one is faster than the machine, and `RunError.cancelled`.
  public func measure(
    progress: (_ number: Int, _ rows: Int) -> Void = { _, _ in },
    isCancelled: () -> Bool = { false }
  ) throws(RunError) {
    watch.probeFully()
    for (index, rows) in plan.request.rows.enumerated() {
      if isCancelled() { throw .cancelled }
      progress(index + 1, rows)
      for side in sides {
        side.load(rows: rows, seed: plan.request.seed)
        try side.check()
      }
      try measure(rows: rows, isCancelled: isCancelled)
    }
    watch.probeFully()
  }

  private func measure(rows: Int, isCancelled: () -> Bool) throws(RunError) {
    let (candidate, baseline) = (sides[0], sides[sides.count - 1])
    let schedule = PairedMeasurement(
      baselineSeconds: baseline.trial(), candidateSeconds: candidate.trial())
    var coin = SeededGenerator(seed: plan.request.seed, purpose: "order of \(rows) rows")
    let rounds = schedule.measure(
      rounds: Self.rounds, coin: &coin, isCancelled: isCancelled
    ) { role, _ in (role == .baseline ? baseline : candidate).pass() }
    // Too few rounds for an interval happen only when the run was told to stop.
    guard let estimate = RatioEstimate(rounds: rounds) else { throw .cancelled }
    _ = watch.probeBriefly()
    try append(
      TimedProduct(
        rows: rows, engine: candidate.engine, seconds: rounds.map(\.candidateSeconds).median))
    guard sides.count == 2 else { return }
    try append(
      TimedProduct(
        rows: rows, engine: baseline.engine, seconds: rounds.map(\.baselineSeconds).median))
    if candidate.engine.name == "tile", baseline.engine.name == "blas" {
      speedRatios.append(SpeedRatio(m: rows, speed: estimate))
    }
  }

  /// Keeps a point, unless it is faster than the machine can be.
  private func append(_ product: TimedProduct) throws(RunError) {
    let excess = watch.confirmedExcess { ceilings -> Double? in
      point(product, under: ceilings).rooflineShare.flatMap {
        $0 > 1 + CeilingLog.excessLimit ? $0 : nil
      }
    }
    if let excess {
      throw .aboveCeilings(
        cell: "\(product.rows) rows",
        side: "W[\(plan.request.outputs)×\(plan.request.inputs)]", engine: product.engine.name,
        share: excess, ceilings: watch.sentence)
    }
    timed.append(product)
  }

  private func point(_ product: TimedProduct, under ceilings: [Ceiling]) -> ProductPoint {
    ProductPoint(
      m: product.rows, n: plan.request.outputs, k: plan.request.inputs,
      threads: plan.request.threads, engine: product.engine.name,
      precision: product.engine.precision, secondsMedian: product.seconds,
      ceiling: ceilings.first {
        $0.threads == plan.request.threads && $0.precision == product.engine.precision
      })
  }
}

/// A product and the median of its seconds.
private struct TimedProduct {
  let rows: Int
  let engine: Engine
  let seconds: Double
}

/// One engine's matrices with the rows of a point.
private final class Side {
  let engine: Engine
  private let product: MatrixProduct
  private let workspace: ProductWorkspace
  private let pool: WorkerPool
  private var input = Matrix(rows: 0, columns: 0)
  private var output = Matrix(rows: 0, columns: 0)
  private var nextCopy = 0

  init(engine: Engine, copies: Int, request: ProductRequest, pool: WorkerPool) {
    self.engine = engine
    self.pool = pool
    product = MatrixProduct(
      outputs: request.outputs, inputs: request.inputs, copies: copies, seed: request.seed,
      engine: engine, pool: pool)
    workspace = product.makeWorkspace(maxRows: request.rows.max() ?? 0, pool: pool)
  }

  /// Makes the rows of a point.
  func load(rows: Int, seed: UInt64) {
    input = Matrix(rows: rows, columns: product.inputs)
    input.fill(seed: seed &+ 1, pool: pool)
    output = Matrix(rows: rows, columns: product.outputs)
  }

  /// Compares the first, the middle and the last row with plain loops in double precision.
  func check() throws(RunError) {
    let copy = nextCopy
    _ = pass()
    let tolerance = ProductCheck.tolerance(inputs: product.inputs, engine: engine)
    for row in Set([0, input.rows / 2, input.rows - 1]) {
      let error = ProductCheck.error(
        of: output.row(row), input: input.row(row),
        expected: product.reference(of: input, row: row, copy: copy, pool: pool))
      guard error <= tolerance else {
        throw .wrongOutput(
          cell: "\(input.rows) rows", layer: "W[\(product.outputs)×\(product.inputs)]",
          engine: engine.name, error: error, tolerance: tolerance)
      }
    }
  }

  /// Seconds of one product after one that warms up.
  func trial() -> Double {
    _ = pass()
    return pass()
  }

  /// Seconds of one product with the next copy of W.
  func pass() -> Double {
    let clock = SuspendingClock()
    let start = clock.now
    product.multiply(input, copy: nextCopy, into: output, workspace: workspace, pool: pool)
    let seconds = start.duration(to: clock.now).seconds
    nextCopy = (nextCopy + 1) % product.copies
    return seconds
  }
}
