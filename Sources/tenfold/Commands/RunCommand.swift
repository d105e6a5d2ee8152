import ArgumentParser
import ModelSpec
import Runner

/// `tenfold run`: measures, keeps the record, and reports.
struct RunCommand: MeasuringCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Measures architectures against their baselines.",
    discussion: """
      The record (tenfold.result/1) goes to Results/local/, or to --output with --format json.

      With --like RECORD everything that is not given is taken from that record, and each of its cells is \
      measured at the very fraction of the width and with as many experts in memory as there, so that a \
      slowdown cannot change what is measured, and by kernels that were chosen as they were there; only \
      --budget, --interval and --memory may differ.
      """)

  @Argument(
    help: """
      Architectures to measure: catalogue ids or paths of Hugging Face config.json files. Without \
      any, the default suite runs.
      """)
  var architectures: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      What each is held against: iso-active, iso-total or an architecture; may be repeated \
      (default: iso-active and iso-total).
      """, valueName: "baseline"))
  var baseline: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Tokens per pass, such as 1,16,256 (the default) or 1-64*2.", valueName: "list"),
    transform: OptionValue.tokenCounts)
  var tokens: NumberList?

  @OptionGroup var threading: ThreadOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Time for the whole run (default: 60s, and 120s for the default suite).",
      valueName: "time"),
    transform: OptionValue.seconds)
  var budget: Double?

  @OptionGroup var measuring: MeasuringOptions
  @OptionGroup var output: OutputOptions

  @Option(
    help: ArgumentHelp(
      "default, or seeds: what the ledger's seed-… claims need (default: default).",
      valueName: "name"))
  var suite: SuiteName?

  @Option(
    help: ArgumentHelp(
      "Measure what this record did, each cell in its form, to be compared with it.",
      valueName: "record"))
  var like: String?

  /// A suite that has a name.
  enum SuiteName: String, ExpressibleByArgument, CaseIterable {
    case standard = "default"
    case seeds
  }

  func checkArguments() throws {
    if let suite {
      guard architectures.isEmpty else {
        throw ValidationError(
          "--suite \(suite.rawValue) has its own architectures, and \(architectures[0]) was named; give one of "
            + "both")
      }
      guard suite != .seeds || measuring.workload.kind == .usual else {
        throw ValidationError("--suite seeds has its own workload; leave out --workload")
      }
      guard suite != .seeds || measuring.routingCount == 0 else {
        throw ValidationError("--suite seeds has its own routing; leave out --routing")
      }
    }
    guard !architectures.isEmpty || baseline.isEmpty || like != nil else {
      throw ValidationError("--baseline needs an architecture to hold against it; name one")
    }
  }

  func requests(on machine: MachineProbe) throws(Failure) -> [RunRequest] {
    try measuring.requests(
      try chosenSuite(),
      sizes: measuring.sizes(
        tokens: tokens,
        orElse: suite == .seeds ? RunRequest.seedSizes : measuring.workload.defaultSizes.run),
      threads: [try threading.threads(on: machine)],
      budgetSeconds: budget ?? defaultBudgetSeconds, on: machine)
  }

  func order(on machine: MachineProbe) throws(Failure) -> MeasuringOrder {
    guard let like else {
      return MeasuringOrder(requests: try requests(on: machine), engine: measuring.engine)
    }
    let recorded = try RecordedRun(like)
    try recorded.requireAgreement(try asked(besides: recorded))
    return MeasuringOrder(
      requests: try recorded.requests(
        .init(
          budgetSeconds: budget, interval: measuring.askedInterval,
          memoryBytes: measuring.memory),
        effort: MeasuringOptions.effort, on: machine),
      engine: try recorded.engine(measuring.engine), choices: recorded.choices)
  }

  /// The options that were given beside `--like`, each with what the record has.
  private func asked(besides recorded: RecordedRun) throws(Failure) -> [RecordedRun.Asked] {
    func asked(_ condition: Conditions.Name, _ values: [String]?) -> RecordedRun.Asked {
      .init(name: "--\(condition)", values: values ?? [], recorded: recorded.recorded(condition))
    }
    func sizes(_ size: Workload.Size, _ list: NumberList?) -> RecordedRun.Asked {
      asked(.size(size), list?.values.map(String.init))
    }
    return [
      .init(name: "the architecture", values: architectures, recorded: recorded.architectures),
      .init(name: "--baseline", values: baseline, recorded: recorded.baselines),
      .init(
        name: "--suite", values: [suite?.rawValue].compactMap(\.self), recorded: [recorded.suite]),
      asked(.workload, measuring.askedWorkload.map { [$0.kind.rawValue] }),
      sizes(.tokens, tokens), sizes(.sequences, measuring.sequences),
      sizes(.context, measuring.context), sizes(.ranks, measuring.ranks),
      asked(.routing, try measuring.routings().map(\.description)),
      asked(.engine, measuring.engine.engine),
      asked(.precision, measuring.engine.askedPrecision.map { [$0.name] }),
      asked(.threads, threading.threads.map { ["\($0)"] }),
      .init(
        name: "--blas", values: [measuring.engine.blas].compactMap(\.self),
        recorded: recorded.library),
      .init(
        name: "--seed", values: measuring.askedSeed.map { ["\($0)"] } ?? [],
        recorded: ["\(recorded.seed)"]),
      .init(name: "--width", values: measuring.width?.names ?? [], recorded: ["its own fractions"]),
    ]
  }

  private var defaultBudgetSeconds: Double {
    suite == .seeds
      ? RunRequest.seedBudgetSeconds
      : architectures.isEmpty
        ? RunRequest.standardSuiteBudgetSeconds : RunRequest.defaultBudgetSeconds
  }

  private func chosenSuite() throws(Failure) -> Suite {
    if suite == .seeds { return .seeds }
    if architectures.isEmpty {
      let routings = try measuring.routings()
      let workload = measuring.workload
      guard let suite = workload.standardSuite(routings: routings.isEmpty ? nil : routings) else {
        throw Failure(
          .usage, "\(workload.kind) has no default suite; name architectures to measure")
      }
      return suite
    }
    var candidates: [Architecture] = []
    for name in architectures {
      let candidate = try ArchitectureArgument.resolve(name)
      // A cell that is measured twice would contradict itself.
      if !candidates.contains(candidate) { candidates.append(candidate) }
    }
    return Suite(
      candidates: candidates,
      baselines: try measuring.baselines(
        named: baseline, orElse: measuring.workload.defaultBaselines.run),
      routings: try measuring.routingsOrUsual())
  }
}
