import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#endif

/// The sign-test interval: a confidence interval for a median from order statistics alone.
///
/// For n independent draws of any continuous distribution the k-th smallest and the k-th largest
/// enclose the median with probability 1 − 2·P(B < k), B binomial(n, ½). It is exact at every n and
/// assumes neither a shape nor a variance (Conover, Practical Nonparametric Statistics, §3.2).
public struct OrderStatisticInterval: Hashable, Sendable {
  /// The rank k, from 1: the interval runs from the k-th smallest to the k-th largest.
  public let rank: Int
  /// Probability that the interval covers the median, at least what was wanted.
  public let confidence: Double

  /// Rounds below which no interval reaches 95 %: with 5 even the extremes cover only 93.75 %.
  public static let minimumRounds = 6

  /// The narrowest interval of `count` draws with at least the wanted confidence, `nil` when even
  /// the extremes fall short of it.
  public init?(count: Int, confidence wanted: Double = 0.95) {
    guard count > 0 else { return nil }
    // P(B ≤ j) is summed from its terms, each from the one before it, in logarithms for large n.
    var logTerm = -Double(count) * log(2.0)
    var tail = exp(logTerm)
    guard 1 - 2 * tail >= wanted else { return nil }
    var rank = 1
    while 2 * (rank + 1) <= count + 1 {
      logTerm += log(Double(count - rank + 1)) - log(Double(rank))
      let next = tail + exp(logTerm)
      guard 1 - 2 * next >= wanted else { break }
      tail = next
      rank += 1
    }
    self.rank = rank
    self.confidence = 1 - 2 * tail
  }
}

/// The median of values with its order-statistic interval of at least 95 %.
public struct MedianEstimate: Hashable, Sendable {
  /// The median of the values: the middle one, or the mean of the two in the middle.
  public let median: Double
  /// Lower end of the interval: the k-th smallest value.
  public let low: Double
  /// Upper end of the interval: the k-th largest value.
  public let high: Double
  /// Probability with which the interval covers the true median, exact for independent values.
  public let confidence: Double

  /// The estimate of at least `OrderStatisticInterval.minimumRounds` values, in any order; `nil` of fewer.
  public init?(_ values: [Double]) {
    guard let interval = OrderStatisticInterval(count: values.count) else { return nil }
    let ordered = values.sorted()
    median = ordered.median
    low = ordered[interval.rank - 1]
    high = ordered[ordered.count - interval.rank]
    confidence = interval.confidence
  }
}
