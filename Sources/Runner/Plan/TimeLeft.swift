import ModelSpec

/// How long a run still takes: what is left of the budget for rounds, and building and checking besides.
///
/// Before the first cell nothing is known of the machine, so building is guessed from the bytes of weights
/// that are to be written; what cells took then corrects the guess.
struct TimeLeft {
  /// Guessed seconds of each cell apart from its rounds.
  private let guesses: [Double]

  /// Bytes of weights that a thread draws, packs and writes in a second: about half of what a thread of two
  /// server CPUs did when nothing else ran, for mostly something does.
  static let bytesBuiltPerSecond = 125e6

  /// Seconds of a cell for everything that does not grow with its weights: checking its outputs, trying a
  /// pass, probing the ceilings beside it.
  static let leastSecondsOfCell = 1.0

  /// Seconds for which the guess counts beside what was observed: the first cell alone proves little.
  private static let trust = 2.0

  /// - Parameter guesses: Seconds of each cell apart from its rounds, in the order of measuring.
  init(guesses: [Double]) {
    self.guesses = guesses
  }

  /// The guesses for a plan: each cell at the width at which its first pass would be tried, of which what
  /// the cell before it has built is still there.
  init(_ plan: RunPlan) {
    var built: Set<BuiltLayer> = []
    var budgetLeft = plan.budgetSeconds
    self.init(
      guesses: plan.cells.indices.map { index in
        let cell = plan.cells[index]
        let allowance = BudgetShare.first(
          of: plan.cells[index...].map(\.wantedSeconds), budget: budgetLeft)
        budgetLeft -= allowance
        let layers = cell.builtLayers(cell.guessedForm(allowance: allowance))
        let bytes = layers.subtracting(built).reduce(0.0) { $0 + Double($1.plan.weightBytes) }
        built = layers
        return Self.leastSecondsOfCell
          + bytes / (Self.bytesBuiltPerSecond * Double(max(1, plan.threads)))
      })
  }

  /// Seconds until the last cell is measured, before the cell at `index`.
  ///
  /// - Parameters:
  ///   - budgetLeft: seconds that rounds may still take.
  ///   - otherSeconds: seconds that the cells before took apart from their rounds.
  func seconds(before index: Int, budgetLeft: Double, otherSeconds: Double) -> Double {
    let done = guesses.prefix(index).reduce(0, +)
    let left = guesses.dropFirst(index).reduce(0, +)
    let pace = index == 0 ? 1 : (otherSeconds + Self.trust) / (done + Self.trust)
    return max(0, budgetLeft) + left * pace
  }
}

extension CellPlan {
  /// The form in which a first pass is tried, for rounds of so many seconds.
  func guessedForm(allowance: Double) -> MemoryPlan {
    // A round has two slices of each side, and each side may take half of a round.
    let allowed = allowance / Double(4 * PairedMeasurement.wantedRounds)
    return form(
      Divisors(
        baseline: divisor(.baseline, seconds: guessedSeconds(.baseline), allowed: allowed),
        candidate: divisor(.candidate, seconds: guessedSeconds(.candidate), allowed: allowed)))
  }

  /// The layers that a form builds, those that both sides share once.
  fileprivate func builtLayers(_ form: MemoryPlan) -> Set<BuiltLayer> {
    Set(
      form.baseline.map { BuiltLayer($0, limits.baseline) }
        + form.candidate.map { BuiltLayer($0, limits.candidate) })
  }
}
