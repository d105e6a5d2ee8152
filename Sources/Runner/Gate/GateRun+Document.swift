import FoundationEssentials
import ModelSpec
import Statistics

extension GateRun {
  /// What was measured so far as a document, with what follows from it.
  ///
  /// - Parameters:
  ///   - created: when measuring began, RFC 3339.
  ///   - rerun: the command that would give an inconclusive cell more time.
  public func document(
    created: String, tool: ToolIdentity, machine: MachineIdentity, rerun: String
  ) -> GateDocument {
    let controls = controls.map(Self.control)
    let layoutFloor = self.controls.map(\.judgement.layoutFloor).max() ?? 0
    let judged = cells.map { cell(of: $0, layoutFloor: layoutFloor, rerun: rerun) }
    let cells = judged.enumerated().sorted {
      ($0.element.verdict.severity, $0.offset) < ($1.element.verdict.severity, $1.offset)
    }.map(\.element)
    var document = GateDocument(
      created: created, status: isCancelled ? .interrupted : .complete, tool: tool,
      machine: machine, base: plan.base.origin, head: plan.head.origin,
      options: .init(
        detect: plan.bounds.detect, tolerance: plan.bounds.tolerance,
        suiteErrorRate: plan.suiteErrorRate,
        confirmedCells: confirmedCells,
        mostPairs: plan.mostPairs, seed: plan.seed, budgetSeconds: plan.budgetSeconds),
      seconds: seconds, controls: controls, cells: cells, verdict: .inconclusive, summary: "",
      cautions: remarks)
    if !choices.isEmpty { document.choices = choices }
    document.verdict = document.verdictOfCells
    document.summary = document.summaryOfCells
    return document
  }

  private func cell(
    of progress: GateCellProgress, layoutFloor: Double, rerun: String
  ) -> GateDocument.Cell {
    let judgement = GateJudgement(
      screen: progress.screen, confirmation: progress.confirmation, work: progress.work,
      fault: progress.fault ?? disturbed(progress), layoutFloor: layoutFloor,
      pairSeconds: secondsOfAPair / Double(max(1, cells.count)), by: progress.policy)
    let pairs = progress.screen + progress.confirmation
    func seconds(_ side: KeyPath<GateDocument.Pair, [Double]>) -> Double? {
      let all = pairs.flatMap { $0[keyPath: side] }
      return all.isEmpty ? nil : all.median
    }
    var cell = GateDocument.Cell(
      id: progress.id, change: judgement.change, bound: judgement.bound,
      detectable: judgement.detectable, probability: judgement.probability,
      verdict: judgement.verdict, reason: judgement.reason,
      command: judgement.verdict == .inconclusive ? rerun : nil,
      baseSeconds: seconds(\.baseSeconds), headSeconds: seconds(\.headSeconds),
      screen: progress.screen, confirmation: progress.confirmation, work: progress.work)
    if let own = plan.ownBounds(of: progress.id) {
      (cell.detect, cell.tolerance) = (own.detect, own.tolerance)
    }
    return cell
  }

  /// Why a cell of which too many rounds were disturbed cannot be judged.
  private func disturbed(_ progress: GateCellProgress) -> String? {
    let pairs = progress.screen + progress.confirmation
    let lost = pairs.reduce(0) { $0 + $1.disturbedRounds }
    // A round has two slices of each side.
    let kept = pairs.reduce(0) { $0 + $1.baseSeconds.count } / 2
    guard Double(lost) > Self.mostDisturbedShare * Double(lost + kept) else { return nil }
    return "\(lost) of \(lost + kept) rounds were disturbed by the host or a quota"
  }

  /// Rounds that may be left out, as a share: what is left of more would be a choice.
  private static let mostDisturbedShare = 0.3

  private static func control(_ control: GateControl) -> GateDocument.Control {
    let judgement = control.judgement
    return GateDocument.Control(
      name: control.kind.rawValue, cell: control.cell.id,
      treatment: control.treatment,
      change: ChangeEstimate(pairs: control.pairs.compactMap(\.change)),
      probability: judgement.probability, passed: judgement.passed && control.fault == nil,
      fault: control.fault, pairs: control.pairs)
  }
}

extension GateDocument {
  /// The document of two sides of the same code, of which nothing is measured.
  public init(
    identical plan: GatePlan, reason: String, created: String, tool: ToolIdentity,
    machine: MachineIdentity
  ) {
    self.init(
      created: created, status: .complete, tool: tool, machine: machine, base: plan.base.origin,
      head: plan.head.origin,
      options: .init(
        detect: plan.bounds.detect, tolerance: plan.bounds.tolerance,
        suiteErrorRate: plan.suiteErrorRate,
        mostPairs: plan.mostPairs, seed: plan.seed, budgetSeconds: plan.budgetSeconds),
      seconds: 0, controls: [], cells: [], verdict: .pass,
      summary: "Nothing to measure: \(reason).", cautions: [])
  }
}
