import ArgumentParser
import LayerSpec
import ModelSpec
import Runner

/// What `tenfold run` can be asked for.
///
/// Numbers are parsed unconditionally, so that a negative one is told that it is none and is not
/// taken for an option.
struct RunOptionGroup: ParsableArguments {
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
    help: ArgumentHelp("Tokens per pass, such as 1,16,256 (the default).", valueName: "list"),
    transform: OptionValue.tokenCounts)
  var tokens = TokenCounts(values: RunRequest.defaultTokens)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Worker threads (default: all processors that this process may use).", valueName: "count"),
    transform: OptionValue.count)
  var threads: Int?

  @OptionGroup var engine: EngineOptions

  @Option(
    help: ArgumentHelp(
      """
      How popular experts are: uniform, single or zipf:ALPHA; a list, or repeated \
      (default: uniform).
      """, valueName: "list"), transform: OptionValue.routings)
  var routing: [[Routing]] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Time for measuring all cells (default: 60s, and 30s for the default suite).",
      valueName: "time"),
    transform: OptionValue.seconds)
  var budget: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Memory for weights and scratch (default: 8GiB, or what is free if that is less).",
      valueName: "size"), transform: OptionValue.bytes)
  var memory: Int?

  @Option(parsing: .unconditional, help: "Seed of every random choice.")
  var seed = RunRequest.defaultSeed

  func validate() throws {
    guard !architectures.isEmpty || baseline.isEmpty else {
      throw ValidationError("--baseline needs an architecture to hold against it; name one")
    }
  }
}
