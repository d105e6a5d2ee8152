import ArgumentParser
import ModelSpec
import Reporter
import Runner

/// `tenfold run`: measures, keeps the record, and reports.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Measures architectures against their baselines.",
    discussion: """
      The record (tenfold.result/1) goes to Results/local/, or to --output with --format json.
      """)

  @OptionGroup var options: RunOptionGroup
  @OptionGroup var output: OutputOptions

  /// Everything that can be refused is refused before anything is allocated or measured.
  func run() throws {
    let machine = MachineProbe.ofThisProcess
    let request = try options.request(on: machine)
    let engines = try options.engine.open()
    let plans = try engines.map {
      try Self.plan(request.sharing(budgetAmong: engines.count), engine: $0, machine.identity)
    }
    try ToolVersion.requireReleaseBuild()
    let destination = try output.destination()
    let archive = try output.holdsRecord ? nil : RecordArchive()

    Interruption.listen()
    var measurement = Measurement(plans: plans)
    measurement.run()
    if let failure = measurement.failure, measurement.hasNothingToKeep { throw failure }
    let record = measurement.record(
      machine: machine.identity, engines: engines,
      options: options.recorded(as: request, engines: engines))
    if let archive {
      try Self.keep(record) { () throws(Failure) in try archive.keep(record) }
      try destination.write(document(of: record))
    } else {
      try Self.keep(record) { () throws(Failure) in try destination.write(record.text()) }
    }
    if let failure = measurement.failure { throw failure }
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

  private static func plan(
    _ request: RunRequest, engine: OpenedEngine, _ machine: MachineIdentity
  ) throws(Failure) -> RunPlan {
    do {
      return try RunPlan(request, engine: engine, machine: machine)
    } catch {
      throw Failure(error.isUsage ? .usage : .refused, "\(error)")
    }
  }

  private func document(of record: Record) throws(Failure) -> String {
    if output.resolvedFormat == .json { return try record.text() }
    let named = NamedRecord(name: record.created, record: record)
    return try output.render(Report(records: [named], analytic: .catalogue))
  }
}
