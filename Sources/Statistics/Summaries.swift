/// Summaries of values in any order, here once so that runs, comparisons and reports mean the same by them.
extension [Double] {
  /// The middle value, or the mean of the two middle values.
  ///
  /// - Precondition: there is a value.
  public var median: Double {
    precondition(!isEmpty, "the median of nothing")
    let ordered = sorted()
    let middle = count / 2
    return count % 2 == 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2
  }

  /// The sum over the number of values.
  ///
  /// - Precondition: there is a value.
  public var mean: Double {
    precondition(!isEmpty, "the mean of nothing")
    return reduce(0, +) / Double(count)
  }

  /// The median distance from the median, times what makes it the standard deviation of a normal
  /// variable, 1 / Φ⁻¹(¾); `nil` of nothing.
  public var robustDeviation: Double? {
    guard !isEmpty else { return nil }
    let centre = median
    return map { abs($0 - centre) }.median * 1.4826
  }

  /// Mean, and the standard error of the mean; `nil` for fewer than two values.
  public var meanWithError: (value: Double, standardError: Double)? {
    guard count > 1 else { return nil }
    let count = Double(self.count)
    let mean = mean
    let squares = reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / (count - 1) / count).squareRoot())
  }

  /// The Gini coefficient of loads that are not all 0: mean absolute difference of two over twice the mean.
  ///
  /// With loads ascending, Σᵢ Σⱼ |cᵢ − cⱼ| = 2·Σᵢ (2i − n + 1)·cᵢ, i from 0.
  public var giniCoefficient: Double {
    let loads = Double(count)
    let spread = sorted().enumerated().reduce(0.0) { sum, item in
      sum + (2 * Double(item.offset) - loads + 1) * item.element
    }
    return spread / (loads * reduce(0, +))
  }
}
