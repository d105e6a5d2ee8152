import ArgumentParser
import ModelSpec
import Runner

/// `tenfold sweep`: one architecture over tokens per pass, and over whatever else is listed.
struct SweepCommand: MeasuringCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Measures how the saving of one architecture changes over tokens per pass.",
    discussion: """
      One curve for every combination of the other lists, all in one record (tenfold.result/1), which \
      goes to Results/local/, or to --output with --format json. Ctrl-C keeps the points that are \
      finished.

      \(NumberList.grammar)
      """)

  @Argument(help: "A catalogue id or the path of a Hugging Face config.json.")
  var architecture: String

  @Option(
    help: ArgumentHelp(
      """
      What it is held against: iso-active, iso-total or an architecture; may be repeated \
      (default: iso-total, against which the FLOP saving of routing is E/K).
      """, valueName: "baseline"))
  var baseline: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Tokens per pass (default: 1-4096*2).", valueName: "list"),
    transform: OptionValue.tokenCounts)
  var tokens: NumberList?

  private var sizes: WorkloadSizes {
    measuring.sizes(tokens: tokens, orElse: measuring.workload.defaultSizes.sweep)
  }

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "E, experts of its routed layers; they keep their width (default: its own).",
      valueName: "list"),
    transform: OptionValue.expertCounts)
  var experts: NumberList?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("K, experts per token (default: its own).", valueName: "list"),
    transform: OptionValue.topKs)
  var topK: NumberList?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Worker threads (default: one on each core that may be used).", valueName: "list"),
    transform: OptionValue.threadCounts)
  var threads: NumberList?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Time for the whole sweep (default: 120s).", valueName: "time"),
    transform: OptionValue.seconds)
  var budget = RunRequest.sweepBudgetSeconds

  @OptionGroup var measuring: MeasuringOptions
  @OptionGroup var output: OutputOptions

  /// The largest number of points of one sweep: at the least time for each they take some ten
  /// minutes.
  static let mostPoints = 256

  func validate() throws {
    let sizes = sizes
    let others = [
      ("numbers of experts", experts?.values.count ?? 1),
      ("values of top-k", topK?.values.count ?? 1), ("routings", max(1, measuring.routingCount)),
      ("thread counts", threads?.values.count ?? 1), ("baselines", max(1, baseline.count)),
    ]
    let lists =
      (Workload.Size.allCases.map { ($0.nameOfValues, sizes[$0].count) } + others)
      .filter { $0.1 > 1 }
    let points = lists.reduce(1) { $0 * $1.1 }
    guard points <= Self.mostPoints else {
      throw ValidationError(
        "\(lists.map { "\($1) \($0)" }.joined(separator: " x ")) are \(points) points, and a sweep "
          + "measures at most \(Self.mostPoints); give shorter lists")
    }
  }

  func requests(on machine: MachineProbe) throws(Failure) -> [RunRequest] {
    var threads: [Int] = []
    for count in self.threads?.values ?? [] { threads.append(try machine.threads(asked: count)) }
    if threads.isEmpty { threads = [try machine.threads(asked: nil)] }
    return try measuring.requests(
      try suite(), sizes: sizes, threads: threads, budgetSeconds: budget, on: machine)
  }

  private func suite() throws(Failure) -> Suite {
    let architecture = try ArchitectureArgument.resolve(architecture)
    let baselines = try measuring.baselines(
      named: baseline, orElse: measuring.workload.defaultBaselines.sweep)
    let routings = try measuring.routingsOrUsual()
    do {
      return try .sweep(
        of: architecture, experts: experts?.values ?? [], topK: topK?.values ?? [],
        baselines: baselines, routings: routings,
        workload: measuring.workload)
    } catch {
      throw Failure(.usage, "\(error)")
    }
  }
}
