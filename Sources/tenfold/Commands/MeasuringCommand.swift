import ArgumentParser
import ModelSpec
import Runner

/// A command that measures comparisons, keeps the record and reports it.
///
/// Such commands differ in what they are asked for; from the requests on they are alike.
protocol MeasuringCommand: ParsableCommand {
  var measuring: MeasuringOptions { get }
  var output: OutputOptions { get }

  /// What is to be measured: one request for each number of threads, alike in all else.
  func requests(on machine: MachineProbe) throws(Failure) -> [RunRequest]
}

extension MeasuringCommand {
  /// Everything that can be refused is refused before anything is allocated or measured.
  func run() throws {
    let machine = MachineProbe.ofThisProcess
    let requests = try requests(on: machine)
    let engines = try measuring.engine.open()
    let plans = try Self.plans(requests, engines: engines, machine.identity)
    try ToolVersion.requireReleaseBuild()
    let keeper = try RecordKeeper(output, writesPage: measuring.html)

    Interruption.listen()
    var measurement = Measurement(plans: plans)
    measurement.run()
    if let failure = measurement.failure, measurement.hasNothingToKeep { throw failure }
    let record = measurement.record(
      machine: machine.identity, engines: engines,
      options: RunOptions(requests, engines: engines, precision: measuring.engine.precision))
    try keeper.keep(record)
    if let failure = measurement.failure { throw failure }
  }

  /// One plan for each number of threads and each engine; they share the budget.
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
