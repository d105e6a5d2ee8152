import ModelSpec

/// A control of a gate: the base against itself, changed in a known way.
struct GateControl {
  enum Kind: String {
    case sameCode = "same-code"
    case dose
    case layout
  }

  let kind: Kind
  let cell: GateCellProgress
  let side: GateSide
  let dose: GatePair.Dose?
  let treatment: String
  var pairs: [GateDocument.Pair] = []
  var fault: String?

  /// The controls of a gate, on its first cell that can be measured.
  static func all(of plan: GatePlan, cells: [GateCellProgress]) -> [GateControl] {
    guard let cell = cells.first(where: { $0.fault == nil }) else { return [] }
    let dose = GatePlan.controlDose
    return [
      GateControl(
        kind: .sameCode, cell: cell, side: plan.copy, dose: nil,
        treatment: "another copy of the base"),
      GateControl(
        kind: .dose, cell: cell, side: plan.copy, dose: .init(fraction: dose),
        treatment: "a copy of the base that does \(Int(dose * 100)) % more"),
      GateControl(
        kind: .layout, cell: cell, side: plan.displaced, dose: nil,
        treatment: "a copy of the base with a longer path and a larger environment"),
    ]
  }

  /// Whether it is measured on to a look: all are to the first, and as long as they do not come out as they must.
  ///
  /// So a control that fails by chance, or of which a pair was disturbed whole, has more pairs to come out by, and
  /// one that fails for a reason fails with these too.
  func needsPairs(upTo look: Int) -> Bool {
    guard fault == nil, pairs.count < look else { return false }
    return pairs.count < cell.policy.looks[0] || !judgement.passed
  }

  /// What its pairs say.
  var judgement: ControlJudgement {
    ControlJudgement(kind: kind.rawValue, changes: pairs.compactMap(\.change), by: cell.policy)
  }
}
