import ModelSpec
import Statistics

/// Makes cells ready to be visited: each is tried at a cautiously narrow form, and then all are built at the
/// widest at which their fewest rounds fit the time together.
struct CellPreparation {
  let plan: RunPlan
  let effort: MeasuringEffort
  let throttling: ThrottleMeter
  var energy = EnergyMeter.none
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
        ).secondsOfAVisit
      }
      return Double(RatioEstimate.fewestVisits) * rounds.reduce(0, +)
    }

    /// The widest form whose fewest rounds take no more than so much, or the one whose take least: a narrower
    /// one need not, for it has rounds at another fraction, and passes shorter than a slice are repeated.
    func divisor(_ effort: MeasuringEffort, allowance: Double) -> Int {
      let divisors = cell.divisors(leastWidth: effort.leastWidth)
      let seconds = divisors.map { fewestSeconds(divisor: $0, effort: effort) }
      let fitting = seconds.firstIndex { $0 <= allowance }
      let least = seconds.indices.min { (seconds[$0], $0) < (seconds[$1], $1) }
      return divisors[fitting ?? least ?? 0]
    }

    /// The least that the fewest rounds can take.
    func leastSeconds(_ effort: MeasuringEffort) -> Double {
      fewestSeconds(divisor: divisor(effort, allowance: -1), effort: effort)
    }
  }

  /// Builds a cell at a form whose first pass is quick by all that is known, and times it.
  ///
  /// - Throws: `PlanError.time` for a cell whose fewest rounds are longer than the whole budget at any width,
  ///   and `PlanError.width` where it does not have the fraction that was asked for.
  func trial(of number: Int) throws(PlanError) -> Trial {
    let cell = plan.cells[number]
    let form = plan.firstForm(of: number, arenaBytes: arenaBytes)
    if let forced = cell.forcedWidth, form.divisor != forced.divisor {
      throw .width(cell: cell.name, fraction: "\(WidthFraction(oneOf: forced.divisor))")
    }
    let sides = builder.build(form, for: cell)
    let trial = Trial(
      cell: cell, form: form, sides: sides,
      baselineSeconds: sides.baseline.trial().atFullWidth,
      candidateSeconds: sides.candidate.trial().atFullWidth)
    let least = effort.savings.map(trial.leastSeconds).min() ?? 0
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

  /// The effort with which the fewest cells are narrower than they could be, of those whose fewest rounds fit the
  /// time, and what each cell may take of it.
  ///
  /// Of several, the one that saves least: a round of two slices says less than one of four, and a fraction of the
  /// width still less. Visits of one batch are a last resort: what batches differ by would widen the intervals of
  /// all cells that memory bounds.
  func economy(of trials: [Trial], seconds: Double) -> Economy {
    let budget = RunPlan.partOfFewestRounds * (seconds - secondsOfWriting)
    let choices = effort.savings.map { economy(of: trials, effort: $0, budget: budget) }
    let fitting = choices.indices.filter { choices[$0].leastSeconds <= budget }
    func cost(of choice: Int) -> (Int, Int, Int) {
      (
        choices[choice].economy.effort.longestMixedPassSeconds > 0 ? 0 : 1,
        choices[choice].narrowed, choice
      )
    }
    let chosen =
      fitting.min { cost(of: $0) < cost(of: $1) }
      ?? choices.indices.min { choices[$0].leastSeconds < choices[$1].leastSeconds }
    return choices[chosen ?? 0].economy
  }

  /// What an effort comes to: what the fewest rounds of all cells can take at the least, and how many cells are
  /// narrower than they could be where all time is used.
  private func economy(
    of trials: [Trial], effort: MeasuringEffort, budget: Double
  ) -> (economy: Economy, leastSeconds: Double, narrowed: Int) {
    let least = trials.map { $0.leastSeconds(effort) }
    let widest = trials.map { $0.cell.divisors(leastWidth: effort.leastWidth)[0] }
    let wants = zip(trials, widest).map { $0.fewestSeconds(divisor: $1, effort: effort) }
    let allowance = BudgetShare.largest(of: wants, least: least, budget: budget)
    let narrowed = zip(trials, widest).count { $0.divisor(effort, allowance: allowance) != $1 }
    return (Economy(effort: effort, allowance: allowance), least.reduce(0, +), narrowed)
  }

  /// Bytes of the arena that are written; no bound where there is none.
  private var arenaBytes: Int { plan.arenaBytes > 0 ? builder.writer.arena.bytes : .max }

  /// What writing the arena may take yet.
  private var secondsOfWriting: Double {
    plan.arenaBytes > 0 ? builder.writer.secondsOfTheRest : 0
  }

  /// Writes the weights of the forms that cells will be measured at, as far as there is time.
  func writeWeights(of trials: [Trial], _ economy: Economy) {
    guard plan.arenaBytes > 0 else { return }
    let bytes = trials.map { $0.cell.arenaBytes(of: form(of: $0, economy)) }
    builder.writer.write(upTo: bytes.max() ?? 0)
  }

  /// The widest form whose fewest rounds take no more than a cell is allowed, as far as its weights are
  /// written.
  private func form(of trial: Trial, _ economy: Economy, arenaBytes: Int = .max) -> MemoryPlan {
    trial.cell.within(arenaBytes: arenaBytes).form(
      trial.divisor(economy.effort, allowance: economy.allowance))
  }

  /// The cell at the widest form whose fewest rounds take no more than it is allowed.
  func measurement(of trial: Trial, _ economy: Economy) -> CellMeasurement {
    let (cell, effort) = (trial.cell, economy.effort)
    let form = form(of: trial, economy, arenaBytes: arenaBytes)
    var trial = trial
    if form != trial.form { trial.sides = nil }
    let sides = trial.sides ?? builder.build(form, for: cell)
    let other = otherForm(than: form, of: cell.within(arenaBytes: arenaBytes)).map { other in
      CellMeasurement.Fraction(other, builder.build(other, for: cell), effort: effort)
    }
    return CellMeasurement(
      cell, sides, other: other, seed: plan.seed, effort: effort, throttling: throttling,
      energy: energy)
  }

  /// The form that tells what a fraction of the width does to the ratio; `nil` where there is none.
  private func otherForm(than form: MemoryPlan, of cell: CellPlan) -> MemoryPlan? {
    cell.otherDivisor(than: form.divisor).map(cell.form)
  }
}
