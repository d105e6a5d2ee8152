import ModelSpec
import Statistics

/// Makes cells ready to be visited: each is tried at a cautiously narrow form, and then all are built at the
/// widest at which their fewest rounds fit the time together.
struct CellPreparation {
  let plan: RunPlan
  let effort: MeasuringEffort
  let throttling: ThrottleMeter
  let builder: PassBuilder

  /// A cell that was tried, with what a pass of either side takes at full width.
  struct Trial {
    let cell: CellPlan
    /// The form that was tried, and its sides as long as they may be of use.
    let form: MemoryPlan
    var sides: (baseline: PreparedSide, candidate: PreparedSide)?
    let baselineSeconds: Double
    let candidateSeconds: Double
    let shortestSliceSeconds: Double

    /// Seconds of the fewest rounds at a fraction of the width, and of those at another fraction that tell
    /// what it does.
    func fewestSeconds(divisor: Int) -> Double {
      let round = PairedMeasurement(
        baselineSeconds: baselineSeconds / Double(divisor),
        candidateSeconds: candidateSeconds / Double(divisor),
        shortestSliceSeconds: shortestSliceSeconds
      ).roundSeconds
      return Double(RatioEstimate.fewestVisits) * round * (divisor > 1 ? 1.5 : 1)
    }
  }

  /// Builds a cell at a form whose first pass is quick by all that is known, and times it.
  ///
  /// - Throws: `PlanError.time` for a cell whose fewest rounds are longer than the whole budget at any width,
  ///   and `PlanError.width` where it does not have the fraction that was asked for.
  func trial(of number: Int) throws(PlanError) -> Trial {
    let cell = plan.cells[number]
    var wants = plan.cells.map(\.wantedSeconds)
    wants.swapAt(0, number)
    let share = BudgetShare.first(of: wants, budget: Self.partOfFewestRounds * plan.budgetSeconds)
    let guess = cell.divisor {
      (cell.guessedSeconds(.baseline) + cell.guessedSeconds(.candidate)) / Double($0)
        <= share / Double(RatioEstimate.fewestVisits)
    }
    let form = cell.form(cell.forcedWidth?.divisor ?? guess)
    if let forced = cell.forcedWidth, form.divisor != forced.divisor {
      throw .width(cell: cell.name, fraction: "\(WidthFraction(oneOf: forced.divisor))")
    }
    let sides = builder.build(form, for: cell)
    let trial = Trial(
      cell: cell, form: form, sides: sides,
      baselineSeconds: sides.baseline.trial().atFullWidth,
      candidateSeconds: sides.candidate.trial().atFullWidth,
      shortestSliceSeconds: effort.shortestSliceSeconds)
    let least = trial.fewestSeconds(
      divisor: cell.forcedWidth?.divisor ?? cell.divisor { _ in false })
    guard least <= plan.budgetSeconds else {
      throw .time(
        cell: cell.name, neededSeconds: least, budgetSeconds: plan.budgetSeconds,
        sizes: cell.workload.sizes)
    }
    return trial
  }

  /// The most that the fewest rounds of one cell may take so that those of all fit: who needs less gets it.
  func allowance(of trials: [Trial], seconds: Double) -> Double {
    let wants = trials.map { $0.fewestSeconds(divisor: $0.cell.forcedWidth?.divisor ?? 1) }
    return BudgetShare.largest(of: wants, budget: Self.partOfFewestRounds * seconds)
  }

  /// What the fewest rounds of all cells may take of the time for visits; the rest is for those whose
  /// intervals are wide, and for what a machine slows down meanwhile.
  private static let partOfFewestRounds = 0.6

  /// The cell at the widest form whose fewest rounds take no more than the allowance.
  func measurement(of trial: Trial, allowance: Double) -> CellMeasurement {
    let cell = trial.cell
    let form = cell.form(
      cell.forcedWidth?.divisor
        ?? cell.divisor { trial.fewestSeconds(divisor: $0) <= allowance })
    var trial = trial
    if form != trial.form { trial.sides = nil }
    let sides = trial.sides ?? builder.build(form, for: cell)
    let other = otherForm(than: form, of: cell).map { other in
      CellMeasurement.Fraction(other, builder.build(other, for: cell), effort: effort)
    }
    return CellMeasurement(
      cell, sides, other: other, seed: plan.seed, effort: effort, throttling: throttling)
  }

  /// The form that tells what a fraction of the width does to the ratio: the one that was asked for, or half
  /// of it; `nil` for full width, and where there is none.
  private func otherForm(than form: MemoryPlan, of cell: CellPlan) -> MemoryPlan? {
    guard form.divisor > 1 || cell.forcedWidth?.other != nil else { return nil }
    let wanted = cell.forcedWidth?.other ?? 2 * form.divisor
    guard wanted <= MemoryPlan.divisors.last ?? 1 else { return nil }
    let other = cell.form(wanted)
    return other.divisor == wanted && wanted != form.divisor ? other : nil
  }
}
