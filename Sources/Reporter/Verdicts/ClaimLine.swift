import ModelSpec

extension Verdict {
  /// The verdict as one line that can be quoted: what is claimed, what arithmetic allows, what this machine
  /// delivers, and what remains to be explained.
  func line(on claim: Claim) -> String {
    let parts = [claimedPart(claim), arithmeticPart, machinePart, remainingPart(claim)]
    return "\(claim.id): " + parts.compactMap(\.self).joined(separator: "; ") + "."
  }

  private func claimedPart(_ claim: Claim) -> String {
    claim.ratio == nil
      ? "no number is claimed" : "claimed \(Figures.claimed(claim.ratio, claim.qualifier))"
  }

  private var arithmeticPart: String {
    analytic.map { "arithmetic allows \(Figures.ratio($0))" } ?? "arithmetic says nothing of it"
  }

  private var machinePart: String {
    measured.map {
      "this machine \(basis == .composed ? "would deliver" : "delivers") "
        + "\(Figures.measuredRatio($0.median)) \(Figures.interval($0.low, $0.high))"
    } ?? "nothing is timed for it"
  }

  /// The factor between what is claimed and the better of what was measured and counted.
  private func remainingPart(_ claim: Claim) -> String? {
    guard let ratio = claim.ratio else { return nil }
    guard let found = measured?.median ?? analytic, found > 0 else {
      return "all of it remains to be explained"
    }
    let left = leftToExplain ?? ratio / found
    guard left > Reason.closeness else { return "nothing remains to be explained" }
    let factor = Figures.significant(left, digits: 2, trimmed: true)
    return "a factor \(factor) remains"
      + (claim.scope.remainder.map { " for \($0)" } ?? " unexplained")
  }
}

extension Report.Section {
  /// A line on every claim that the run's suite was made for, in the ledger's order; empty for other suites.
  var seedLines: [String] {
    guard named.record.options.suite == "seeds" else { return [] }
    let seeds = ClaimLedger.claims.filter { $0.id.hasPrefix("seed-") }
    let judged = Dictionary(
      verdicts.map { ($0.claim, $0) }, uniquingKeysWith: { first, _ in first })
    let counted = Verdicts.counting(seeds.filter { judged[$0.id] == nil })
    return seeds.compactMap { claim in
      (judged[claim.id] ?? counted.first { $0.claim == claim.id })?.line(on: claim)
    }
  }
}
