import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#endif

/// Student's t distribution with five degrees of freedom, for changes with heavier tails than normal ones.
public enum HeavyTail {
  /// The probability that a Student variable of five degrees of freedom exceeds `value`.
  ///
  /// Cells of two runs of one build differ with heavier tails than a normal variable has; four or five
  /// degrees of freedom are the usual allowance for them (Lange, Little and Taylor, Robust Statistical
  /// Modeling Using the t Distribution, JASA 84, 1989). The closed form for odd degrees is 26.7.3 in
  /// Abramowitz and Stegun.
  public static func probability(above value: Double) -> Double {
    let angle = atan(value / 5.0.squareRoot())
    let cosine = cos(angle)
    let centre = angle + sin(angle) * (cosine + 2 * cosine * cosine * cosine / 3)
    return max(0, 0.5 - centre / .pi)
  }
}

/// Holm's step-down procedure for several hypotheses at once.
public enum HolmProcedure {
  /// Which hypotheses are rejected so that the chance of rejecting any true one is at most
  /// `errorRate`, whatever their dependence (Holm, Scandinavian Journal of Statistics 6, 1979).
  ///
  /// - Parameter probabilities: p-values, one for each hypothesis; the answer is in their order.
  public static func rejected(_ probabilities: [Double], errorRate: Double) -> [Bool] {
    var rejected = [Bool](repeating: false, count: probabilities.count)
    let ordered = probabilities.indices.sorted { probabilities[$0] < probabilities[$1] }
    for (step, index) in ordered.enumerated() {
      guard probabilities[index] <= errorRate / Double(ordered.count - step) else { break }
      rejected[index] = true
    }
    return rejected
  }
}
