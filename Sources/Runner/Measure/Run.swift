import LayerSpec
import MoEKernel
import ModelSpec
import Statistics

/// Measures a plan, cell by cell, and keeps every finished cell whatever comes after.
public final class Run {
  private let plan: RunPlan
  private let pool: WorkerPool
  private let builder: PassBuilder
  private let tracker: CeilingTracker
  private let throttling: ThrottleMeter

  /// The cells that are measured so far, in order.
  public private(set) var cells: [MeasuredCell] = []

  /// What the probes of the machine's ceilings found so far.
  public var ceilings: CeilingLog { tracker.log }

  /// Starts the worker threads and sets memory aside.
  ///
  /// - Parameter throttling: tells whether a quota stopped the rounds of a cell.
  public init(_ plan: RunPlan, throttling: ThrottleMeter = .none) {
    self.plan = plan
    self.throttling = throttling
    pool = WorkerPool(threads: plan.threads)
    builder = PassBuilder(pool: pool, seed: plan.seed)
    MemoryReserve.reserve(bytes: plan.memoryBytes)
    tracker = CeilingTracker(
      pool: pool, sides: plan.sides, cacheBytes: plan.cacheBytes, effort: plan.effort)
  }

  /// Measures all cells, and the machine's ceilings before, beside and after them.
  ///
  /// The budget is for timed rounds; building, checking and ceilings come on top. A cell that the whole
  /// budget is too short for is left out, with those of the same pairing that have more tokens; all
  /// others are measured before that is thrown.
  ///
  /// - Parameters:
  ///   - progress: told before each stage of each cell, never while a round is timed.
  ///   - isCancelled: asked between stages and between rounds.
  /// - Throws: `PlanError.time` when a cell cannot be measured within the whole budget,
  ///   `RunError.wrongOutput` when a side computes something else than it should,
  ///   `RunError.aboveCeilings` when one is faster than the machine, and `RunError.cancelled`.
  public func measure(
    progress: (RunProgress) -> Void = { _ in }, isCancelled: () -> Bool = { false }
  ) throws {
    let watch = Stopwatch()
    var measuredSeconds = 0.0
    var leftOut: [(cell: CellPlan, reason: PlanError)] = []
    tracker.probeFully()
    for (index, cell) in plan.cells.enumerated() {
      if leftOut.contains(where: { cell.isLarger(than: $0.cell) }) { continue }
      let budgetLeft = plan.budgetSeconds - measuredSeconds
      let otherSeconds = watch.seconds - measuredSeconds
      let secondsLeft =
        max(0, budgetLeft)
        + otherSeconds / Double(max(1, index)) * Double(plan.cells.count - index)
      let report = { (stage: RunProgress.Stage) in
        if isCancelled() { throw RunError.cancelled }
        progress(
          RunProgress(
            cell: index + 1, cells: self.plan.cells.count, name: cell.name, stage: stage,
            secondsLeft: secondsLeft))
      }
      do {
        measuredSeconds += try measure(
          cell,
          allowance: BudgetShare.first(
            of: plan.cells[index...].map(\.wantedSeconds), budget: budgetLeft),
          report: report, isCancelled: isCancelled)
      } catch let reason as PlanError {
        leftOut.append((cell, reason))
      }
    }
    tracker.probeFully()
    if let first = leftOut.first { throw first.reason }
  }

  /// Measures one cell and keeps it.
  ///
  /// - Returns: seconds that its rounds took.
  private func measure(
    _ cell: CellPlan, allowance: Double, report: (RunProgress.Stage) throws -> Void,
    isCancelled: () -> Bool
  ) throws -> Double {
    try report(.building)
    let sides = prepare(cell, allowance: allowance)
    try report(.checking)
    try check(.baseline, sides.baseline, of: cell)
    try check(.candidate, sides.candidate, of: cell)
    let schedule = PairedMeasurement(
      baselineSeconds: sides.baseline.trial().measured,
      candidateSeconds: sides.candidate.trial().measured,
      shortestSliceSeconds: plan.effort.shortestSliceSeconds)
    let least = Double(OrderStatisticInterval.minimumRounds) * schedule.roundSeconds
    guard least <= plan.budgetSeconds else {
      throw PlanError.time(
        cell: cell.name, neededSeconds: least, budgetSeconds: plan.budgetSeconds)
    }
    try report(.measuring)
    var coin = SeededGenerator(seed: plan.seed, purpose: "order of \(cell.name)")
    let throttledBefore = throttling.read()
    let watch = Stopwatch()
    let rounds = schedule.measure(
      rounds: plan.rounds ?? schedule.rounds(within: allowance), coin: &coin,
      isCancelled: isCancelled
    ) { role, number in
      (role == .baseline ? sides.baseline : sides.candidate).pass(number)
    }
    let seconds = watch.seconds
    let throttled = throttling.added(since: throttledBefore)
    // Too few rounds for an interval happen only when the run was told to stop.
    guard let estimate = RatioEstimate(rounds: rounds) else { throw RunError.cancelled }
    let measured = MeasuredCell(
      cell, baseline: sides.baseline, candidate: sides.candidate, rounds: rounds,
      estimate: estimate, seed: plan.seed, beside: tracker.probeBriefly(),
      cautions: throttled.cautions)
    if let (side, share) = tracker.confirmedExcess(measured.excess) {
      throw RunError.aboveCeilings(
        cell: cell.name, side: side.id, engine: cell.side(side.role).engine.name, share: share,
        ceilings: tracker.sentence)
    }
    cells.append(measured)
    return seconds
  }

  /// Builds and loads both sides at the widest form of which enough rounds fit the allowance.
  ///
  /// A trial at a cautiously narrow form tells how long a pass really takes.
  private func prepare(
    _ cell: CellPlan, allowance: Double
  ) -> (baseline: PreparedSide, candidate: PreparedSide) {
    // A round has two slices of each side, and each side may take half of a round.
    let allowedSeconds = allowance / Double(4 * PairedMeasurement.wantedRounds)
    let guess = Divisors(
      baseline: cell.divisor(
        .baseline, seconds: cell.guessedSeconds(.baseline), allowed: allowedSeconds),
      candidate: cell.divisor(
        .candidate, seconds: cell.guessedSeconds(.candidate), allowed: allowedSeconds))
    let trial = builder.build(cell.form(guess), for: cell)
    let wanted = Divisors(
      baseline: cell.divisor(
        .baseline, seconds: trial.baseline.trial().atFullWidth, allowed: allowedSeconds),
      candidate: cell.divisor(
        .candidate, seconds: trial.candidate.trial().atFullWidth, allowed: allowedSeconds))
    let form = cell.form(wanted)
    return form == cell.form(guess) ? trial : builder.build(form, for: cell)
  }

  /// Checks every layer of a side: a wrong result has no time.
  private func check(_ role: SideRole, _ side: PreparedSide, of cell: CellPlan) throws(RunError) {
    for layer in side.layers {
      do {
        try layer.pass.check(seed: plan.seed)
      } catch {
        throw RunError(
          error, cell: cell.name, layer: layer.plan.name, engine: cell.side(role).engine.name)
      }
    }
  }
}
