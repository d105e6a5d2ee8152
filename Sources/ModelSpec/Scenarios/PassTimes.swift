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
  private let cells: [Cell]
  /// Of the cells without a ceiling of their own.
  private let ceilings: [Ceiling]

  /// Times from the cells of records of one machine, as their rounds give them.
  ///
  /// - Parameter conditions: under which a cell must have been measured to be taken.
  public init(
    _ records: [Record], pairing: ScenarioPairing, conditions: PassConditions = PassConditions()
  ) {
    self.init(
      cells: records.flatMap(\.cells).filter(conditions.allow),
      ceilings: records.flatMap(\.ceilings), pairing: pairing)
  }

  init(cells: [Cell], ceilings: [Ceiling], pairing: ScenarioPairing) {
    self.pairing = pairing
    self.ceilings = ceilings
    self.cells = cells.filter {
      $0.isKnown && $0.candidate == pairing.candidate.id && $0.baseline == pairing.baseline.id
        && pairing.candidate.isDescribed(by: $0.sides.candidate.layers)
        && pairing.baseline.isDescribed(by: $0.sides.baseline.layers)
    }
  }

  /// Those of some passes that no record holds.
  public func missing(_ passes: [ModelPass]) -> [ModelPass] {
    passes.filter { cell(of: $0) == nil }
  }

  /// What the cells of some passes were measured under, where any is held: what others are to be measured under,
  /// so that a formula does not mix weights of two formats.
  public func conditions(of passes: [ModelPass]) -> PassConditions? {
    passes.lazy.compactMap { cell(of: $0) }.first.map {
      PassConditions(engines: [$0.engine], threads: $0.threads, format: $0.precision)
    }
  }

  /// The cell that a pass is timed by; `nil` where the record has none.
  ///
  /// Of several, the one with the most threads, and then the first.
  func cell(of pass: ModelPass) -> Cell? {
    let workload = pass.workload(hasBlocks: pairing.hasBlocks)
    let matching = cells.filter { $0.workload == workload }
    let most = matching.map(\.threads).max()
    return matching.first { $0.threads == most }
  }

  /// Seconds of both sides of a pass.
  ///
  /// - Throws: `ScenarioError.missing` where the record does not hold it.
  func pass(_ pass: ModelPass) throws(ScenarioError) -> TimedPass {
    guard let cell = cell(of: pass) else {
      throw .missing(
        pass: pass.phrase, candidate: pairing.candidate.id, baseline: pairing.baseline.id)
    }
    return TimedPass(
      ratio: Quantity(cell.timeRatio),
      baseline: TimedPass.Side(
        timed: try seconds(cell, \.baselineSeconds),
        counted: try countedSeconds(pass, .baseline, beside: cell)),
      candidate: TimedPass.Side(
        timed: try seconds(cell, \.candidateSeconds),
        counted: try countedSeconds(pass, .candidate, beside: cell)))
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
    _ pass: ModelPass, _ role: ScenarioPairing.Role, beside cell: Cell
  ) throws(ScenarioError) -> Double {
    let side = role == .candidate ? cell.sides.candidate : cell.sides.baseline
    let work = [LayerWork(count: 1, operations: countedOperations(pass, role, cell.precision))]
    guard let ceiling = ceilings.ceiling(decidingFor: cell),
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
    let head = model.operations(of: .head, tokens: pass.rowsOfHead, formats: formats)
    guard !pairing.hasBlocks else { return head }
    let mixing =
      switch pass {
      case .prefill(let tokens): model.operations(of: .attention, tokens: tokens, formats: formats)
      case .step(let sequences, let context):
        model.attentionStep(sequences: sequences, context: context, formats: formats)
      }
    return mixing + model.operations(of: .other, tokens: pass.rows, formats: formats) + head
  }

  /// The parts that are counted and not timed, in words.
  var countedParts: String {
    pairing.hasBlocks ? "the output head" : "attention and the output head"
  }
}

extension Architecture {
  /// Whether layers of a record may be this model's, and not those of another one that had the same id, such as a
  /// configuration that was edited since: their networks are among its own.
  fileprivate func isDescribed(by layers: [LayerGroup]) -> Bool {
    let labels = Set(self.layers.flatMap(\.feedForwards).map(\.label))
    return layers.allSatisfy { group in labels.contains { group.layer.hasPrefix($0) } }
  }
}

/// What passes are measured under, as far as it is asked for.
public struct PassConditions: Hashable, Sendable {
  /// The engines, one of which computes; `nil` for any.
  public var engines: [String]?
  /// Worker threads; `nil` for any number.
  public var threads: Int?
  /// How weights are stored; `nil` for any format.
  public var format: WeightFormat?

  /// Conditions that leave open what is not given.
  public init(engines: [String]? = nil, threads: Int? = nil, format: WeightFormat? = nil) {
    self.engines = engines
    self.threads = threads
    self.format = format
  }

  /// Whether a cell was measured under them.
  func allow(_ cell: Cell) -> Bool {
    engines?.contains(cell.engine) != false && [nil, cell.threads].contains(threads)
      && [nil, cell.precision].contains(format)
  }

  /// These, and of others what these leave open.
  public func completed(by others: PassConditions?) -> PassConditions {
    PassConditions(
      engines: engines ?? others?.engines, threads: threads ?? others?.threads,
      format: format ?? others?.format)
  }

  /// `bf16 weights, 1 thread, the tile engine`; empty where nothing is asked for.
  public var phrase: String {
    let parts = [
      format.map { "\($0) weights" }, threads.map { $0 == 1 ? "1 thread" : "\($0) threads" },
      engines.map { "the \($0.joined(separator: " or the ")) engine" },
    ].compactMap(\.self)
    return parts.joined(separator: ", ")
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
