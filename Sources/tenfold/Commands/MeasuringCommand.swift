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

  /// What is to be measured: one request for each number of threads, alike in all else.
  func requests(on machine: MachineProbe) throws(Failure) -> [RunRequest]
}

extension MeasuringCommand {
  /// Refuses all that can be refused before anything is allocated or measured.
  func run() throws {
    let machine = MachineProbe.current
    let requests = try requests(on: machine)
    let engines = try measuring.engine.open()
    let plans = try Self.plans(requests, engines: engines, machine.identity)
    try ToolVersion.requireReleaseBuild()
    let keeper = try RecordKeeper(
      output, writesPage: measuring.html, details: measuring.detail.details)

    Interruption.listen()
    var measurement = Measurement(
      plans: plans, throttling: ThrottleMeter(machine), nodes: machine.nodes)
    var line = StatusLine()
    measurement.run(
      progress: { line.show(.init($0, secondsLeft: $0.secondsLeft)) },
      isCancelled: { Interruption.status != nil })
    line.clear()
    let failure = measurement.ending.map(Failure.init)
    // A run that was interrupted keeps its record even without a cell, for scripts that wait for one.
    if let failure, measurement.isEmpty, Interruption.status == nil { throw failure }
    try keeper.keep(
      measurement.record(
        of: requests, tool: ToolVersion.identity, machine: machine.identity, engines: engines))
    if let failure { throw failure }
  }

  /// One plan for each number of threads and each engine; all of them share the budget.
  private static func plans(
    _ requests: [RunRequest], engines: [OpenedEngine], _ machine: MachineIdentity
  ) throws(Failure) -> [RunPlan] {
    var plans: [RunPlan] = []
    for request in requests {
      let share = request.sharing(budgetAmong: requests.count * engines.count)
      for engine in engines {
        do {
          plans.append(try RunPlan(share, engine: engine, machine: machine))
        } catch {
          throw Failure(error)
        }
      }
    }
    return plans
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
