import LayerSpec
import Statistics

#if canImport(Glibc)
  import Glibc
#endif

/// What the passes of two models take on one machine: timed where a record has them, and counted by the
/// record's ceilings where a workload leaves a part of the model out.
///
/// A counted part takes its roofline seconds over the share of the roofline that the timed part of the same
/// pass reached: it is taken to be as well made as what was timed.
public struct PassTimes: Sendable {
  let pairing: ScenarioPairing
  private let heldPasses: [HeldPass]

  /// A cell with what its record says of all cells.
  private struct HeldPass {
    let cell: Cell
    /// Of cells without a ceiling of their own.
    let ceilings: [Ceiling]
    let conditions: PassConditions
    /// Of the whole run.
    let cautions: [String]
  }

  /// Times from the cells of records of one machine, as their rounds give them.
  ///
  /// - Parameter conditions: under which a cell must have been measured to be taken.
  public init(
    _ records: [Record], pairing: ScenarioPairing, conditions: PassConditions = PassConditions()
  ) {
    self.pairing = pairing
    heldPasses = records.flatMap { record in
      record.cells.filter { cell in
        cell.isKnown && cell.isRoutedUniformly
          && cell.candidate == pairing.candidate.id && cell.baseline == pairing.baseline.id
          && pairing.candidate.isDescribed(by: cell.sides.candidate, in: cell.workload)
          && pairing.baseline.isDescribed(by: cell.sides.baseline, in: cell.workload)
      }.map {
        HeldPass(
          cell: $0, ceilings: record.ceilings, conditions: PassConditions($0, of: record),
          cautions: record.cautions)
      }
    }.filter { conditions.allow($0.conditions) }
  }

  /// Times from cells that are taken for those of the models whatever they say of them.
  init(cells: [Cell], ceilings: [Ceiling], pairing: ScenarioPairing) {
    self.pairing = pairing
    heldPasses = cells.map {
      HeldPass(
        cell: $0, ceilings: ceilings,
        conditions: PassConditions(
          engines: [$0.engine], threads: $0.threads, format: $0.precision), cautions: [])
    }
  }

  /// Those of some passes that no record holds.
  public func missing(_ passes: [ModelPass]) -> [ModelPass] {
    passes.filter { held($0) == nil }
  }

  /// What the cells of some passes were measured under, where any is held: what others are to be measured under,
  /// so that a formula does not mix weights of two formats.
  public func conditions(of passes: [ModelPass]) -> PassConditions? {
    passes.lazy.compactMap { held($0) }.first?.conditions
  }

  /// These, without what was measured under other conditions than the first of some passes that is held.
  func ofOneSet(for passes: [ModelPass]) -> PassTimes {
    guard let conditions = conditions(of: passes) else { return self }
    return PassTimes(
      heldPasses: heldPasses.filter { conditions.allow($0.conditions) }, pairing: pairing)
  }

  private init(heldPasses: [HeldPass], pairing: ScenarioPairing) {
    self.heldPasses = heldPasses
    self.pairing = pairing
  }

  /// What a reader should know of the cells of some passes and of the runs that they are from, each once:
  /// `a prefill of 256 tokens: the interval spans …`.
  func cautions(of passes: [ModelPass]) -> [String] {
    let taken = passes.compactMap { pass in held(pass).map { (pass: pass, held: $0) } }
    let own = taken.flatMap { pass, held in held.cell.cautions.map { (pass.phrase, $0) } }
    let texts = own.map(\.1).uniqued().map { text in
      let names = own.filter { $0.1 == text }.map(\.0).uniqued()
      return names.count == taken.count && taken.count > 1
        ? "every pass: \(text)" : "\(names.joined(separator: ", ")): \(text)"
    }
    return taken.flatMap(\.held.cautions).uniqued() + texts
  }

  /// The cell that a pass is timed by; `nil` where the record has none.
  func cell(of pass: ModelPass) -> Cell? { held(pass)?.cell }

  /// Of several cells of a pass, the one with the most threads, and then the first.
  private func held(_ pass: ModelPass) -> HeldPass? {
    let workload = pass.workload(hasBlocks: pairing.hasBlocks)
    let matching = heldPasses.filter { $0.cell.workload == workload }
    let most = matching.map(\.cell.threads).max()
    return matching.first { $0.cell.threads == most }
  }

  /// Seconds of both sides of a pass.
  ///
  /// - Throws: `ScenarioError.missing` where the record does not hold it.
  func pass(_ pass: ModelPass) throws(ScenarioError) -> TimedPass {
    guard let held = held(pass) else {
      throw .missing(
        pass: pass.phrase, candidate: pairing.candidate.id, baseline: pairing.baseline.id)
    }
    let cell = held.cell
    return TimedPass(
      ratio: Quantity(cell.timeRatio),
      baseline: TimedPass.Side(
        timed: try seconds(cell, \.baselineSeconds),
        counted: try countedSeconds(pass, .baseline, beside: held)),
      candidate: TimedPass.Side(
        timed: try seconds(cell, \.candidateSeconds),
        counted: try countedSeconds(pass, .candidate, beside: held)))
  }

  /// The seconds of one side with the interval of its visits.
  private func seconds(
    _ cell: Cell, _ side: KeyPath<PairedRound, Double>
  ) throws(ScenarioError) -> Quantity {
    let visits = Dictionary(grouping: cell.rounds, by: \.visit).values
      .map { log($0.map { $0[keyPath: side] }.median) }
    guard let low = visits.min(), let high = visits.max() else {
      throw .uncountable(reason: "a cell of \(cell.candidate) has no rounds")
    }
    if let interval = SignedRankInterval(visits, confidence: RatioEstimate.confidenceOfVisits) {
      return Quantity(median: interval.median, low: interval.low, high: interval.high).rising(exp)
    }
    return Quantity(median: visits.median, low: low, high: high).rising(exp)
  }

  /// Seconds of the parts of a pass that its workload leaves out.
  private func countedSeconds(
    _ pass: ModelPass, _ role: ScenarioPairing.Role, beside held: HeldPass
  ) throws(ScenarioError) -> Double {
    let cell = held.cell
    let side = role == .candidate ? cell.sides.candidate : cell.sides.baseline
    let work = [LayerWork(count: 1, operations: countedOperations(pass, role, cell.precision))]
    guard let ceiling = held.ceilings.ceiling(decidingFor: cell),
      let ceilings = Ceilings([ceiling], threads: cell.threads),
      let seconds = work.rooflineSeconds(under: ceilings)
    else { throw .noCeilings(part: countedParts) }
    guard let share = side.rooflineShare, share > 0 else {
      throw .noShare(pass: pass.phrase, part: countedParts)
    }
    return seconds / min(1, share)
  }

  /// What the workload of the passes leaves out.
  private func countedOperations(
    _ pass: ModelPass, _ role: ScenarioPairing.Role, _ format: WeightFormat
  ) -> [Operation] {
    let (model, formats) = (pairing.model(role), FormatPlan(format))
    var forward = model.operations(of: .head, tokens: pass.rowsOfHead, formats: formats)
    if !pairing.hasBlocks {
      let mixing =
        switch pass {
        case .prefill(let tokens), .training(let tokens):
          model.operations(of: .attention, tokens: tokens, formats: formats)
        case .step(let sequences, let context):
          model.attentionStep(sequences: sequences, context: context, formats: formats)
        }
      forward =
        mixing + model.operations(of: .other, tokens: pass.rows, formats: formats) + forward
    }
    return if case .training = pass { forward.trained } else { forward }
  }

  /// The parts that are counted and not timed, in words.
  var countedParts: String {
    pairing.hasBlocks ? "the output head" : "attention and the output head"
  }
}

/// Seconds of one pass of both models.
struct TimedPass {
  /// Baseline / candidate of what was timed, by turns.
  let ratio: Quantity
  let baseline: Side
  let candidate: Side

  /// Seconds of one side.
  struct Side {
    /// What was timed.
    let timed: Quantity
    /// What was counted.
    let counted: Double

    /// Both.
    var seconds: Quantity { timed + counted }
  }
}
