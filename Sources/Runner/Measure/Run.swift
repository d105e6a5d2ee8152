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
  private let energy: EnergyMeter
  private let watch = Stopwatch()
  private let pool: WorkerPool
  private let builder: PassBuilder
  /// Writes the arena when it is first asked for.
  private lazy var tracker = CeilingTracker(
    pool: pool, sides: plan.sides, cacheBytes: plan.cacheBytes,
    arena: plan.probesArena ? builder.writer.arena : nil, effort: effort)

  /// The cells that are measured so far, in order.
  public private(set) var cells: [MeasuredCell] = []
  /// The cells that were given up so far, each with its reason.
  public private(set) var unmeasured: [UnmeasuredCell] = []
  /// What is wrong with the first cell that was given up for it.
  private var firstWrong: RunError?
  /// The cells that the whole budget is too short for.
  private var tooLong: [(cell: CellPlan, reason: PlanError)] = []

  /// What the probes of the machine's ceilings found so far.
  public var ceilings: CeilingLog { tracker.log }

  /// What a reader should know of the time that the run took; empty within its budget.
  public private(set) var cautions: [String] = []

  /// Whether weights lie beside their readers; `nil` where that is not known or makes no difference.
  public private(set) var placement: WeightPlacement?

  /// Starts the worker threads; memory is written when measuring begins.
  ///
  /// - Parameters:
  ///   - throttling: tells whether a quota stopped the rounds of a cell.
  ///   - energy: tells the power of the machine while a side runs.
  ///   - nodes: NUMA nodes that the threads share, each bound to one.
  public init(
    _ plan: RunPlan, throttling: ThrottleMeter = .none, energy: EnergyMeter = .none,
    nodes: [ProcessorNode] = []
  ) {
    self.plan = plan
    effort = plan.effort.within(seconds: plan.budgetSeconds, cells: plan.cells.count)
    self.throttling = throttling
    self.energy = energy
    pool = WorkerPool(threads: plan.threads, nodes: nodes)
    MemoryReserve.reserve(bytes: plan.memoryBytes)
    builder = PassBuilder(
      pool: pool, seed: plan.seed, sizes: plan.arenaSizes,
      secondsOfWriting: Self.partOfWriting * plan.budgetSeconds)
  }

  /// Measures all cells, and the machine's ceilings before, beside and after them.
  ///
  /// The budget is for the whole run: what memory, building, checking and ceilings leave of it is shared by
  /// the visits. It is exceeded only where even the fewest rounds take longer together. A cell that the whole
  /// budget is too short for is left out, with those of the same pairing that are larger; so is one that is
  /// wrong. All others are measured before that is thrown.
  ///
  /// - Parameters:
  ///   - progress: told before each stage of each cell, never while a round is timed.
  ///   - isCancelled: asked between stages and between rounds.
  /// - Throws: `PlanError.time` when a cell cannot be measured within the whole budget, `PlanError.form` when
  ///   one cannot be had in the form that was asked for,
  ///   `RunError.wrongOutput` when a side computes something else than it should,
  ///   `RunError.aboveCeilings` when one is faster than the machine, and `RunError.cancelled`.
  public func measure(
    progress: (RunProgress) -> Void = { _ in }, isCancelled: () -> Bool = { false }
  ) throws {
    func report(_ number: Int, _ name: String, _ stage: RunProgress.Stage) throws {
      if isCancelled() { throw RunError.cancelled }
      progress(
        RunProgress(
          cell: number, cells: plan.cells.count, name: name, stage: stage,
          secondsLeft: secondsLeft, fraction: fraction(number, stage)))
    }
    for (cell, reason) in plan.unavailable { giveUp(cell, .leftOut, "\(reason)") }
    if plan.cells.isEmpty, let first = plan.unavailable.first { throw first.reason }
    try report(0, "memory and ceilings", .preparing)
    let before = watch.seconds
    tracker.probeFully()
    // Another such probe ends the run; the memory is written by then.
    let firstSeconds = watch.seconds - before
    let probeSeconds = min(firstSeconds, effort.secondsOfFullProbe)
    for group in plan.groups {
      var open: [(number: Int, cell: CellMeasurement)] = []
      var isWhole = false
      defer { keep(open.map(\.cell), looksTwice: isWhole) }
      let share = Double(group.count) / Double(plan.cells.count - group.lowerBound)
      try makeReady(group, seconds: share * (secondsLeft - probeSeconds), report: report) {
        open.append(($0 + 1, $1))
      }
      let keepSeconds = open.reduce(0) { $0 + $1.cell.secondsOfKeeping }
      if plan.arenaBytes > 0 { placement = builder.writer.arena.placement(for: pool) }
      try visit(
        open, budget: share * (secondsLeft - probeSeconds) - keepSeconds,
        isCancelled: isCancelled, report: { try report($0, $1.plan.name, .measuring) })
      isWhole = true
    }
    tracker.probeFully()
    noteOverrun(firstSeconds: firstSeconds)
    if let firstWrong { throw firstWrong }
    if let first = tooLong.first ?? plan.unavailable.first { throw first.reason }
  }

  /// What writing the weights of wider forms may take of the budget: what it leaves is enough for the fewest
  /// rounds of what was written, for a pass over memory is quicker than finding it.
  private static let partOfWriting = 0.4

  /// Says what took longer than the budget: memory must be written and every cell visited a few times whatever
  /// the time.
  ///
  /// - Parameter firstSeconds: what writing memory and the first probe took.
  private func noteOverrun(firstSeconds: Double) {
    guard watch.seconds > BudgetShare.overrun * plan.budgetSeconds else { return }
    cautions.append(
      "the run took \(SecondsInWords(watch.seconds)) with a budget of "
        + "\(SecondsInWords(plan.budgetSeconds)), \(SecondsInWords(firstSeconds)) of them to write memory "
        + "and probe ceilings; the fewest visits that an interval takes cannot be fewer")
  }

  private var secondsLeft: Double { max(0, plan.budgetSeconds - watch.seconds) }

  /// How much of the run is done: of its time, and of its cells where they may take whatever they take.
  private func fraction(_ number: Int, _ stage: RunProgress.Stage) -> Double {
    plan.budgetSeconds.isFinite
      ? min(1, watch.seconds / plan.budgetSeconds)
      : Double(max(0, number - 1)) / Double(max(1, plan.cells.count))
  }

  /// Tries the cells of a group, and builds and checks each at the widest form that fits the time of all.
  ///
  /// - Parameters:
  ///   - seconds: for all that is left to do with the group.
  ///   - ready: given each cell that is ready, with its index.
  private func makeReady(
    _ group: Range<Int>, seconds: Double,
    report: (Int, String, RunProgress.Stage) throws -> Void,
    ready: (Int, CellMeasurement) -> Void
  ) throws {
    let start = watch.seconds
    let preparation = CellPreparation(
      plan: plan, effort: effort, throttling: throttling, energy: energy, builder: builder)
    var trials: [(number: Int, trial: CellPreparation.Trial)] = []
    for number in group {
      let cell = plan.cells[number]
      if let smaller = tooLong.first(where: { cell.isLarger(than: $0.cell) }) {
        giveUp(cell, .leftOut, "a smaller pass takes too long: \(smaller.reason)")
        continue
      }
      try report(number + 1, cell.name, .building)
      do {
        trials.append((number, try preparation.trial(of: number)))
      } catch {
        tooLong.append((cell, error))
        giveUp(cell, .leftOut, "\(error)")
      }
    }
    var rounds = preparation.fewestRounds(
      of: trials.map(\.trial), seconds: seconds - (watch.seconds - start))
    preparation.writeWeights(of: trials.map(\.trial), rounds)
    while !trials.isEmpty {
      let (number, trial) = trials.removeFirst()
      try report(number + 1, trial.cell.name, .checking)
      let measurement = preparation.measurement(of: trial, rounds.removeFirst())
      do {
        let before = watch.seconds
        try check(measurement)
        measurement.checkSeconds = watch.seconds - before
        ready(number, measurement)
      } catch {
        firstWrong = firstWrong ?? error
        giveUp(trial.cell, .failed, "\(error)")
      }
    }
  }

  /// Visits cells until all have a narrow interval or the budget is spent; none less often than an interval
  /// takes.
  ///
  /// - Parameter report: told before each visit.
  private func visit(
    _ cells: [(number: Int, cell: CellMeasurement)], budget: Double, isCancelled: () -> Bool,
    report: (Int, CellMeasurement) throws -> Void
  ) throws {
    // Where the number of rounds is given, there are as many visits as an interval takes.
    let budget = plan.rounds == nil ? max(0, budget) : 0
    var schedule = VisitSchedule(
      seconds: cells.map { $0.cell.secondsOfAVisit }, budget: budget,
      goal: plan.narrowInterval - 1)
    let start = watch.seconds
    let secondsOfAVisit = budget / Double(max(1, cells.count) * VisitSchedule.mostVisits)
    var glance = (ceilings: [Ceiling](), end: -Double.infinity)
    while let index = schedule.next(elapsed: watch.seconds - start) {
      let (number, cell) = cells[index]
      try report(number, cell)
      let before = watch.seconds
      cell.visit(
        rounds: plan.rounds ?? cell.rounds(within: secondsOfAVisit), isCancelled: isCancelled)
      if watch.seconds - glance.end > Self.secondsOfAGlance {
        glance = (tracker.probeBriefly(), watch.seconds)
      }
      cell.note(glance.ceilings)
      schedule.note(
        visitTo: index, seconds: watch.seconds - before, end: watch.seconds - start,
        width: cell.width)
    }
  }

  /// How long what a glance at the ceilings found is what the machine gives: quick visits share one.
  private static let secondsOfAGlance = 0.3

  /// Keeps what has an interval, in order, but for cells of which a side is faster than the machine, or has
  /// turned wrong since it was checked: a library may do what it likes at any call.
  ///
  /// - Parameter looksTwice: whether there is time to look for the ceilings once more before that is said.
  private func keep(_ measurements: [CellMeasurement], looksTwice: Bool) {
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
