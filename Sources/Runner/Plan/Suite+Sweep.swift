import LayerSpec
import ModelSpec

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
    guard architecture.firstRoutedLayer != nil || experts.isEmpty && topK.isEmpty else {
      throw .nothingToVary(id: architecture.id)
    }
    var pairings: [Pairing] = []
    for variant in options.variants {
      let candidate: Architecture
      do {
        candidate = try architecture.varyingRoutedLayers(variant)
      } catch {
        throw .impossibleVariant(id: architecture.id, variant, reason: "\(error)")
      }
      pairings += (baselines.isEmpty ? workload.defaultBaselines.sweep : baselines).map {
        Pairing(candidate: candidate, baseline: $0, routings: routings)
      }
    }
    return Suite(name: "sweep", pairings: pairings, sweep: options)
  }
}
