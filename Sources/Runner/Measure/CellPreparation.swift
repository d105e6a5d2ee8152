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
    let least = FewestRounds.leastSeconds(of: trial, effort: effort)
    guard least <= plan.budgetSeconds else {
      throw .time(
        cell: cell.name, neededSeconds: least, budgetSeconds: plan.budgetSeconds,
        sizes: cell.workload.sizes)
    }
    return trial
  }

  /// What the fewest rounds of each cell are, where so many seconds are left for all that is to be done.
  func fewestRounds(of trials: [Trial], seconds: Double) -> [FewestRounds] {
    FewestRounds.fitting(
      RunPlan.partOfFewestRounds * (seconds - secondsOfWriting), of: trials, effort: effort)
  }

  /// Bytes of the arena that are written; no bound where there is none.
  private var arenaBytes: Int { plan.arenaBytes > 0 ? builder.writer.arena.bytes : .max }

  /// What writing the arena may take yet.
  private var secondsOfWriting: Double {
    plan.arenaBytes > 0 ? builder.writer.secondsOfTheRest : 0
  }

  /// Writes the weights of the forms that cells will be measured at, as far as there is time.
  func writeWeights(of trials: [Trial], _ rounds: [FewestRounds]) {
    guard plan.arenaBytes > 0 else { return }
    let bytes = zip(trials, rounds).map { $0.cell.arenaBytes(of: form(of: $0, $1)) }
    builder.writer.write(upTo: bytes.max() ?? 0)
  }

  /// The form of a cell's fewest rounds, as far as its weights are written.
  private func form(
    of trial: Trial, _ rounds: FewestRounds, arenaBytes: Int = .max
  ) -> MemoryPlan {
    trial.cell.within(arenaBytes: arenaBytes).form(rounds.divisor)
  }

  /// The cell at the form of its fewest rounds.
  func measurement(of trial: Trial, _ rounds: FewestRounds) -> CellMeasurement {
    let (cell, effort) = (trial.cell, rounds.effort)
    let form = form(of: trial, rounds, arenaBytes: arenaBytes)
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
