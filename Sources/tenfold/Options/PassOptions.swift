import ArgumentParser
import Runner

/// The option for one number of threads.
struct ThreadOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Worker threads (default: one on each core that may be used).", valueName: "count"),
    transform: OptionValue.count)
  var threads: Int?

  /// Worker threads on a machine.
  ///
  /// - Throws: `Failure` with status 64 for more threads than processors.
  func threads(on machine: MachineProbe) throws(Failure) -> Int {
    try machine.threads(asked: threads)
  }
}

/// The options of every command that measures passes of its own, and no pairings.
struct PassOptions: ParsableArguments {
  @OptionGroup var threading: ThreadOptions

  @Option(
    parsing: .unconditional, help: "Seed of every random choice.",
    transform: OptionValue.seed)
  var seed = RunRequest.defaultSeed
}
