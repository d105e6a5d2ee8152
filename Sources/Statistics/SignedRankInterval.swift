/// The median of symmetric changes with an interval that is exact for any number of them: Hodges and
/// Lehmann's estimate between two of Walsh's averages (Hollander, Wolfe and Chicken, Nonparametric
/// Statistical Methods, section 3.2).
///
/// When nothing changed between two runs they may be exchanged, so every cell's change is as likely to be
/// x as -x, however skewed the noise: the symmetry that the interval rests on holds by construction.
public struct SignedRankInterval: Hashable, Sendable {
  /// Median of the averages of all pairs, each value paired with itself too: Hodges and Lehmann's estimate.
  public let median: Double
  /// Lower end of the interval: the k-th smallest average.
  public let low: Double
  /// Upper end of the interval: the k-th largest average.
  public let high: Double
  /// Probability with which the interval covers the centre, exact for independent values that are
  /// symmetric about it.
  public let confidence: Double

  /// The narrowest interval of `values`, in any unit and order, with at least the wanted confidence; `nil`
  /// when they are too few for it.
  public init?(_ values: [Double], confidence: Double) {
    let values = Self.thinned(values)
    guard let rank = Self.rank(count: values.count, confidence: confidence) else { return nil }
    var averages: [Double] = []
    averages.reserveCapacity(values.count * (values.count + 1) / 2)
    for (index, value) in values.enumerated() {
      for other in values[index...] { averages.append((value + other) / 2) }
    }
    averages.sort()
    low = averages[rank - 1]
    high = averages[averages.count - rank]
    median = averages.median
    let below = Self.distribution(count: values.count).prefix(rank).reduce(0, +)
    self.confidence = 1 - 2 * below
  }

  /// More values than this only take time: pairs grow with their square.
  private static let mostValues = 400

  /// At most `mostValues` of the values, evenly spaced in their order and not in their size, so that thinning
  /// takes no side.
  private static func thinned(_ values: [Double]) -> [Double] {
    guard values.count > mostValues else { return values }
    return (0..<mostValues).map { values[$0 * values.count / mostValues] }
  }

  /// The narrowest interval that encloses all of `intervals`, its median the mean of theirs; `nil` of none.
  public init?(enclosing intervals: [SignedRankInterval]) {
    guard let low = intervals.map(\.low).min(), let high = intervals.map(\.high).max() else {
      return nil
    }
    self.low = low
    self.high = high
    confidence = intervals.map(\.confidence).min() ?? 0
    median = intervals.reduce(0) { $0 + $1.median } / Double(intervals.count)
  }

  /// The largest k for which the k-th smallest and the k-th largest average enclose the median with
  /// at least the wanted confidence; `nil` when even the extremes fall short.
  ///
  /// With W the sum of those ranks from 1 to `count` whose fair coin shows heads, it is the largest k
  /// with 2·P(W < k) ≤ 1 − confidence.
  public static func rank(count: Int, confidence: Double) -> Int? {
    guard count > 0 else { return nil }
    let allowed = (1 - confidence) / 2
    var below = 0.0
    var rank = 0
    for probability in distribution(count: count) {
      below += probability
      guard below <= allowed else { break }
      rank += 1
    }
    return rank > 0 ? rank : nil
  }

  /// P(W = 0), P(W = 1) and so on: one rank after the other is either in the sum or not.
  private static func distribution(count: Int) -> [Double] {
    // Beyond the middle, count (count + 1) / 4, no rank is looked for.
    let most = count * (count + 1) / 4
    var probabilities = [Double](repeating: 0, count: most + 1)
    probabilities[0] = 1
    for rank in 1...count {
      for sum in stride(from: most, through: 0, by: -1) {
        let without = probabilities[sum]
        probabilities[sum] = (without + (sum >= rank ? probabilities[sum - rank] : 0)) / 2
      }
    }
    return probabilities
  }
}
