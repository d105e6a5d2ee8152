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

    /// Seconds of the fewest rounds at a fraction of the width, and of those at another fraction that tell
    /// what it does.
    func fewestSeconds(divisor: Int, effort: MeasuringEffort) -> Double {
      let rounds = [divisor, cell.otherDivisor(than: divisor)].compactMap { $0 }.map {
        PairedMeasurement(
          baselineSeconds: baselineSeconds / Double($0),
          candidateSeconds: candidateSeconds / Double($0), effort: effort
        ).roundSeconds
      }
      return Double(RatioEstimate.fewestVisits) * rounds.reduce(0, +)
    }

    /// The same at the fraction that was asked for, or at the narrowest that the effort allows.
    func leastSeconds(_ effort: MeasuringEffort) -> Double {
      fewestSeconds(
        divisor: cell.divisor(leastWidth: effort.leastWidth) { _ in false }, effort: effort)
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
    let guess = cell.divisor(leastWidth: effort.leastWidth) {
      (cell.guessedSeconds(.baseline) + cell.guessedSeconds(.candidate)) / Double($0)
        <= share / Double(RatioEstimate.fewestVisits)
    }
    let form = cell.form(guess)
    if let forced = cell.forcedWidth, form.divisor != forced.divisor {
      throw .width(cell: cell.name, fraction: "\(WidthFraction(oneOf: forced.divisor))")
    }
    let sides = builder.build(form, for: cell)
    let trial = Trial(
      cell: cell, form: form, sides: sides,
      baselineSeconds: sides.baseline.trial().atFullWidth,
      candidateSeconds: sides.candidate.trial().atFullWidth)
    let least = trial.leastSeconds(effort.savings.last ?? effort)
    guard least <= plan.budgetSeconds else {
      throw .time(
        cell: cell.name, neededSeconds: least, budgetSeconds: plan.budgetSeconds,
        sizes: cell.workload.sizes)
    }
    return trial
  }

  /// How the fewest rounds of all cells fit their part of the time.
  struct Economy {
    /// What is saved at all cells.
    let effort: MeasuringEffort
    /// The most that those of one cell may take: who needs less gets it.
    let allowance: Double
  }

  /// The largest effort that the time allows, and what each cell may take of it.
  func economy(of trials: [Trial], seconds: Double) -> Economy {
    let budget = Self.partOfFewestRounds * seconds
    let effort =
      effort.savings.first { effort in
        trials.reduce(0) { $0 + $1.leastSeconds(effort) } <= budget
      } ?? effort.savings.last ?? effort
    let wants = trials.map {
      $0.fewestSeconds(divisor: $0.cell.forcedWidth?.divisor ?? 1, effort: effort)
    }
    return Economy(effort: effort, allowance: BudgetShare.largest(of: wants, budget: budget))
  }

  /// What the fewest rounds of all cells may take of the time for visits; the rest is for those whose
  /// intervals are wide, and for what a machine slows down meanwhile.
  private static let partOfFewestRounds = 0.6

  /// The cell at the widest form whose fewest rounds take no more than it is allowed.
  func measurement(of trial: Trial, _ economy: Economy) -> CellMeasurement {
    let (cell, effort) = (trial.cell, economy.effort)
    let form = cell.form(
      cell.divisor(leastWidth: effort.leastWidth) {
        trial.fewestSeconds(divisor: $0, effort: effort) <= economy.allowance
      })
    var trial = trial
    if form != trial.form { trial.sides = nil }
    let sides = trial.sides ?? builder.build(form, for: cell)
    let other = otherForm(than: form, of: cell).map { other in
      CellMeasurement.Fraction(other, builder.build(other, for: cell), effort: effort)
    }
    return CellMeasurement(
      cell, sides, other: other, seed: plan.seed, effort: effort, throttling: throttling)
  }

  /// The form that tells what a fraction of the width does to the ratio; `nil` where there is none.
  private func otherForm(than form: MemoryPlan, of cell: CellPlan) -> MemoryPlan? {
    guard let wanted = cell.otherDivisor(than: form.divisor) else { return nil }
    let other = cell.form(wanted)
    return other.divisor == wanted ? other : nil
  }
}
