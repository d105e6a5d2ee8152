/// The sign-flip randomisation test of paired differences, exact whatever their distribution.
///
/// Where a fair coin decides for each pair which of two equal things is called the first, every difference is
/// as likely to have either sign, whatever noise, drift or dependence there is between pairs. So the sum that
/// was seen is held against the sums of all 2ⁿ choices of signs (Fisher, The Design of Experiments, 1935,
/// section 21; Ernst, Permutation Methods: A Basis for Exact Inference, Statistical Science 19, 2004).
public enum SignFlipTest {
  /// More differences than this are thinned: half of them give as many sums as fit a cache.
  public static let mostDifferences = 40

  /// How much a sum of halves may be above 0 for rounding alone, as a part of all magnitudes.
  private static let rounding = 1e-12

  /// The probability, were the true difference `threshold` or less, of a sum at least as large as that of
  /// `differences`: the p-value of "greater".
  ///
  /// Flipping the signs of a set of differences makes the sum no smaller just where those of the set sum to 0
  /// or less. The sets of all differences are pairs of sets of each half, which are counted in the order of
  /// their sums (Horowitz and Sahni, Journal of the ACM 21, 1974).
  ///
  /// - Parameter differences: in any unit; the first `mostDifferences` of them count.
  /// - Returns: at least 2⁻ⁿ; 1 for none.
  public static func probability(_ differences: [Double], above threshold: Double) -> Double {
    let centred = differences.prefix(mostDifferences).map { $0 - threshold }
    let slack = rounding * centred.reduce(0) { $0 + abs($1) }
    let half = centred.count / 2
    let (left, right) = (sums(centred.prefix(half)), sums(centred.dropFirst(half)))
    var below = right.count
    var count = 0.0
    for sum in left {
      while below > 0, sum + right[below - 1] > slack { below -= 1 }
      count += Double(below)
    }
    return count / (Double(left.count) * Double(right.count))
  }

  /// The p-value of "less": that the true difference is `threshold` or more.
  public static func probability(_ differences: [Double], below threshold: Double) -> Double {
    probability(differences.map { -$0 }, above: -threshold)
  }

  /// The sums of all sets of the values, ascending.
  private static func sums(_ values: some Collection<Double>) -> [Double] {
    var sums = [0.0]
    for value in values {
      // Both lists ascend, so merging keeps the order without sorting.
      let shifted = sums.map { $0 + value }
      var merged: [Double] = []
      merged.reserveCapacity(2 * sums.count)
      var (first, second) = (0, 0)
      while first < sums.count || second < shifted.count {
        if second == shifted.count || first < sums.count && sums[first] <= shifted[second] {
          merged.append(sums[first])
          first += 1
        } else {
          merged.append(shifted[second])
          second += 1
        }
      }
      sums = merged
    }
    return sums
  }

  /// The smallest value that a difference of this or more is excluded at, with one-sided confidence: every
  /// threshold that the test for "less" does not reject lies below it.
  ///
  /// - Returns: `nil` when the differences are too few for the confidence: it takes 2⁻ⁿ ≤ 1 − confidence.
  public static func upperBound(_ differences: [Double], confidence: Double) -> Double? {
    let values = Array(differences.prefix(mostDifferences))
    let allowed = 1 - confidence
    guard let least = values.min(), let most = values.max(),
      probability(values, below: most.nextUp) <= allowed
    else { return nil }
    // The p-value falls as the threshold rises: at the largest difference it is 2⁻ⁿ at the least.
    var (rejected, kept) = (most.nextUp, least)
    for _ in 0..<bisections {
      let middle = (rejected + kept) / 2
      if probability(values, below: middle) <= allowed { rejected = middle } else { kept = middle }
    }
    return rejected
  }

  /// The largest value that a difference of this or less is excluded at; see `upperBound`.
  public static func lowerBound(_ differences: [Double], confidence: Double) -> Double? {
    upperBound(differences.map { -$0 }, confidence: confidence).map { -$0 }
  }

  /// Halvings of an interval; a millionth of the spread of differences is far less than they tell.
  private static let bisections = 20
}
