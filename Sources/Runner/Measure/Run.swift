import LayerSpec
import MoEKernel
import ModelSpec
import Statistics

/// Measures a plan, and keeps every finished cell whatever comes after.
///
/// All cells whose passes fit the memory together are made ready first, and then visited in turns: weights
/// are views of one arena, so a cell that waits for its next visit holds no memory but that of its passes.
public final class Run {
  private let plan: RunPlan
  /// The plan's, as far as its time allows.
  private let effort: MeasuringEffort
  private let throttling: ThrottleMeter
  private let pool: WorkerPool
  private let builder: PassBuilder
  private let tracker: CeilingTracker

  /// The cells that are measured so far, in order.
  public private(set) var cells: [MeasuredCell] = []
  /// The cells that were given up so far, each with its reason.
  public private(set) var unmeasured: [UnmeasuredCell] = []

  /// What the probes of the machine's ceilings found so far.
  public var ceilings: CeilingLog { tracker.log }

  /// Starts the worker threads and sets memory aside.
  ///
  /// - Parameter throttling: tells whether a quota stopped the rounds of a cell.
  public init(_ plan: RunPlan, throttling: ThrottleMeter = .none) {
    self.plan = plan
    effort = plan.effort.within(seconds: plan.budgetSeconds, cells: plan.cells.count)
    self.throttling = throttling
    pool = WorkerPool(threads: plan.threads)
    MemoryReserve.reserve(bytes: plan.memoryBytes)
    builder = PassBuilder(pool: pool, seed: plan.seed, arenaBytes: plan.arenaBytes)
    tracker = CeilingTracker(
      pool: pool, sides: plan.sides, cacheBytes: plan.cacheBytes,
      arena: plan.probesArena ? builder.arena : nil, effort: effort)
  }

  /// Measures all cells, and the machine's ceilings before, beside and after them.
  ///
  /// The budget is for the whole run: what building, checking and ceilings leave of it is shared by the
  /// visits. It is exceeded only where even the fewest rounds take longer together. A cell that the whole
  /// budget is too short for is left out, with those of the same pairing that are larger; so is one that is
  /// wrong. All others are measured before that is thrown.
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
    var tooLong: [(cell: CellPlan, reason: PlanError)] = []
    var firstWrong: RunError?
    // Each cell is made ready once, and then visited.
    let steps = Double(plan.cells.count * (1 + RatioEstimate.fewestVisits))
    var stepsDone = 0.0
    func secondsLeft() -> Double { max(0, plan.budgetSeconds - watch.seconds) }
    func report(_ number: Int, _ cell: CellPlan, _ stage: RunProgress.Stage) throws {
      if isCancelled() { throw RunError.cancelled }
      if stage != .checking { stepsDone += 1 }
      progress(
        RunProgress(
          cell: number, cells: plan.cells.count, name: cell.name, stage: stage,
          secondsLeft: secondsLeft(), fraction: min(1, (stepsDone - 1) / max(1, steps))))
    }
    tracker.probeFully()
    // Another such probe ends the run.
    let probeSeconds = watch.seconds
    for group in plan.groups {
      var open: [(number: Int, cell: CellMeasurement)] = []
      var isWhole = false
      defer {
        let error = keep(open.map(\.cell), looksTwice: isWhole)
        firstWrong = firstWrong ?? error
      }
      for number in group {
        let cell = plan.cells[number]
        if let smaller = tooLong.first(where: { cell.isLarger(than: $0.cell) }) {
          giveUp(cell, .leftOut, "a smaller pass takes too long: \(smaller.reason)")
          continue
        }
        do {
          open.append((number + 1, try ready(number) { try report(number + 1, cell, $0) }))
        } catch let reason as PlanError {
          tooLong.append((cell, reason))
          giveUp(cell, .leftOut, "\(reason)")
        } catch let reason as RunError where reason != .cancelled {
          firstWrong = firstWrong ?? reason
          giveUp(cell, .failed, "\(reason)")
        }
      }
      let share = Double(group.count) / Double(plan.cells.count - group.lowerBound)
      let checkSeconds = open.reduce(0) { $0 + $1.cell.checkSeconds }
      try visit(
        open, budget: share * (secondsLeft() - probeSeconds) - checkSeconds,
        isCancelled: isCancelled,
        report: { try report($0, $1.plan, .measuring) })
      isWhole = true
    }
    tracker.probeFully()
    if let firstWrong { throw firstWrong }
    if let first = tooLong.first { throw first.reason }
  }

  /// Builds and checks both sides of a cell of that index.
  ///
  /// - Throws: `PlanError.time` for one that the whole budget is too short for, and `RunError`.
  private func ready(
    _ number: Int, report: (RunProgress.Stage) throws -> Void
  ) throws -> CellMeasurement {
    let cell = plan.cells[number]
    try report(.building)
    var wants = plan.cells.map(\.wantedSeconds)
    wants.swapAt(0, number)
    let sides = prepare(
      cell, allowance: BudgetShare.first(of: wants, budget: Self.partOfRounds * plan.budgetSeconds))
    let measurement = CellMeasurement(
      cell, sides, seed: plan.seed, effort: effort, throttling: throttling)
    try report(.checking)
    let watch = Stopwatch()
    try check(measurement)
    measurement.checkSeconds = watch.seconds
    guard measurement.leastSeconds <= plan.budgetSeconds else {
      throw PlanError.time(
        cell: cell.name, neededSeconds: measurement.leastSeconds,
        budgetSeconds: plan.budgetSeconds, sizes: cell.workload.sizes)
    }
    return measurement
  }

  /// What is left of a budget for rounds, about, after building, checking and probing.
  private static let partOfRounds = 0.6

  /// Visits cells in turns, until all have a narrow interval or the budget is spent; none less often than
  /// an interval takes.
  ///
  /// - Parameter report: told before each visit.
  private func visit(
    _ cells: [(number: Int, cell: CellMeasurement)], budget: Double, isCancelled: () -> Bool,
    report: (Int, CellMeasurement) throws -> Void
  ) throws {
    let fewest = RatioEstimate.fewestVisits
    let watch = Stopwatch()
    var turn = 0
    while true {
      let open = cells.filter { turn < fewest || !$0.cell.isNarrow(plan.narrowInterval) }
      let left = budget - watch.seconds
      if open.isEmpty || turn >= fewest && (left <= 0 || plan.rounds != nil) { return }
      // What a turn may take: its part of what is left, and afterwards as much as one took.
      let share = turn < fewest ? left / Double(fewest - turn) : min(left, budget / Double(fewest))
      let turnEnd = watch.seconds + share
      for (index, (number, cell)) in open.enumerated() {
        try report(number, cell)
        cell.visit(
          seconds: BudgetShare.first(
            of: open[index...].map(\.cell.wantedSecondsOfAVisit), budget: turnEnd - watch.seconds),
          rounds: plan.rounds, isCancelled: isCancelled)
        cell.note(tracker.probeBriefly())
      }
      turn += 1
    }
  }

  /// Keeps what has an interval, in order, but for cells of which a side is faster than the machine, or has
  /// turned wrong since it was checked: a library may do what it likes at any call.
  ///
  /// - Parameter looksTwice: whether there is time to look for the ceilings once more before that is said.
  /// - Returns: what is wrong with the first that is not kept; `nil` where all are.
  private func keep(_ measurements: [CellMeasurement], looksTwice: Bool) -> RunError? {
    var firstWrong: RunError?
    func refuse(_ measurement: CellMeasurement, _ error: RunError) {
      firstWrong = firstWrong ?? error
      giveUp(measurement.plan, .failed, "\(error)")
    }
    for measurement in measurements {
      guard let measured = measurement.measured(seed: plan.seed) else { continue }
      do {
        try check(measurement)
      } catch {
        refuse(measurement, error)
        continue
      }
      if let (side, share) = excess(of: measured, looksTwice: looksTwice) {
        refuse(
          measurement,
          .aboveCeilings(
            cell: measurement.plan.name, side: side.id,
            engine: measurement.plan.side(side.role).engine.name, share: share,
            ceilings: tracker.sentence))
      } else {
        cells.append(measured)
      }
    }
    return firstWrong
  }

  private func giveUp(_ cell: CellPlan, _ status: Cell.Status, _ reason: String) {
    unmeasured.append(UnmeasuredCell(cell, status, reason))
  }

  /// The side that is faster than the machine, with its roofline share; `nil` when none is, and where
  /// ceilings were measured with too little effort to tell.
  private func excess(
    of cell: MeasuredCell, looksTwice: Bool
  ) -> (side: (role: SideRole, id: String), share: Double)? {
    guard effort.reliesOnCeilings else { return nil }
    return looksTwice
      ? tracker.confirmedExcess { cell.excess(raisedBy: $0) }
      : cell.excess(raisedBy: tracker.log.highest)
  }

  /// Builds and loads both sides at the widest form of which enough rounds fit the allowance.
  ///
  /// A trial at a cautiously narrow form tells how long a pass really takes.
  private func prepare(
    _ cell: CellPlan, allowance: Double
  ) -> (baseline: PreparedSide, candidate: PreparedSide) {
    // A visit has a round at least, and a round two slices of each side.
    let allowedSeconds = allowance / Double(2 * RatioEstimate.fewestVisits)
    let guess = cell.form(
      cell.divisor(
        seconds: cell.guessedSeconds(.baseline) + cell.guessedSeconds(.candidate),
        allowed: allowedSeconds))
    let trial = builder.build(guess, for: cell)
    let form = cell.form(
      cell.divisor(
        seconds: trial.baseline.trial().atFullWidth + trial.candidate.trial().atFullWidth,
        allowed: allowedSeconds))
    return form == guess ? trial : builder.build(form, for: cell)
  }

  /// Checks every layer of both sides: a wrong result has no time.
  private func check(_ measurement: CellMeasurement) throws(RunError) {
    let (cell, sides) = (measurement.plan, measurement.sides)
    for (role, side) in [(SideRole.baseline, sides.baseline), (.candidate, sides.candidate)] {
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
}
