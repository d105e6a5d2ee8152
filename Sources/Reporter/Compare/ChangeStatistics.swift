import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#endif

/// The few statistics that changes between runs need besides their pooled interval.
enum ChangeStatistics {
  /// The probability that a Student variable of five degrees of freedom exceeds `value`.
  ///
  /// Cells of two runs of one build differ with heavier tails than a normal variable has; four or five
  /// degrees of freedom are the usual allowance for them (Lange, Little and Taylor, Robust Statistical
  /// Modeling Using the t Distribution, JASA 84, 1989). The closed form for odd degrees is 26.7.3 in
  /// Abramowitz and Stegun.
  static func heavyTail(above value: Double) -> Double {
    let angle = atan(value / 5.0.squareRoot())
    let cosine = cos(angle)
    let centre = angle + sin(angle) * (cosine + 2 * cosine * cosine * cosine / 3)
    return max(0, 0.5 - centre / .pi)
  }

  /// Which hypotheses are rejected so that the chance of rejecting any true one is at most
  /// `errorRate`, whatever their dependence (Holm, Scandinavian Journal of Statistics 6, 1979).
  static func holm(_ probabilities: [Double], errorRate: Double) -> [Bool] {
    var rejected = [Bool](repeating: false, count: probabilities.count)
    let ordered = probabilities.indices.sorted { probabilities[$0] < probabilities[$1] }
    for (step, index) in ordered.enumerated() {
      guard probabilities[index] <= errorRate / Double(ordered.count - step) else { break }
      rejected[index] = true
    }
    return rejected
  }

  /// The middle value, or the mean of the two middle values; `nil` of nothing.
  static func median(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let ordered = values.sorted()
    let middle = ordered.count / 2
    return ordered.count % 2 == 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2
  }

  /// The median distance from the median, times what makes it the standard deviation of a normal
  /// variable: 1 / Φ⁻¹(¾).
  static func robustDeviation(_ values: [Double]) -> Double? {
    guard let centre = median(values) else { return nil }
    return median(values.map { abs($0 - centre) }).map { $0 * 1.4826 }
  }

  /// Mean, and the standard error of the mean; `nil` for fewer than two values.
  static func mean(_ values: [Double]) -> (value: Double, standardError: Double)? {
    guard values.count > 1 else { return nil }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / (count - 1) / count).squareRoot())
  }
}
