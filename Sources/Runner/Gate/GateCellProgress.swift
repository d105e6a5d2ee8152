import ModelSpec

/// A cell of a gate and what was measured of it so far.
struct GateCellProgress {
  let id: String
  /// How its slices are.
  var visit: GatePair.Visit
  var work: [GateDocument.WorkCount] = []
  /// Why it cannot be measured; `nil` where it can.
  var fault: String?
  var policy = GatePolicy()
  var screen: [GateDocument.Pair] = []
  var confirmation: [GateDocument.Pair] = []
  /// What the screen said at its last look.
  private(set) var screening = GatePolicy.Screening.open
  private(set) var confirmationPairs = 0
  /// Seconds of a round in each pair so far, by the clock on the wall.
  var secondsOfARound: [Double] = []

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
    screening = policy.screening(screen.compactMap(\.change), look: look)
  }

  /// Whether the screen flagged it.
  var needsConfirmation: Bool {
    guard fault == nil, case .flagged = screening else { return false }
    return true
  }

  /// Fixes the number of pairs of the confirmation, before the first of them.
  ///
  /// - Parameter secondsToStart: what pairs of one cell took so far to begin and to end.
  mutating func planConfirmation(_ sizes: GateSizes, secondsToStart: [Double]) {
    guard needsConfirmation else { return }
    confirmationPairs = policy.confirmationPairs(
      after: screen.compactMap(\.change),
      secondsOfAPair: sizes.secondsOfAPair(
        of: visit, GateSizes.confirmation, secondsOfARound: secondsOfARound,
        secondsToStart: secondsToStart))
  }
}
