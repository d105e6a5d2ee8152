import ModelSpec

/// One cell to be measured.
struct CellPlan: Sendable {
  let candidateID: String
  let baselineID: String
  let layers: PairedLayers
  let workload: Workload
  let routing: Routing
  /// The widest form that fits the memory.
  let widest: MemoryPlan
  let limits: MemoryPlan.Limits

  /// T, tokens of a pass.
  var tokens: Int { workload.tokens }

  /// The cell as messages name it.
  var name: String {
    guard layers.candidate.contains(where: { $0.layer.routed != nil }) else {
      return "\(candidateID) against \(baselineID), \(tokens) \(tokens == 1 ? "token" : "tokens")"
    }
    return "\(candidateID) against \(baselineID), \(tokens) "
      + "\(tokens == 1 ? "token" : "tokens"), \(routing.name)"
  }

  /// The layers of one side.
  func layers(_ role: SideRole) -> [PlannedLayer] {
    role == .baseline ? layers.baseline : layers.candidate
  }

  /// What multiplies on one side.
  func side(_ role: SideRole) -> SideResources {
    role == .baseline ? limits.baseline : limits.candidate
  }

  /// True for a cell of the same pairing with more tokens, which takes longer.
  func isLarger(than other: CellPlan) -> Bool {
    tokens > other.tokens && candidateID == other.candidateID && baselineID == other.baselineID
  }

  /// The form at the given fractions of each side's widths, or the nearest one that exists: never
  /// wider than the memory allows, narrower where a width does not divide, wider as a last resort.
  func form(_ wanted: Divisors) -> MemoryPlan {
    func candidates(_ wanted: Int, least: Int) -> [Int] {
      let allowed = MemoryPlan.divisors.filter { $0 >= least }
      return allowed.filter { $0 >= wanted } + allowed.filter { $0 < wanted }.reversed()
    }
    for baselineDivisor in candidates(wanted.baseline, least: widest.divisors.baseline) {
      for candidateDivisor in candidates(wanted.candidate, least: widest.divisors.candidate) {
        let divisors = Divisors(baseline: baselineDivisor, candidate: candidateDivisor)
        if divisors == widest.divisors { return widest }
        if let form = MemoryPlan(
          baseline: layers.baseline, candidate: layers.candidate, divisors: divisors,
          slices: .enough, limits: limits)
        {
          return form
        }
      }
    }
    return widest
  }
}
