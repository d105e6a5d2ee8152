import ModelSpec

extension Judge {
  /// What the scenario of a claim finds in the record; a failure says what it lacks.
  ///
  /// It is of the claim's own pairing, and where the claim names no baseline of the catalogue, of the first one
  /// that the record holds its model against.
  func composed(
    _ criteria: Claim.ScenarioCriteria, for claim: Claim
  ) -> Result<ScenarioDocument, ScenarioError> {
    guard let record = reason.record else {
      return .failure(
        .uncountable(
          reason:
            "the scenario \(criteria.scenario) decides it, which is composed from cells of a record"
        ))
    }
    let baselines =
      [claim.baselineID].compactMap(\.self)
      + cells.filter { $0.candidate == claim.modelID }.map(\.baseline)
    let pairing = baselines.lazy.compactMap { baseline -> ScenarioPairing? in
      guard let candidate = claim.modelID.flatMap(Catalogue.architecture(id:)),
        let baseline = Catalogue.architecture(id: baseline)
      else { return nil }
      return ScenarioPairing(candidate: candidate, baseline: baseline)
    }.first
    guard let pairing else {
      return .failure(
        .uncountable(
          reason:
            "the scenario \(criteria.scenario) decides it, and the record holds its model against no model"
        ))
    }
    var known = record
    known.cells = cells
    do {
      let (scenario, assumptions) = try criteria.resolved()
      return .success(
        try ScenarioDocument(scenario, assumptions, PassTimes([known], pairing: pairing)))
    } catch {
      return .failure(error)
    }
  }

  /// The verdict of what a scenario found: by the table where it composes all that is claimed, undecided where
  /// more belongs to the claim than passes of a model.
  func verdict(
    on claim: Claim, composed document: ScenarioDocument, flops: AnalyticRatio?,
    count: CountResult?
  ) -> Verdict {
    let isRatio = document.unit == nil && document.isSaving
    var outcome = Verdict.Outcome.undecided
    var left: Double?
    if isRatio, let claimed = claim.ratio {
      if claim.scope.remainder == nil {
        outcome = VerdictRules.outcome(
          of: document.value, claimed: claimed, claim.qualifier)
      } else {
        left = claimed / document.value.median
      }
    }
    var verdict = blank(
      claim, outcome, flops: flops, reason: composedReason(claim, document, left: left))
    verdict.basis = .composed
    let words = count.flatMap { $0.saysSomething ? CountReason(claim, $0) : nil }
    if let words { verdict.reason += " " + words.sentence }
    let flops =
      flops
      ?? document.baseline.flatMap {
        analytic.ratio(candidate: document.candidate, baseline: $0)
      }
    verdict.analytic = document.isOfOneModel ? nil : flops?.wholeModel
    if document.unit == nil { verdict.measured = Verdict.Measured(document.value) }
    verdict.leftToExplain = left
    return verdict
  }

  /// The number, how it follows, and what it leaves.
  private func composedReason(
    _ claim: Claim, _ document: ScenarioDocument, left: Double?
  ) -> String {
    let number =
      document.unit.map { "\(Figures.significant(document.value.median, trimmed: true)) \($0)" }
      ?? Figures.measuredRatio(document.value.median)
    let given = document.given.map { "\($0.key) \(Figures.significant($0.value, trimmed: true))" }
      .joined(separator: ", ")
    var parts = [
      "\(document.valueName): \(number)"
        + (document.isOfOneModel ? "" : document.baseline.map { " against \($0)" } ?? ""),
      "composed by the scenario \(document.name) with \(given)",
    ]
    if let left, let claimed = claim.ratio, let remainder = claim.scope.remainder {
      parts.append(
        left > Reason.closeness
          ? "\(Figures.ratio(claimed)) leaves a factor \(Figures.significant(left, digits: 2, trimmed: true)) to "
            + "explain by \(remainder)"
          : "the claimed \(Figures.ratio(claimed)) is no more than that")
    }
    if let caution = document.caution { parts.append(String(caution.dropLast())) }
    let text = parts.joined(separator: "; ")
    return text.prefix(1).uppercased() + text.dropFirst() + "."
  }
}

extension Verdict.Measured {
  /// What a scenario composed.
  fileprivate init(_ quantity: Quantity) {
    self.init(
      RatioEstimate(
        median: quantity.median, low: quantity.low, high: quantity.high,
        confidence: RatioEstimate.confidenceOfVisits, rounds: 0))
  }
}

extension VerdictRules {
  /// The outcome of a composed interval for a claimed ratio.
  fileprivate static func outcome(
    of quantity: Quantity, claimed ratio: Double, _ qualifier: Claim.Qualifier
  ) -> Verdict.Outcome {
    outcome(
      of: RatioEstimate(
        median: quantity.median, low: quantity.low, high: quantity.high,
        confidence: RatioEstimate.confidenceOfVisits, rounds: 0), claimed: ratio, qualifier)
  }
}
