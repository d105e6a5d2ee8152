import ModelSpec

/// Says what a count comes to and how: its formula with its numbers, and what it leaves of the claim.
struct CountReason {
  private let claim: Claim
  /// The count.
  let result: CountResult

  init(_ claim: Claim, _ result: CountResult) {
    self.claim = claim
    self.result = result
  }

  /// Why a count that the ledger asks for was not made, as a sentence.
  static func impossible(_ claim: Claim) -> String {
    "The count needs sizes of \(claim.model) or \(claim.baseline) that are not in the catalogue."
  }

  /// Claimed ratio / counted ratio, where the claim holds more than what is counted and the count is not its
  /// own quotient.
  var left: Double? {
    guard result.rest(of: claim) != nil, !result.count.quantity.isStated, let ratio = claim.ratio,
      let counted = result.ratio
    else { return nil }
    return ratio / counted.value
  }

  /// All that the count says.
  var sentence: String {
    let text = clauses.joined(separator: "; ")
    return text.prefix(1).uppercased() + text.dropFirst() + "."
  }

  /// The formula, and what follows from it, as clauses.
  var clauses: [String] {
    [CountFormula(claim, result).clause, own, digits, limit, remainder].compactMap(\.self)
  }

  /// That both figures are the source's.
  private var own: String? {
    result.count.quantity.isStated
      ? "both figures are the source's own: this checks its arithmetic, not the figures" : nil
  }

  /// What the claim's printing leaves open, where the count is held against it.
  private var digits: String? {
    guard result.rest(of: claim) == nil, !result.count.quantity.isStated,
      claim.qualifier == .exactly || claim.qualifier == .upTo,
      let claimed = result.claimed, result.ratio != nil
    else { return nil }
    let (low, high) = (
      Figures.counted(exactly: claimed.low), Figures.counted(exactly: claimed.high)
    )
    return "what is printed is \(low) to \(high)"
  }

  private var limit: String? {
    guard let limit = result.count.limit, let isWithin = result.isWithinLimit else { return nil }
    let bytes = Figures.gigabytes(limit.bytes)
    return "\(isWithin ? "within" : "more than") the \(bytes) of \(limit.name)"
  }

  /// What the count leaves to explain.
  private var remainder: String? {
    guard let rest = result.rest(of: claim) else { return nil }
    guard let left, let ratio = claim.ratio, let counted = result.ratio else {
      return result.tokensLeft == nil ? "not counted: \(rest)" : "\(rest) is unpublished"
    }
    let claimed = Figures.ratio(ratio)
    if left > Reason.closeness {
      return "\(claimed) over \(Figures.ratio(counted.value)) leaves a factor "
        + "\(Figures.significant(left, digits: 2, trimmed: true)) to explain by \(rest)"
    }
    return left < 1 / Reason.closeness
      ? "the claimed \(claimed) is less than what is counted; not counted: \(rest)"
      : "the claimed \(claimed) is about what is counted; not counted: \(rest)"
  }
}
