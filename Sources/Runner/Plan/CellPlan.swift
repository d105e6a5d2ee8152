import ModelSpec

/// One cell to be measured.
struct CellPlan: Sendable {
  let candidateID: String
  let baselineID: String
  let layers: PairedLayers
  let workload: Workload
  /// How tokens are routed; `nil` where the workload routes none.
  let routing: Routing?
  /// The widest form that fits the memory.
  let widest: MemoryPlan
  let limits: MemoryPlan.Limits

  /// The cell as messages name it.
  var name: String {
    let routes = layers.candidate.contains { $0.layer.router != nil }
    return "\(candidateID) against \(baselineID), \(workload.sizesInWords)"
      + (routes ? routing.map { ", \($0.name)" } ?? "" : "")
  }

  /// The layers of one side.
  func layers(_ role: SideRole) -> [PlannedLayer] {
    role == .baseline ? layers.baseline : layers.candidate
  }

  /// What multiplies on one side.
  func side(_ role: SideRole) -> SideResources {
    role == .baseline ? limits.baseline : limits.candidate
  }

  /// Bytes of the weights of both sides at their widest.
  var weightBytes: Int { widest.bytes(withoutPasses) - limits.ceilingBytes }

  /// Bytes of what its passes need besides: inputs, outputs and scratch.
  var passBytes: Int {
    var own = limits
    own.workload = workload
    return widest.bytes(own) - widest.bytes(withoutPasses)
  }

  private var withoutPasses: MemoryPlan.Limits {
    var none = limits
    none.workload = Workload(workload.kind, tokens: 0)
    return none
  }

  /// True for a cell of the same pairing with a larger pass, which takes longer.
  func isLarger(than other: CellPlan) -> Bool {
    workload.exceeds(other.workload) && candidateID == other.candidateID
      && baselineID == other.baselineID
  }

  /// The form at the given fraction of both sides' widths, or the nearest one that exists: never wider than
  /// the memory allows, narrower where a width does not divide, wider as a last resort.
  func form(_ wanted: Int) -> MemoryPlan {
    let allowed = MemoryPlan.divisors.filter { $0 >= widest.divisor }
    for divisor in allowed.filter({ $0 >= wanted }) + allowed.filter({ $0 < wanted }).reversed() {
      if divisor == widest.divisor { return widest }
      if let form = MemoryPlan(
        baseline: layers.baseline, candidate: layers.candidate, divisor: divisor, slices: .enough,
        limits: limits)
      {
        return form
      }
    }
    return widest
  }
}
