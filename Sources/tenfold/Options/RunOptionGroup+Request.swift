import LayerSpec
import ModelSpec
import Runner

extension RunOptionGroup {
  /// The request that the options make, with defaults that fit the machine.
  func request(on machine: MachineProbe) throws(Failure) -> RunRequest {
    RunRequest(
      suite: try suite(), tokens: tokens.values, threads: try machine.threads(asked: threads),
      budgetSeconds: budget ?? defaultBudgetSeconds,
      memoryBytes: memoryBytes(on: machine), seed: seed)
  }

  private var defaultBudgetSeconds: Double {
    architectures.isEmpty
      ? RunRequest.standardSuiteBudgetSeconds : RunRequest.defaultBudgetSeconds
  }

  private func suite() throws(Failure) -> Suite {
    let routings = routing.flatMap { $0 }
    if architectures.isEmpty { return .standard(routings: routings.isEmpty ? nil : routings) }
    var candidates: [Architecture] = []
    for name in architectures { candidates.append(try ArchitectureArgument.resolve(name)) }
    var baselines: [Baseline] = []
    for name in baseline { baselines.append(try Self.baseline(name)) }
    return Suite(
      candidates: candidates, baselines: baselines,
      routings: routings.isEmpty ? [.uniform] : routings)
  }

  private static func baseline(_ name: String) throws(Failure) -> Baseline {
    let counterparts = [Baseline.isoActive, .isoTotal]
    for counterpart in counterparts where counterpart.id == name { return counterpart }
    return .named(try ArchitectureArgument.resolve(name, besides: counterparts.map(\.id)))
  }

  private func memoryBytes(on machine: MachineProbe) -> Int {
    guard let memory else { return machine.defaultMemoryBytes }
    let free = machine.availableMemoryBytes ?? .max
    if memory > free {
      StandardStream.note(
        "tenfold: --memory allows more than the \(free >> 20) MiB that are free; the run may swap\n"
      )
    }
    return memory
  }

  /// The options as a record keeps them, defaults filled in.
  func recorded(as request: RunRequest, engines: [OpenedEngine]) -> RunOptions {
    let comparisons = request.suite.comparisons
    return RunOptions(
      suite: request.suite.name, candidates: Self.unique(comparisons.map(\.candidate.id)),
      baselines: Self.unique(comparisons.map(\.baseline.id)), tokens: request.tokens,
      threads: request.threads, engines: engines.map(\.name), precision: engine.precision,
      routing: Self.unique(comparisons.flatMap(\.routings).map(\.description)),
      budgetSeconds: request.budgetSeconds, memoryBytes: request.memoryBytes, seed: request.seed)
  }

  /// Each name once, in the order of its first appearance.
  private static func unique(_ names: [String]) -> [String] {
    names.enumerated().filter { names.firstIndex(of: $1) == $0 }.map(\.element)
  }
}
