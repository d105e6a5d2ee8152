import ModelSpec

/// When a measured interval delivers a claimed ratio.
///
/// The interval, made of the cell's rounds, covers the true time ratio with at least 95 % confidence,
/// so a decision is taken only when the whole interval lies above or below what is needed:
///
/// | interval [low, high] | outcome |
/// |---|---|
/// | high < needed | falls short |
/// | low > ceiling | exceeded |
/// | low >= needed | delivered |
/// | anything else | undecided |
///
/// `needed` is the claimed ratio, or 0.9 of it for "about"; `ceiling` is 1.1 times the claimed
/// ratio, and infinite for "at least", which nothing exceeds.
///
/// A claim is held against several cells, and taken by its most favourable one: each cell is judged
/// alone, the best outcome counts, and between equals the higher median. So `falls-short` needs
/// every cell to fall short, while `delivered` needs one: the chance of a lucky cell grows with
/// their number, at most by (1 - confidence) / 2 for each.
///
/// A claim that counts operations or active parameters is held against time like any other, because
/// the question is what this machine delivers. Whether the count itself holds is arithmetic, and
/// stands in the reason.
enum VerdictRules {
  /// The part of a claimed ratio that "about" forgives below it, and that "exceeded" needs above
  /// it.
  static let leeway = 0.1

  /// The ratio that delivers the claim.
  static func needed(_ ratio: Double, _ qualifier: Claim.Qualifier) -> Double {
    qualifier == .about ? ratio * (1 - leeway) : ratio
  }

  /// The outcome of one interval for a claimed ratio, by the table above.
  static func outcome(
    of estimate: RatioEstimate, claimed ratio: Double, _ qualifier: Claim.Qualifier
  ) -> Verdict.Outcome {
    let needed = needed(ratio, qualifier)
    if estimate.high < needed { return .fallsShort }
    if qualifier != .atLeast, estimate.low > ratio * (1 + leeway) { return .exceeded }
    return estimate.low >= needed ? .delivered : .undecided
  }

  /// The outcome of a counted ratio, by the same table.
  ///
  /// A count has no noise. What it has instead of an interval of rounds is what the rounding of stated
  /// figures leaves open, and a claimed number is as far open: half a unit of its last printed digit either
  /// way. So of a bare number, or a maximum, `needed` is the least that is printed as the claim, and
  /// `ceiling` no less than the most: "93.3 % less" is 14.81x to 15.04x, which a count of 15.01x delivers.
  /// "About" forgives its ten percent instead, and "over" is a bound that nobody rounds.
  static func outcome(
    counted: RoundedValue, claimed ratio: Double, printed: RoundedValue?,
    _ qualifier: Claim.Qualifier
  ) -> Verdict.Outcome {
    var needed = needed(ratio, qualifier)
    var ceiling = ratio * (1 + leeway)
    if let printed, qualifier == .exactly || qualifier == .upTo {
      needed = min(needed, printed.low)
      ceiling = max(ceiling, printed.high)
    }
    if counted.high < needed { return .fallsShort }
    if qualifier != .atLeast, counted.low > ceiling { return .exceeded }
    return counted.low >= needed ? .delivered : .undecided
  }

  /// The cell that decides a claim, with its outcome; `nil` without cells.
  static func decide(
    _ cells: [Cell], claimed ratio: Double, _ qualifier: Claim.Qualifier
  ) -> (cell: Cell, outcome: Verdict.Outcome)? {
    cells.map { ($0, outcome(of: $0.timeRatio, claimed: ratio, qualifier)) }
      .max { a, b in
        (rank(a.1), a.0.timeRatio.median) < (rank(b.1), b.0.timeRatio.median)
      }
  }

  /// How favourable an outcome of a measurement is.
  private static func rank(_ outcome: Verdict.Outcome) -> Int {
    switch outcome {
    case .exceeded: 3
    case .delivered: 2
    case .undecided: 1
    case .fallsShort, .notAKernelClaim, .notMeasured: 0
    }
  }
}
