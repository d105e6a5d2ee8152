import ModelSpec

/// Judges claims by the cells of one record and by counting.
struct Judge {
  /// The record as the reader named it; `nil` for arithmetic alone.
  let record: String?
  /// The cells that decide.
  let cells: [Cell]
  /// All cells of the record, those that decide nothing among them.
  let allCells: [Cell]
  let reason: Reason
  let analytic: AnalyticRatios

  /// What can be said of the claim; of one about energy also what a pass of its pairing took of it here.
  func verdict(on claim: Claim) -> Verdict {
    var verdict = verdictByTest(of: claim)
    guard claim.metric == .energy else { return verdict }
    let uses = cells.filter { $0.candidate == claim.modelID && $0.baseline == claim.baselineID }
      .compactMap { cell in cell.energy.map { (cell, $0) } }
    guard let (cell, energy) = uses.max(by: { $0.1.ratio.median < $1.1.ratio.median }) else {
      return verdict
    }
    verdict.measured = Verdict.Measured(energy.ratio)
    verdict.reason = Reason.joined(
      verdict.reason,
      "A forward pass of the \(WorkloadPhrases([cell.workload.kind]).subjects) took "
        + "\(Figures.measuredRatio(energy.ratio.median)) less energy here at best "
        + "(\(reason.names.conditions(of: cell))).")
    return verdict
  }

  private func verdictByTest(of claim: Claim) -> Verdict {
    let pairing = cells.filter {
      $0.candidate == claim.modelID && $0.baseline == claim.baselineID
        && $0.workload.kind == claim.workload
    }
    var flops: AnalyticRatio?
    if let candidate = claim.modelID, let baseline = claim.baselineID {
      flops = analytic.ratio(candidate: candidate, baseline: baseline)
    }
    let count = claim.counted()
    switch claim.test {
    case .cells(let criteria, _):
      return tested(claim, criteria: criteria, pairing: pairing, flops: flops, count: count)
    case .count:
      return counted(claim, count)
    case .scenario(let criteria, _):
      switch composed(criteria, for: claim) {
      case .success(let document):
        return verdict(on: claim, composed: document, flops: flops, count: count)
      case .failure(let why):
        return untested(claim, why: "\(why)", pairing: pairing, flops: flops, count: count)
      }
    case .none(let why, _):
      return untested(claim, why: why, pairing: pairing, flops: flops, count: count)
    }
  }

  // MARK: - By cells

  private func tested(
    _ claim: Claim, criteria: Claim.CellCriteria, pairing: [Cell], flops: AnalyticRatio?,
    count: CountResult?
  ) -> Verdict {
    let matching = pairing.filter { criteria.match($0.workload) }
    // Without a number nothing can be decided; the best cell is then shown as what there is.
    let decision =
      claim.ratio.map { VerdictRules.decide(matching, claimed: $0, claim.qualifier) }
      ?? highest(matching).map { ($0, .undecided) }
    guard let (best, outcome) = decision else {
      let why = reason.notMeasured(
        claim, criteria: criteria, pairing: pairing, instead: others(than: claim))
      guard let count, count.saysSomething else {
        return blank(claim, .notMeasured, flops: flops, reason: why)
      }
      // Cells decide what arithmetic leaves open, so that without them nothing does.
      if count.rest(of: claim) == nil { return counted(claim, count, besides: why) }
      let words = CountReason(claim, count)
      var verdict = blank(
        claim, .notMeasured, flops: flops, reason: Reason.joined(why, words.sentence))
      verdict.show(count)
      verdict.leftToExplain = words.left
      return verdict
    }
    let worst = lowest(matching, besides: best)
    var verdict = blank(
      claim, outcome, flops: flops,
      reason: reason.measured(claim, outcome: outcome, best: best, worst: worst, analytic: flops))
    verdict.basis = .measured
    verdict.show(best: best, worst: worst)
    verdict.analytic = best.flopRatio
    return verdict
  }

  // MARK: - By counting

  /// - Parameter besides: why cells do not decide a claim that they could, as a sentence.
  private func counted(_ claim: Claim, _ count: CountResult?, besides: String? = nil) -> Verdict {
    guard let count, count.saysSomething else {
      return blank(claim, .notMeasured, flops: nil, reason: CountReason.impossible(claim))
    }
    let words = CountReason(claim, count)
    var verdict = blank(
      claim, outcome(of: claim, count), flops: nil,
      reason: besides.map { Reason.joined(words.sentence, $0) } ?? words.sentence)
    verdict.basis = .counted
    verdict.show(count)
    verdict.leftToExplain = words.left
    return verdict
  }

  /// What a count says: by the table where it counts all that is claimed, undecided where a part of it.
  private func outcome(of claim: Claim, _ count: CountResult) -> Verdict.Outcome {
    if count.rest(of: claim) != nil { return .undecided }
    if count.isWithinLimit == false { return .fallsShort }
    if let ratio = count.ratio, let claimed = claim.ratio {
      return VerdictRules.outcome(
        counted: ratio, claimed: claimed, printed: count.claimed, claim.qualifier)
    }
    return count.isWithinLimit == true ? .delivered : .undecided
  }

  // MARK: - By nothing

  private func untested(
    _ claim: Claim, why: String, pairing: [Cell], flops: AnalyticRatio?, count: CountResult?
  ) -> Verdict {
    let best = claim.scope.remainder == nil ? nil : highest(pairing)
    let worst = best.flatMap { lowest(pairing, besides: $0) }
    let count = count.flatMap { $0.saysSomething ? CountReason(claim, $0) : nil }
    let explained = flops?.wholeModel ?? best?.flopRatio
    var left: Double?
    if let ratio = claim.ratio, let explained, claim.scope.remainder != nil {
      left = ratio / explained
    }
    var verdict = blank(
      claim, claim.scope.isOfPasses ? .notMeasured : .notAKernelClaim,
      flops: claim.scope.remainder == nil ? nil : flops,
      reason: reason.beyondKernel(
        claim, why: why, count: count, best: best, worst: worst, analytic: flops,
        left: count?.result.ratio == nil ? left : nil))
    if let best { verdict.show(best: best, worst: worst) }
    verdict.analytic = verdict.analyticWholeModel ?? verdict.analyticFeedForward
    verdict.leftToExplain = left
    // The quotient of two prices is no part that anything of the ratio is explained by.
    if let count, count.result.ratio != nil, claim.test.scenario == nil {
      verdict.show(count.result)
      verdict.leftToExplain = count.left
    }
    return verdict
  }

  // MARK: - Parts

  /// Cells of the pairing that do not serve the claim, in a few words; `nil` where the record has
  /// none.
  private func others(than claim: Claim) -> String? {
    func hasPairing(_ cells: [Cell]) -> Bool {
      cells.contains { $0.candidate == claim.modelID && $0.baseline == claim.baselineID }
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

  func blank(
    _ claim: Claim, _ outcome: Verdict.Outcome, flops: AnalyticRatio?, reason: String
  ) -> Verdict {
    Verdict(
      claim: claim.id, scope: claim.scope, candidate: claim.modelID, baseline: claim.baselineID,
      claimed: claim.ratio, qualifier: claim.qualifier,
      analyticFeedForward: flops?.feedForward, analyticWholeModel: flops?.wholeModel,
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

  /// Takes over the ratio of a count.
  mutating func show(_ count: CountResult) {
    analytic = count.ratio?.value
    analyticInterval = count.ratio.flatMap {
      $0.isExact ? nil : Interval(low: $0.low, high: $0.high)
    }
  }
}

extension CountResult {
  /// Whether anything could be counted.
  var saysSomething: Bool { ratio != nil || tokensLeft != nil || isWithinLimit != nil }

  /// What a claim holds besides what is counted; `nil` where the count is all of it.
  func rest(of claim: Claim) -> String? {
    if ratio == nil, tokensLeft != nil { return "how many tokens it was trained with" }
    if let leaves = count.leaves ?? claim.scope.remainderOfCounts { return leaves }
    let isOfCounts =
      claim.scope == .workloadMix || claim.scope == .memory || !claim.metric.isOfTime
    return isOfCounts ? nil : "the time that a FLOP takes on either side"
  }
}
