import FoundationEssentials
import ModelSpec

#if canImport(Glibc)
  import Glibc
#endif

/// The sign-test interval: a confidence interval for a median from order statistics alone.
///
/// For n independent draws of any continuous distribution the k-th smallest and the k-th largest
/// enclose the median with probability 1 − 2·P(B < k), B binomial(n, ½). It is exact at every n and
/// assumes neither a shape nor a variance (Conover, Practical Nonparametric Statistics, §3.2).
struct OrderStatisticInterval: Hashable {
  /// The rank k, from 1: the interval runs from the k-th smallest to the k-th largest.
  let rank: Int
  /// Probability that the interval covers the median.
  let confidence: Double

  /// Rounds below which no interval reaches 95 %: with 5 even the extremes cover only 93.75 %.
  static let minimumRounds = 6

  /// The narrowest interval of `count` draws with at least the wanted confidence, `nil` when even
  /// the extremes fall short of it.
  init?(count: Int, confidence wanted: Double = 0.95) {
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

extension RatioEstimate {
  /// Median and interval of baseline / candidate over paired rounds.
  ///
  /// The estimate is made on log-ratios, so that exchanging the sides inverts it exactly. `nil` when
  /// there are too few rounds for a 95 % interval, or a time is not positive.
  init?(rounds: [PairedRound]) {
    guard rounds.allSatisfy({ $0.baselineSeconds > 0 && $0.candidateSeconds > 0 }),
      let interval = OrderStatisticInterval(count: rounds.count)
    else { return nil }
    let logRatios = rounds.map { log($0.baselineSeconds) - log($0.candidateSeconds) }.sorted()
    self.init(
      median: exp(logRatios.median),
      low: exp(logRatios[interval.rank - 1]),
      high: exp(logRatios[logRatios.count - interval.rank]),
      confidence: interval.confidence,
      rounds: rounds.count)
  }
}

extension [Double] {
  /// The middle value, or the mean of the two middle values.
  ///
  /// - Precondition: there is a value.
  var median: Double {
    precondition(!isEmpty, "the median of nothing")
    let ordered = sorted()
    let middle = count / 2
    return count % 2 == 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2
  }
}
