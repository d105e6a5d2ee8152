import LayerSpec
import ModelSpec

extension Suite {
  /// One architecture in every combination of the given sizes, each against each baseline.
  ///
  /// The FLOP saving of routing is held against a dense layer of equal parameters, so that is the
  /// baseline unless others are named.
  ///
  /// - Parameters:
  ///   - experts: E of the variants; empty for the architecture's own.
  ///   - topK: K of the variants; empty for the architecture's own.
  /// - Throws: `PlanError.nothingToVary` and `PlanError.impossibleVariant`.
  public static func sweep(
    of architecture: Architecture, experts: [Int] = [], topK: [Int] = [],
    baselines: [Baseline] = [], routings: [Routing]
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
      pairings += (baselines.isEmpty ? [.isoTotal] : baselines).map {
        Pairing(candidate: candidate, baseline: $0, routings: routings)
      }
    }
    return Suite(name: "sweep", pairings: pairings, sweep: options)
  }
}
