import LayerSpec
import ModelSpec

extension RunRequest {
  /// The requests that measure some passes of a pairing, one for each number of sequences and kind of pass: every
  /// combination of a request's sizes is a cell.
  public static func requests(
    for passes: [ModelPass], of pairing: ScenarioPairing, formats: FormatPlan, threads: Int,
    budgetSeconds: Double, memoryBytes: Int, effort: MeasuringEffort = .full
  ) -> [RunRequest] {
    let workloads = passes.map { $0.workload(hasBlocks: pairing.hasBlocks) }.uniqued()
    var kinds: [(workload: any MeasurableWorkload, sequences: Int)] = []
    for wanted in workloads
    where !kinds.contains(where: {
      $0.workload.kind == wanted.kind && $0.sequences == wanted.sequences
    }) {
      guard let workload = Workloads.workload(named: wanted.kind.rawValue) else { continue }
      kinds.append((workload, wanted.sequences))
    }
    return kinds.map { kind in
      let own = workloads.filter {
        $0.kind == kind.workload.kind && $0.sequences == kind.sequences
      }
      return RunRequest(
        suite: Suite(
          name: "scenario",
          pairings: [
            Pairing(
              candidate: pairing.candidate, baseline: .named(pairing.baseline),
              routings: kind.workload.routes ? [.uniform] : [])
          ]),
        workload: kind.workload, formats: formats,
        sizes: WorkloadSizes(
          tokens: own.map(\.tokens).uniqued(), sequences: [kind.sequences],
          context: own.map(\.context).uniqued()),
        threads: threads, budgetSeconds: budgetSeconds, memoryBytes: memoryBytes, effort: effort)
    }
  }
}

extension RunRequest {
  /// Seconds that the seeds' suite takes unless asked otherwise: passes of a thousand tokens through layers of
  /// hundreds of gigabytes are among its cells.
  public static let seedBudgetSeconds = 480.0

  /// Tokens per pass that the `seed-…` claims need: the usual ones, and those of their scenarios.
  public static let seedSizes: WorkloadSizes = {
    let scenarios = ClaimLedger.claims.filter { $0.id.hasPrefix("seed-") }
      .compactMap(\.test.scenario)
    let workloads = scenarios.flatMap { criteria -> [Workload] in
      guard let (scenario, assumptions) = try? criteria.resolved(),
        let passes = try? scenario.passes(assumptions)
      else { return [] }
      return passes.map { $0.workload(hasBlocks: false) }
    }
    return WorkloadSizes(tokens: (defaultTokens + workloads.map(\.tokens)).uniqued().sorted())
  }()
}
