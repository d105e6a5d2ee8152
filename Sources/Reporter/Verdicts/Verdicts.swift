import ModelSpec

/// Holds claims against a record.
public enum Verdicts {
  /// One verdict for every claim that the record can speak of.
  ///
  /// Those are the claims about a model that was measured, or was to be measured, as a candidate.
  /// Decided ones come first, then those beyond a kernel that have figures, then the rest, each in
  /// the ledger's order.
  public static func judging(
    _ named: NamedRecord, claims: [Claim] = ClaimLedger.claims, analytic: AnalyticRatios = .none
  ) -> [Verdict] {
    let cells = judgedCells(of: named.record)
    let candidates = Set(named.record.cells.map(\.candidate)).union(named.record.options.candidates)
    let judge = Judge(
      record: named.name, cells: cells, allCells: named.record.cells,
      reason: Reason(names: CellNames(cells), record: named.record),
      analytic: analytic)
    let verdicts = claims.compactMap { claim -> Verdict? in
      guard let candidate = claim.modelID, candidates.contains(candidate) else { return nil }
      return judge.verdict(on: claim, candidate: candidate)
    }
    return [0, 1, 2].flatMap { group in verdicts.filter { $0.group == group } }
  }

  /// The cells that decide.
  ///
  /// Cells with parts that this version does not know decide nothing, and neither do those of a run
  /// with a token effort: they are only shown.
  static func judgedCells(of record: Record) -> [Cell] {
    record.options.effort == nil ? record.cells.filter(\.isKnown) : []
  }
}

extension Verdict {
  /// Whether the verdict shows a ratio next to the claim.
  public var hasFigures: Bool { measured != nil || analytic != nil }

  /// Where the verdict is listed: 0 when cells decided, 1 beyond a kernel with figures, else 2.
  fileprivate var group: Int {
    switch verdict {
    case .delivered, .exceeded, .fallsShort, .undecided: 0
    case .notAKernelClaim: hasFigures ? 1 : 2
    case .notMeasured: 2
    }
  }
}

/// Judges claims by the cells of one record.
private struct Judge {
  let record: String
  /// The cells that decide.
  let cells: [Cell]
  /// All cells of the record, those that decide nothing among them.
  let allCells: [Cell]
  let reason: Reason
  let analytic: AnalyticRatios

  func verdict(on claim: Claim, candidate: String) -> Verdict {
    let pairing = cells.filter {
      $0.candidate == candidate && $0.baseline == claim.baselineID
        && $0.workload.kind == claim.workload
    }
    let counted = claim.baselineID.flatMap {
      analytic.ratio(candidate: candidate, baseline: $0)
    }
    switch claim.test {
    case .cells(let criteria):
      return tested(claim, candidate, criteria: criteria, pairing: pairing, counted: counted)
    case .none(let why):
      return untested(claim, candidate, why: why, pairing: pairing, counted: counted)
    }
  }

  private func tested(
    _ claim: Claim, _ candidate: String, criteria: Claim.CellCriteria, pairing: [Cell],
    counted: AnalyticRatio?
  ) -> Verdict {
    let matching = pairing.filter { criteria.match($0.workload) }
    // Without a number nothing can be decided; the best cell is then shown as what there is.
    let decision =
      claim.ratio.map { VerdictRules.decide(matching, claimed: $0, claim.qualifier) }
      ?? highest(matching).map { ($0, .undecided) }
    guard let (best, outcome) = decision else {
      return blank(
        claim, candidate, .notMeasured, counted: counted,
        reason: reason.notMeasured(
          claim, criteria: criteria, pairing: pairing,
          instead: others(candidate: candidate, baseline: claim.baselineID)))
    }
    let worst = lowest(matching, besides: best)
    var verdict = blank(
      claim, candidate, outcome, counted: counted,
      reason: reason.measured(
        claim, outcome: outcome, best: best, worst: worst, analytic: counted))
    verdict.show(best: best, worst: worst)
    verdict.analytic = best.flopRatio
    return verdict
  }

  private func untested(
    _ claim: Claim, _ candidate: String, why: String, pairing: [Cell], counted: AnalyticRatio?
  ) -> Verdict {
    let best = claim.scope.remainder == nil ? nil : highest(pairing)
    let worst = best.flatMap { lowest(pairing, besides: $0) }
    let explained = counted?.wholeModel ?? best?.flopRatio
    var left: Double?
    if let ratio = claim.ratio, let explained, claim.scope.remainder != nil {
      left = ratio / explained
    }
    var verdict = blank(
      claim, candidate, claim.scope.isOfPasses ? .notMeasured : .notAKernelClaim,
      counted: claim.scope.remainder == nil ? nil : counted,
      reason: reason.beyondKernel(
        claim, why: why, best: best, worst: worst, analytic: counted, left: left))
    if let best { verdict.show(best: best, worst: worst) }
    verdict.analytic = verdict.analyticWholeModel ?? verdict.analyticFeedForward
    verdict.leftToExplain = left
    return verdict
  }

  /// Cells of the pairing that do not serve the claim, in a few words; `nil` where the record has
  /// none.
  private func others(candidate: String, baseline: String?) -> String? {
    func hasPairing(_ cells: [Cell]) -> Bool {
      cells.contains { $0.candidate == candidate && $0.baseline == baseline }
    }
    if hasPairing(cells) { return "cells of another workload" }
    return hasPairing(allCells) ? "cells that nothing is judged by" : nil
  }

  private func highest(_ cells: [Cell]) -> Cell? {
    cells.max { $0.timeRatio.median < $1.timeRatio.median }
  }

  /// The least favourable cell, `nil` when none is less favourable than `best`.
  private func lowest(_ cells: [Cell], besides best: Cell) -> Cell? {
    cells.filter { $0.timeRatio.median < best.timeRatio.median }
      .min { $0.timeRatio.median < $1.timeRatio.median }
  }

  private func blank(
    _ claim: Claim, _ candidate: String, _ outcome: Verdict.Outcome, counted: AnalyticRatio?,
    reason: String
  ) -> Verdict {
    Verdict(
      claim: claim.id, scope: claim.scope, candidate: candidate, baseline: claim.baselineID,
      claimed: claim.ratio, qualifier: claim.qualifier,
      analyticFeedForward: counted?.feedForward, analyticWholeModel: counted?.wholeModel,
      verdict: outcome, reason: reason, record: record)
  }
}

extension Verdict {
  /// Takes over the figures of the cells that stand for the claim.
  fileprivate mutating func show(best: Cell, worst: Cell?) {
    measured = Measured(best)
    roofline = best.rooflineRatio
    switch best.workload.kind.traits?.part {
    case .feedForward: analyticFeedForward = best.flopRatio
    case .whole: analyticWholeModel = best.flopRatio
    default: break
    }
    self.best = Place(best)
    self.worst = worst.map(Place.init)
  }
}
