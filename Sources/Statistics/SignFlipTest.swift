/// The sign-flip randomisation test of paired differences, with signed ranks as scores: exact whatever their
/// distribution.
///
/// Where a fair coin decides for each pair which of two equal things is called the first, every difference is
/// as likely to have either sign, whatever noise, drift or dependence there is between pairs. So the sum of
/// scores that was seen is held against the sums of all 2ⁿ choices of signs (Fisher, The Design of Experiments,
/// 1935, section 21; Ernst, Permutation Methods: A Basis for Exact Inference, Statistical Science 19, 2004). Ranks
/// of the magnitudes, ties sharing theirs, keep one disturbed pair from outweighing all others (Wilcoxon,
/// Individual comparisons by ranking methods, Biometrics Bulletin 1, 1945).
public enum SignFlipTest {
  /// Differences beyond these do not count: half of them give as many sums as fit a cache.
  public static let mostDifferences = 40

  /// The probability, were the true difference `threshold` or less, of a sum of scores at least as large as
  /// that of `differences`: the p-value of "greater".
  ///
  /// Flipping the signs of a set of differences makes the sum no smaller just where the scores of the set sum
  /// to 0 or less. The sets of all differences are pairs of sets of each half, which are counted in the order
  /// of their sums (Horowitz and Sahni, Journal of the ACM 21, 1974).
  ///
  /// - Parameter differences: in any unit; the first `mostDifferences` of them count.
  /// - Returns: at least 2⁻ⁿ; 1 for none.
  public static func probability(_ differences: [Double], above threshold: Double) -> Double {
    let scores = doubledSignedRanks(differences.prefix(mostDifferences).map { $0 - threshold })
    let half = scores.count / 2
    let (left, right) = (sums(scores.prefix(half)), sums(scores.dropFirst(half)))
    var below = right.count
    var count = 0.0
    for sum in left {
      while below > 0, sum + right[below - 1] > 0 { below -= 1 }
      count += Double(below)
    }
    return count / (Double(left.count) * Double(right.count))
  }

  /// The p-value of "less": that the true difference is `threshold` or more.
  public static func probability(_ differences: [Double], below threshold: Double) -> Double {
    probability(differences.map { -$0 }, above: -threshold)
  }

  /// Twice the rank of each magnitude, from 1, with the sign of its value.
  ///
  /// So they are whole numbers also where equal magnitudes share the mean of their ranks. What is 0 has no sign,
  /// and its score is 0.
  private static func doubledSignedRanks(_ values: [Double]) -> [Int] {
    values.map { value in
      let smaller = values.count { abs($0) < abs(value) }
      let equal = values.count { abs($0) == abs(value) }
      return value == 0 ? 0 : (value > 0 ? 1 : -1) * (2 * smaller + equal + 1)
    }
  }

  /// The sums of all sets of the scores, ascending.
  private static func sums(_ scores: some Collection<Int>) -> [Int] {
    var sums = [0]
    for score in scores {
      // Both lists ascend, so merging keeps the order without sorting.
      let shifted = sums.map { $0 + score }
      var merged: [Int] = []
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

  /// The centre of the differences that fits best with both tests: the median of the means of all pairs of them,
  /// each with itself too (Hodges and Lehmann, Annals of Mathematical Statistics 34, 1963); `nil` of none.
  public static func centre(_ differences: [Double]) -> Double? {
    let values = Array(differences.prefix(mostDifferences))
    guard !values.isEmpty else { return nil }
    return values.indices.flatMap { first in
      values[first...].map { (values[first] + $0) / 2 }
    }.median
  }

  /// The smallest value that a difference of this or more is excluded at, with one-sided confidence: the test for
  /// "less" rejects every larger threshold.
  ///
  /// - Returns: `nil` when the differences are too few for the confidence: it takes 2⁻ⁿ ≤ 1 − confidence.
  public static func upperBound(_ differences: [Double], confidence: Double) -> Double? {
    let values = Array(differences.prefix(mostDifferences))
    let allowed = 1 - confidence
    guard let least = values.min(), let most = values.max(),
      probability(values, below: most.nextUp) <= allowed
    else { return nil }
    // The p-value falls as the threshold rises, in steps at the means of pairs.
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
