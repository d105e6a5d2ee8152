import ModelSpec

/// A cell of a gate and what was measured of it so far.
struct GateCellProgress {
  let id: String
  /// How its slices are.
  var visit: GatePair.Visit
  var work: [GateDocument.WorkCount] = []
  /// Why it cannot be measured; `nil` where it can.
  var fault: String?
  var policy = GatePolicy(cells: 1)
  var screen: [GateDocument.Pair] = []
  var confirmation: [GateDocument.Pair] = []
  /// What the screen said at its last look.
  private(set) var screening = GatePolicy.Screening.open
  private(set) var confirmationPairs = 0

  init(id: String, visit: GatePair.Visit, fault: String? = nil) {
    self.id = id
    self.visit = visit
    self.fault = fault
  }

  /// Takes in the counts of a visit: one that was not the same every time is none.
  mutating func note(_ seen: (base: [String: Int], head: [String: Int])) {
    work = work.map { count in
      var count = count
      // A worker that counts once, when it begins, tells nothing in its lines.
      if let own = seen.base[count.name], own != count.base { count.base = nil }
      if let own = seen.head[count.name], own != count.head { count.head = nil }
      return count
    }
    if !seen.base.isEmpty || !seen.head.isEmpty || tellsInLines {
      tellsInLines = true
      for index in work.indices {
        if seen.base[work[index].name] == nil { work[index].base = nil }
        if seen.head[work[index].name] == nil { work[index].head = nil }
      }
      work.removeAll { $0.base == nil && $0.head == nil }
    }
  }

  /// Whether counts come with every line, and not once when a worker begins.
  private var tellsInLines = false

  /// Whether more pairs are needed before it passes or is flagged.
  var needsScreening: Bool { fault == nil && screening == .open }

  /// Looks at the pairs of the screen, where there are as many as the look takes.
  mutating func screen(_ look: Int) {
    guard screen.count >= look else { return }
    screening = policy.screening(screen.compactMap(\.change))
  }

  /// Fixes the number of pairs of the confirmation, before the first of them.
  mutating func planConfirmation() {
    guard fault == nil, case .flagged = screening else { return }
    confirmationPairs = policy.confirmationPairs(after: screen.compactMap(\.change))
  }
}

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

  /// Whether it is measured on to a look: all are to the first, and a dose as long as it is not seen.
  func needsPairs(upTo look: Int) -> Bool {
    guard fault == nil, pairs.count < look else { return false }
    return pairs.count < cell.policy.looks[0]
      || kind == .dose && !judgement.passed
  }

  /// What its pairs say.
  var judgement: ControlJudgement {
    ControlJudgement(kind: kind.rawValue, changes: pairs.compactMap(\.change), by: cell.policy)
  }
}
