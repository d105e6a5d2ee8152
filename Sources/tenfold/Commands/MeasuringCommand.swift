import ArgumentParser
import ModelSpec
import Reporter
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
    let destination = try output.destination()
    let archive = try output.holdsRecord ? nil : RecordArchive()

    Interruption.listen()
    var measurement = Measurement(plans: plans)
    measurement.run()
    if let failure = measurement.failure, measurement.hasNothingToKeep { throw failure }
    let record = measurement.record(
      machine: machine.identity, engines: engines,
      options: RunOptions(requests, engines: engines, precision: measuring.engine.precision))
    if let archive {
      try Self.keep(record) { () throws(Failure) in try archive.keep(record) }
      try destination.write(document(of: record))
    } else {
      try Self.keep(record) { () throws(Failure) in try destination.write(record.text()) }
    }
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
          throw Failure(error.isUsage ? .usage : .refused, "\(error)")
        }
      }
    }
    return plans
  }

  /// What was measured must not be lost to a full disk: it goes to standard output at the last.
  private static func keep(
    _ record: Record, by write: () throws(Failure) -> Void
  ) throws(Failure) {
    do {
      try write()
    } catch {
      try StandardStream.print(record.text())
      throw Failure(error.status, "\(error); the record went to standard output instead")
    }
  }

  private func document(of record: Record) throws(Failure) -> String {
    if output.resolvedFormat == .json { return try record.text() }
    let named = NamedRecord(name: record.created, record: record)
    return try output.render(Report(records: [named], analytic: .catalogue))
  }
}
