import LayerSpec
import ModelSpec

/// A candidate against a baseline, and the routings under which they are measured.
public struct Pairing: Hashable, Sendable {
  /// The architecture under test.
  public let candidate: Architecture
  /// What it is held against.
  public let baseline: Baseline
  /// One cell is measured for each of these and each token count; empty for a workload that routes nothing.
  public let routings: [Routing]

  /// A pairing.
  public init(candidate: Architecture, baseline: Baseline, routings: [Routing]) {
    self.candidate = candidate
    self.baseline = baseline
    self.routings = routings
  }

  /// The pairing as messages name it.
  var name: String { "\(candidate.id) against \(baseline.id)" }
}

/// The pairings of one run.
public struct Suite: Hashable, Sendable {
  /// `default`, `custom` or `sweep`, as records name it.
  public let name: String
  /// What is held against what, in the order of measuring.
  public let pairings: [Pairing]
  /// What a sweep varied; `nil` for other suites.
  public let sweep: SweepOptions?

  /// A suite of chosen architectures: each against each baseline, under each routing.
  ///
  /// Without baselines a candidate is held against those that the workload has for it.
  public init(
    candidates: [Architecture], baselines: [Baseline], routings: [Routing],
    workload: any MeasurableWorkload = Workloads.usual
  ) {
    name = "custom"
    sweep = nil
    let baselines = baselines.isEmpty ? workload.defaultBaselines.run : baselines
    pairings = candidates.flatMap { candidate in
      baselines.map { Pairing(candidate: candidate, baseline: $0, routings: routings) }
    }
  }

  /// The default suite: two published claims between models, and two models of many small experts
  /// against their dense counterparts.
  ///
  /// - Parameter routings: what was asked for; `nil` is uniform everywhere, and the typical skew
  ///   besides where one routed layer is held against its equal in active parameters.
  public static func standard(routings: [Routing]? = nil) -> Suite {
    Suite(
      name: "default",
      pairings: [
        Pairing(
          candidate: known("muse-spark-open-816b-a42b"), baseline: .named(known("llama4-maverick")),
          routings: routings ?? [.uniform]),
        Pairing(
          candidate: known("mixtral-8x7b"), baseline: .named(known("llama2-70b")),
          routings: routings ?? [.uniform]),
      ]
        + ["olmoe-1b-7b", "qwen3-30b-a3b"].flatMap { id in
          [
            Pairing(
              candidate: known(id), baseline: .isoActive,
              routings: routings ?? [.uniform, .zipf(alpha: Routing.typicalAlpha)]),
            Pairing(
              candidate: known(id), baseline: .isoTotal, routings: routings ?? [.uniform]),
          ]
        })
  }

  /// The models that the ledger's oldest claims speak of, the `seed-…` entries: Muse Spark Open against Llama 4
  /// Maverick.
  public static let seeds = Suite(
    name: "seeds",
    pairings: [
      Pairing(
        candidate: known("muse-spark-open-816b-a42b"), baseline: .named(known("llama4-maverick")),
        routings: [.uniform])
    ])

  /// Pairings under the name that records give them.
  ///
  /// - Parameter sweep: what a sweep varied; `nil` for other suites.
  public init(name: String, pairings: [Pairing], sweep: SweepOptions? = nil) {
    self.name = name
    self.pairings = pairings
    self.sweep = sweep
  }

  /// An architecture that the catalogue is known to have; a test measures this trust.
  private static func known(_ id: String) -> Architecture {
    guard let architecture = Catalogue.architecture(id: id) else {
      preconditionFailure("the catalogue has no \(id), which the default suite needs")
    }
    return architecture
  }
}

extension Suite {
  /// One architecture in every combination of the given sizes, each against each baseline.
  ///
  /// Without baselines they are held against those that the workload has for a sweep.
  ///
  /// - Parameters:
  ///   - experts: E of the variants; empty for the architecture's own.
  ///   - topK: K of the variants; empty for the architecture's own.
  /// - Throws: `PlanError.nothingToVary` and `PlanError.impossibleVariant`.
  public static func sweep(
    of architecture: Architecture, experts: [Int] = [], topK: [Int] = [],
    baselines: [Baseline] = [], routings: [Routing],
    workload: any MeasurableWorkload = Workloads.usual
  ) throws(PlanError) -> Suite {
    let options = SweepOptions(architecture: architecture.id, experts: experts, topK: topK)
    var pairings: [Pairing] = []
    for variant in options.variants {
      let candidate = try workload.variant(variant, of: architecture)
      pairings += (baselines.isEmpty ? workload.defaultBaselines.sweep : baselines).map {
        Pairing(candidate: candidate, baseline: $0, routings: routings)
      }
    }
    return Suite(name: "sweep", pairings: pairings, sweep: options)
  }
}
