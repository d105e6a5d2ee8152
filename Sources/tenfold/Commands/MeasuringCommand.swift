import ArgumentParser
import ModelSpec
import Runner

/// A command that measures pairings, keeps the record and reports it.
///
/// Such commands differ in the requests that they make of their options; all that follows is
/// shared.
protocol MeasuringCommand: ParsableCommand {
  var measuring: MeasuringOptions { get }
  var output: OutputOptions { get }

  /// Refuses arguments that do not go together.
  ///
  /// Not before they are all parsed: the value of an option that is misspelt is an argument until then.
  func checkArguments() throws

  /// What is to be measured: one request for each number of threads, alike in all else.
  func requests(on machine: MachineProbe) throws(Failure) -> [RunRequest]

  /// The same with what multiplies, which are the options of the command unless it knows better.
  func order(on machine: MachineProbe) throws(Failure) -> MeasuringOrder
}

/// What is to be measured, and by which engines.
struct MeasuringOrder {
  let requests: [RunRequest]
  let engine: EngineOptions
  /// What engines chose by trying in the run that is measured again; `nil` for a run of its own.
  var choices: [String: String]?
}

extension MeasuringCommand {
  /// Whatever was parsed goes together.
  func checkArguments() throws {}

  /// The requests, by the engines that were asked for.
  func order(on machine: MachineProbe) throws(Failure) -> MeasuringOrder {
    MeasuringOrder(requests: try requests(on: machine), engine: measuring.engine)
  }

  /// Refuses all that can be refused before anything is allocated or measured.
  func run() throws {
    try checkArguments()
    let machine = MachineProbe.current
    let order = try order(on: machine)
    let engines = try order.engine.open(choices: order.choices ?? [:])
    var session: MeasuringSession
    do {
      session = try MeasuringSession(order.requests, engines: engines, on: machine)
    } catch {
      throw Failure(error)
    }
    try ToolVersion.requireReleaseBuild()
    let keeper = try RecordKeeper(
      output, writesPage: measuring.html, details: measuring.detail.details)
    let failure = session.measure()
    // A run that was interrupted keeps its record even without a cell, for scripts that wait for one.
    if let failure, session.isEmpty, Interruption.status == nil { throw failure }
    try keeper.keep(session.record)
    if let failure { throw failure }
  }
}

/// Measures what was asked for while it shows how far it is, and makes the record.
struct MeasuringSession {
  private let requests: [RunRequest]
  private let engines: [OpenedEngine]
  private let machine: MachineProbe
  private var measurement: Measurement
  /// A layer that is so small that no roofline tells how well it is made; `nil` where there is none.
  let smallLayer: String?

  /// Plans every request with every engine; all of them share the budget.
  ///
  /// - Throws: `PlanError` for what cannot be measured or does not fit the memory.
  init(
    _ requests: [RunRequest], engines: [OpenedEngine], on machine: MachineProbe
  ) throws(PlanError) {
    self.requests = requests
    self.engines = engines
    self.machine = machine
    var plans: [RunPlan] = []
    for request in requests {
      let share = request.sharing(budgetAmong: requests.count * engines.count)
      for engine in engines {
        let plan = try RunPlan(share, engine: engine, machine: machine.identity)
        // A record need not have cells of every engine with every number of threads.
        if !plan.isEmpty { plans.append(plan) }
      }
    }
    smallLayer = plans.lazy.compactMap(\.smallLayer).first
    measurement = Measurement(
      plans: plans, throttling: ThrottleMeter(machine), energy: EnergyMeter(machine),
      nodes: machine.nodes)
  }

  /// Measures until all is done or the user interrupts.
  ///
  /// - Returns: why cells are missing; `nil` when all are there.
  mutating func measure() -> Failure? {
    Interruption.listen()
    var line = StatusLine()
    measurement.run(
      progress: { line.show(.init($0, secondsLeft: $0.secondsLeft)) },
      isCancelled: { Interruption.status != nil })
    line.clear()
    return measurement.ending.map(Failure.init)
  }

  /// True when no cell was measured.
  var isEmpty: Bool { measurement.isEmpty }

  /// The record of the finished cells.
  var record: Record {
    measurement.record(
      of: requests, tool: ToolVersion.identity, machine: machine.identity, engines: engines)
  }
}

extension Failure {
  /// Why a run ended early.
  init(_ ending: Measurement.Ending) {
    let status: ExitStatus =
      switch ending {
      case .refused: .refused
      case .cancelled: Interruption.status ?? .interrupted
      case .failed: .mismatch
      }
    self.init(status, "\(ending)")
  }
}

extension StatusLine.Step {
  /// The step that a run's progress is at.
  init(_ progress: RunProgress, secondsLeft: Double? = nil) {
    self.init(
      cell: progress.cell, cells: progress.cells, fraction: progress.fraction,
      secondsLeft: secondsLeft, isVisit: progress.stage == .measuring,
      doing: "\(progress.stage) \(progress.name)")
  }
}
