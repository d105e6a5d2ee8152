import ArgumentParser
import LayerSpec
import ModelSpec
import Reporter
import Runner

/// `tenfold scenario`: a quantity that nobody times as such, by a stated formula over passes that are measured.
struct ScenarioCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scenario",
    abstract: "Composes a quantity from measured passes, by a stated formula.",
    discussion: """
      Without a name it lists the scenarios. The passes of a formula are taken from --record, and what no \
      record holds is measured; the record of that goes to Results/local/. Where --precision, --threads or \
      --engine is given, only passes measured with it are taken from records; else what a record lacks is \
      measured as the rest was.

      Where the decoder blocks of both models can be computed, these are timed; else their feed-forward \
      layers are, and attention is counted. The output head is always counted.
      """)

  @Argument(help: "The scenario; without one they are listed.")
  var name: String?

  @Argument(
    help: """
      A model and what it is held against, catalogue ids or paths of config.json files (default: \
      muse-spark-open-816b-a42b and llama4-maverick). One alone is held against nothing.
      """)
  var architectures: [String] = []

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Another value of an assumption; may be repeated.", valueName: "key=value"),
    transform: Self.setting)
  var set: [Setting] = []

  @Option(
    help: ArgumentHelp(
      "A record that holds passes of this machine; may be repeated.", valueName: "file"))
  var record: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Worker threads (default: one on each core that may be used).", valueName: "count"),
    transform: OptionValue.count)
  var threads: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Time for what is measured (default: 60s).", valueName: "time"),
    transform: OptionValue.seconds)
  var budget = RunRequest.defaultBudgetSeconds

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Memory for weights and scratch (default: 8GiB, or less where less is free).",
      valueName: "size"), transform: OptionValue.bytes)
  var memory: Int?

  @OptionGroup var engine: EngineOptions
  @OptionGroup var output: OutputOptions

  /// An assumption and its value, as they were written.
  struct Setting {
    let key: String
    let value: String
  }

  /// `sequences=8`: an assumption and its value.
  private static func setting(_ text: String) throws(OptionError) -> Setting {
    guard let mark = text.firstIndex(of: "="), mark > text.startIndex else {
      throw OptionError("'\(text)' sets nothing; give KEY=VALUE, such as sequences=8")
    }
    return Setting(
      key: String(text[..<mark]), value: String(text[text.index(after: mark)...]))
  }

  func validate() throws {
    guard architectures.count <= 2 else {
      throw ValidationError(
        "a scenario is about one model or two, and \(architectures.count) were named; name two at most"
      )
    }
  }

  func run() throws {
    guard let name else {
      guard set.isEmpty, record.isEmpty else {
        throw ValidationError("--set and --record need a scenario; name one")
      }
      return try output.destination().write(
        output.render(
          ScenarioReport.page(listing: Scenarios.table),
          document: ScenarioListDocument(Scenarios.table)))
    }
    let (scenario, assumptions, passes) = try formula(named: name)
    let pairing = try pairing()
    guard pairing.hasTwo || !scenario.needsTwoModels else {
      throw Failure(
        .usage,
        "\(name) is about a ratio of two models; name what \(architectures[0]) is held against")
    }
    do {
      try pairing.check(passes)
    } catch {
      throw Failure(.usage, "\(error)")
    }
    var records = try givenRecords()
    let destination = try output.destination()
    // One set of conditions for all passes: those that were asked for, and else those of the first that is held.
    let conditions = conditions.completed(
      by: PassTimes(records, pairing: pairing, conditions: conditions).conditions(of: passes))
    if let measured = try measure(passes, of: pairing, under: conditions, besides: records) {
      records.append(measured)
    }
    let document: ScenarioDocument
    do {
      document = try ScenarioDocument(
        scenario, assumptions, PassTimes(records, pairing: pairing, conditions: conditions))
    } catch {
      throw Failure(record.isEmpty ? .refused : .badInput, "\(error)")
    }
    try destination.write(
      output.render(ScenarioReport.page(of: document), document: document))
  }

  /// What --record names, of one machine and one instruction set.
  private func givenRecords() throws -> [Record] {
    var records: [Record] = []
    for path in record {
      let own = try RecordFile.read(path).record
      if let first = records.first {
        guard own.machine.isSameHardware(as: first.machine) else {
          throw Failure(
            .badInput,
            "\(path) is of another machine (\(own.machine.cpu)) than \(record[0]) (\(first.machine.cpu)); give "
              + "records of one")
        }
        guard own.instructionSet == first.instructionSet else {
          throw Failure(
            .badInput,
            "\(path) was measured with other instructions (\(own.instructionSet ?? "unknown")) than \(record[0]) "
              + "(\(first.instructionSet ?? "unknown")); give records of one instruction set")
        }
      }
      records.append(own)
    }
    return records
  }

  /// The scenario with its assumptions as they were set, and the passes that it takes.
  private func formula(
    named name: String
  ) throws(Failure) -> (any Scenario, Assumptions, [ModelPass]) {
    do {
      let scenario = try Scenarios.scenario(named: name)
      let assumptions = try Assumptions(
        of: scenario, settings: set.map { ($0.key, $0.value) })
      return (scenario, assumptions, try scenario.passes(assumptions))
    } catch {
      throw Failure(.usage, "\(error)")
    }
  }

  /// What passes of records must have been measured with.
  private var conditions: PassConditions {
    PassConditions(threads: threads).completed(by: engine.conditions)
  }

  private func pairing() throws(Failure) -> ScenarioPairing {
    let names =
      architectures.isEmpty ? ["muse-spark-open-816b-a42b", "llama4-maverick"] : architectures
    let candidate = try ArchitectureArgument.resolve(names[0])
    return ScenarioPairing(
      candidate: candidate,
      baseline: names.count > 1 ? try ArchitectureArgument.resolve(names[1]) : candidate)
  }

  /// Plans what is to be measured; sizes of passes are assumptions here, and no options.
  private static func session(
    _ requests: [RunRequest], engines: [OpenedEngine], on machine: MachineProbe
  ) throws(Failure) -> MeasuringSession {
    let session: MeasuringSession
    do {
      session = try MeasuringSession(requests, engines: engines, on: machine)
    } catch {
      throw Failure(
        error.status, "\(error); sizes of a scenario's passes are changed with --set")
    }
    if let layer = session.smallLayer {
      throw Failure(
        .refused,
        "\(layer) is so small that passes find its weights in a cache, where no roofline holds by which what is "
          + "not timed could be counted; name a larger model")
    }
    return session
  }

  /// The record of the passes that no other record holds, which is kept; `nil` where none is lacking.
  private func measure(
    _ passes: [ModelPass], of pairing: ScenarioPairing, under conditions: PassConditions,
    besides records: [Record]
  ) throws -> Record? {
    let missing = PassTimes(records, pairing: pairing, conditions: conditions).missing(passes)
    guard !missing.isEmpty else { return nil }
    let machine = MachineProbe.current
    let lacking =
      "the record lacks \(missing.count) of \(passes.count) passes that the formula takes"
      + (conditions.phrase.isEmpty ? "" : " with \(conditions.phrase)")
    if let other = records.first(where: { !$0.machine.isSameHardware(as: machine.identity) }) {
      throw Failure(
        .badInput,
        "\(lacking), and is of another machine (\(other.machine.cpu)); measure the scenario there")
    }
    let threads = try machine.threads(asked: conditions.threads)
    let engine = engine.completed(by: conditions)
    let requests = RunRequest.requests(
      for: missing, of: pairing, formats: engine.formats, threads: threads,
      budgetSeconds: budget,
      memoryBytes: try machine.memoryBytes(asked: memory) ?? machine.defaultMemoryBytes,
      effort: MeasuringOptions.effort)
    let engines = try engine.open()
    let instructionSet = engines.lazy.compactMap(\.instructionSet).first
    if let first = records.first, first.instructionSet != instructionSet {
      throw Failure(
        .badInput,
        "\(lacking), and was measured with other instructions (\(first.instructionSet ?? "unknown")) than would be "
          + "now (\(instructionSet ?? "unknown")); measure it again, or with the same")
    }
    var session = try Self.session(requests, engines: engines, on: machine)
    try ToolVersion.requireReleaseBuild()
    if !records.isEmpty { StandardStream.note("Measuring: \(lacking).") }
    let archive = try RecordArchive()
    let failure = session.measure()
    let record = session.record
    if !session.isEmpty { StandardStream.note("Record: \(try archive.keep(record))") }
    if let failure { throw failure }
    do {
      return try NamedRecord(name: "the record", record: record).record
    } catch {
      throw Failure(.mismatch, "internal error: \(error); please report it")
    }
  }
}
