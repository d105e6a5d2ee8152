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

  @OptionGroup var threading: ThreadOptions

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

  /// Refuses arguments that do not go together.
  ///
  /// Not before they are all parsed: the value of an option that is misspelt is an argument until then.
  private func checkArguments() throws {
    guard architectures.count <= 2 else {
      throw ValidationError(
        "a scenario is about one model or two, and \(architectures.count) were named; name two at most"
      )
    }
  }

  func run() throws {
    try checkArguments()
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
        "\(name) is about a ratio of two models; name another one that \(architectures[0]) is held against"
      )
    }
    do {
      try pairing.check(passes)
    } catch {
      throw Failure(.usage, "\(error)")
    }
    let destination = try output.destination()
    var source = try PassSource(
      passes, of: pairing, records: record,
      asked: PassConditions(threads: threading.threads).completed(by: engine.conditions()))
    try source.measureMissing(
      engine: engine, threads: threading.threads, budgetSeconds: budget, memoryBytes: memory)
    let document: ScenarioDocument
    do {
      document = try ScenarioDocument(scenario, assumptions, source.times)
    } catch {
      throw Failure(record.isEmpty ? .refused : .badInput, "\(error)")
    }
    try destination.write(
      output.render(ScenarioReport.page(of: document), document: document))
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

  private func pairing() throws(Failure) -> ScenarioPairing {
    let names =
      architectures.isEmpty ? ["muse-spark-open-816b-a42b", "llama4-maverick"] : architectures
    let candidate = try ArchitectureArgument.resolve(names[0])
    return ScenarioPairing(
      candidate: candidate,
      baseline: names.count > 1 ? try ArchitectureArgument.resolve(names[1]) : candidate)
  }
}
