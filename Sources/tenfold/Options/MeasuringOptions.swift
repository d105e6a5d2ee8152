import ArgumentParser
import FoundationEssentials
import LayerSpec
import ModelSpec
import Runner

/// The options of every command that measures pairings, besides the pairings themselves.
///
/// Numbers are parsed unconditionally, so that a negative one is refused as a number and not taken
/// for an option.
struct MeasuringOptions: ParsableArguments {
  @OptionGroup var engine: EngineOptions

  @Option(
    help: ArgumentHelp(
      """
      How popular experts are: uniform, single, zipf:ALPHA, or trace:FILE as they were recorded \
      (see tenfold routing --help); a list, or repeated (default: uniform).
      """, valueName: "list"), transform: OptionValue.routings)
  var routing: [[RoutingArgument]] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Memory for weights and scratch (default: 8GiB, or where less is free 6GiB, 4GiB, 3GiB, 2GiB and \
      so on).
      """,
      valueName: "size"), transform: OptionValue.bytes)
  var memory: Int?

  @Option(
    name: .customLong("interval"), parsing: .unconditional,
    help: ArgumentHelp(
      "How narrow an interval must be, high over low, for its cell to be visited no further (default: 5%).",
      valueName: "percentage"), transform: OptionValue.percentage)
  var askedInterval: Double?

  @Option(
    help: ArgumentHelp(
      """
      The fraction of the intermediate size that is measured, such as 1/4, and another that it is held \
      against in the same visits: 1/4,1 shows what a fraction does (default: as much as the time allows, \
      against half of it).
      """, valueName: "fractions"), transform: OptionValue.width)
  var width: ForcedWidth?

  @Option(
    name: .customLong("seed"), parsing: .unconditional,
    help: "Seed of every random choice (default: \(RunRequest.defaultSeed)).",
    transform: OptionValue.seed)
  var askedSeed: UInt64?

  @Option(
    name: .customLong("workload"),
    help: ArgumentHelp(
      "What a pass does: \(Workloads.table.map(\.kind.rawValue).joined(separator: ", ")) (default: "
        + "\(Workloads.usual.kind)).", valueName: "name"), transform: OptionValue.workload)
  var askedWorkload: (any MeasurableWorkload)?

  @Option(
    parsing: .unconditional,
    help: Self.help("Sequences decoded together (default: 1).", of: .sequences),
    transform: OptionValue.sequenceCounts)
  var sequences: NumberList?

  @Option(
    parsing: .unconditional,
    help: Self.help("Tokens already in each sequence's cache (default: 0).", of: .context),
    transform: OptionValue.contexts)
  var context: NumberList?

  @Option(
    parsing: .unconditional,
    help: Self.help("Processes that share one layer (default: 1).", of: .ranks),
    transform: OptionValue.rankCounts)
  var ranks: NumberList?

  @Flag(help: "Also write the illustrated report, one HTML file beside the record.")
  var html = false

  @OptionGroup var detail: DetailOptions

  /// How narrow an interval must be, by default as narrow as usual.
  var interval: Double { askedInterval ?? RunRequest.defaultInterval }
  /// The seed, by default always the same.
  var seed: UInt64 { askedSeed ?? RunRequest.defaultSeed }
  /// What a pass does, by default feed-forward layers.
  var workload: any MeasurableWorkload { askedWorkload ?? Workloads.usual }

  /// The help of a size, shown where a workload has it.
  private static func help(_ text: String, of size: Workload.Size) -> ArgumentHelp {
    ArgumentHelp(
      "\(text)", valueName: "list",
      visibility: Workloads.table.contains { $0.sizes.contains(size) } ? .default : .hidden)
  }

  /// The sizes of passes, those that were not given as the workload has them.
  func sizes(tokens: NumberList?, orElse usual: WorkloadSizes) -> WorkloadSizes {
    WorkloadSizes(
      tokens: tokens?.values ?? usual.tokens, sequences: sequences?.values ?? usual.sequences,
      context: context?.values ?? usual.context, ranks: ranks?.values ?? usual.ranks)
  }

  /// The baselines that were named, each once, or those of the workload.
  func baselines(named names: [String], orElse usual: [Baseline]) throws(Failure) -> [Baseline] {
    let named = try BaselineArgument.resolve(names)
    guard named.isEmpty else { return named }
    guard !usual.isEmpty else {
      throw Failure(
        .usage, "\(workload.kind) has no baseline of its own; name an architecture with --baseline")
    }
    return usual
  }

  /// How many routings were asked for, 0 when none was.
  var routingCount: Int { routing.reduce(0) { $0 + $1.count } }

  /// The routings asked for, each once, their files read; empty when none were.
  func routings() throws(Failure) -> [Routing] {
    try RoutingArgument.resolve(routing.flatMap { $0 })
  }

  /// The routings asked for, or the workload's usual one.
  func routingsOrUsual() throws(Failure) -> [Routing] {
    let asked = try routings()
    return asked.isEmpty && workload.routes ? [.uniform] : asked
  }

  /// The requests that the options make of a suite, one for each number of threads.
  func requests(
    _ suite: Suite, sizes: WorkloadSizes, threads: [Int], budgetSeconds: Double,
    on machine: MachineProbe
  ) throws(Failure) -> [RunRequest] {
    let memoryBytes = try machine.memoryBytes(asked: memory) ?? machine.defaultMemoryBytes
    return threads.map {
      RunRequest(
        suite: suite, workload: workload, formats: engine.formats, sizes: sizes,
        threads: $0, budgetSeconds: budgetSeconds, interval: interval, width: width,
        memoryBytes: memoryBytes, seed: seed, effort: Self.effort)
    }
  }

  /// The full effort, unless a test that does not look at figures asks for a token effort by
  /// `TENFOLD_EFFORT=token`; the record then says so.
  static var effort: MeasuringEffort {
    ProcessInfo.processInfo.environment["TENFOLD_EFFORT"] == "token" ? .token : .full
  }
}

/// Finds the baselines that the user named.
enum BaselineArgument {
  /// The baselines of these names, each once: `iso-active`, `iso-total`, or architectures.
  static func resolve(_ names: [String]) throws(Failure) -> [Baseline] {
    var baselines: [Baseline] = []
    for name in names {
      let baseline = try resolve(name)
      if !baselines.contains(baseline) { baselines.append(baseline) }
    }
    return baselines
  }

  /// One of them.
  static func resolve(_ name: String) throws(Failure) -> Baseline {
    let counterparts = [Baseline.isoActive, .isoTotal]
    for counterpart in counterparts where counterpart.id == name { return counterpart }
    return .named(try ArchitectureArgument.resolve(name, besides: counterparts.map(\.id)))
  }
}
