import ArgumentParser
import FoundationEssentials
import ModelSpec
import Reporter
import Runner

/// `tenfold end-to-end`: a whole model from tokens to logits, every layer in memory of its own.
struct EndToEndCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "end-to-end",
    abstract: "Times a whole model from tokens to logits, with all of its layers in memory.",
    discussion: """
      Nothing is composed and nothing shared: every layer has random weights and a cache of its own. Rounds read \
      prompts of random tokens and decode behind them, at each context by turns; before that, every layer and the \
      output head are compared with a reference. It is what tenfold scenario whole-model is held against.
      """)

  @Argument(help: "The model, a catalogue id or the path of a config.json file.")
  var architecture: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Tokens of a prompt, such as 64,256,1024 (the default).", valueName: "list"),
    transform: OptionValue.tokenCounts)
  var context = NumberList(values: EndToEndRequest.defaultContexts)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Sequences that are decoded together (default: 1).", valueName: "count"),
    transform: OptionValue.sequenceCount)
  var sequences = 1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Tokens that a round writes behind each prompt (default: \(EndToEndRequest.defaultSteps)).",
      valueName: "count"), transform: OptionValue.tokenCount)
  var tokens = EndToEndRequest.defaultSteps

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Time for the rounds, of which there are six at least (default: 60s).", valueName: "time"),
    transform: OptionValue.seconds)
  var budget = RunRequest.defaultBudgetSeconds

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Memory for weights, caches and scratch (default: nine tenths of what is free).",
      valueName: "size"), transform: OptionValue.bytes)
  var memory: Int?

  @OptionGroup var engine: EngineOptions
  @OptionGroup var passes: PassOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (engine.engine?.count ?? 1) == 1 else {
      throw ValidationError("a whole model is measured by one engine; name one with --engine")
    }
  }

  /// Refuses all that can be refused before anything is allocated or measured.
  func run() throws {
    let machine = MachineProbe.current
    let request = EndToEndRequest(
      try ArchitectureArgument.resolve(architecture), formats: engine.formats,
      contexts: context.values, sequences: sequences, steps: tokens,
      threads: try passes.threading.threads(on: machine), budgetSeconds: budget,
      memoryBytes: try machine.memoryBytes(asked: memory) ?? machine.spareMemoryBytes,
      seed: passes.seed,
      effort: MeasuringOptions.effort)
    let engines = try engine.open()
    let identity = machine.identity
    let plan: EndToEndPlan
    do {
      plan = try EndToEndPlan(request, engine: engines[0], machine: identity)
    } catch {
      throw Failure(error)
    }
    try ToolVersion.requireReleaseBuild()
    let destination = try output.destination()
    Interruption.listen()
    let created = Date.now.ISO8601Format()
    let run = EndToEndRun(plan, nodes: machine.nodes)
    let failure = Self.measure(run)
    guard
      let document = EndToEndDocument(
        run, plan: plan, engine: engines[0], created: created, tool: ToolVersion.identity,
        machine: identity, failure: failure.map { "\($0)" })
    else {
      if let status = Interruption.status {
        throw Failure(status, "interrupted before a round was finished; there is nothing to print")
      }
      throw failure ?? Failure(.mismatch, "internal error: no round; please report it")
    }
    try destination.write(output.render(EndToEndReport.page(of: document), document: document))
    if let failure { throw failure }
  }

  /// Takes the rounds and shows on standard error how far they are.
  ///
  /// - Returns: why they ended early, `nil` when they did not.
  private static func measure(_ run: EndToEndRun) -> Failure? {
    var line = StatusLine()
    defer { line.clear() }
    do {
      try run.measure(
        progress: { line.show(.init($0)) },
        isCancelled: { Interruption.status != nil })
      return nil
    } catch .cancelled {
      return Failure(
        Interruption.status ?? .interrupted,
        "interrupted; the document holds the rounds that were finished")
    } catch {
      return Failure(.mismatch, "\(error)")
    }
  }
}

extension StatusLine.Step {
  /// The step that a run of a whole model is at.
  fileprivate init(_ progress: EndToEndRun.Progress) {
    self.init(
      cell: progress.round, cells: progress.rounds,
      fraction: Double(max(0, progress.round - 1)) / Double(max(1, progress.rounds)),
      secondsLeft: nil, isVisit: progress.round > 0, doing: progress.doing)
  }
}
