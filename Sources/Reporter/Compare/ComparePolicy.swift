import FoundationEssentials
import ModelSpec
import Statistics

#if canImport(Glibc)
  import Glibc
#endif

/// When a change between two records is called a regression.
///
/// Two runs of one build differ by more than their rounds show: memory lies elsewhere, neighbours
/// come and go. The records themselves show how much that is:
///
/// - What moved with the machine's ceilings is not the build's (`QuantityChange.readings`).
/// - What remains differs from cell to cell as it does between any two runs. Its spread over the cells is
///   the error of each of them (`drift`), and the changes of all cells together are the evidence on the
///   build as a whole (`SignedRankInterval`).
///
/// The whole is a *regression* when its interval lies beyond the tolerance by every reading, and a
/// *pass* when it excludes a slowdown of three tolerances; a single cell is a regression when it
/// lies beyond the tolerance significantly, after Holm's correction for the number of cells. In
/// between the records are *inconclusive*.
///
/// Error rates: each end of an interval for the whole errs once in a hundred comparisons, even if
/// the change were as large as the tolerance, so no more than three of a hundred such comparisons
/// raise an alarm by one of the three quantities; all single cells together at most one of a
/// hundred (Holm). Without any change the tolerance comes on top. In simulated comparisons of
/// default suites (Tests/ReporterTests/Compare, 4000 of each kind over 40 seeds) of one build none
/// raises an alarm, and 99 of 100 pass on a quiet machine, 87 on one whose bandwidth moves by tens
/// of percent. Builds slowed by a tenth are found in 98 and 90 of 100 on these machines; where it
/// is the candidate alone in more than 99, where it is one pass in ten that runs twice in 94 and
/// 78. The others are inconclusive, but for at most 6 of 1000 that pass. In 30 comparisons of real
/// records from a busy machine, none raises an alarm.
///
/// Nothing of this supposes normal noise or independent rounds. Simulated machines that break either
/// (as many comparisons, other seeds) show what that costs: with rounds whose noise has no variance,
/// or of which each keeps nine tenths of the last one's, 1 of 1000 comparisons of one build raises an
/// alarm and 97 of 100 pass; builds slowed by a tenth are found in 94 of 100, or 88 where it is one
/// pass in ten that runs twice. A clock on which most rounds are equal changes nothing. Worst is a run
/// that drifts by up to 8 % while ceilings show half of it: 7 of 1000 raise an alarm, and of builds
/// slowed by a tenth 2 of 100 pass, or 4 where it is one pass in ten.
struct ComparePolicy: Hashable {
  /// The accepted loss, as a logarithm.
  let tolerance: Double

  /// The loss that a pass must exclude.
  ///
  /// At the default tolerance of 3 % that is 9 %: a build slowed by a tenth does not pass.
  var excluded: Double { 3 * tolerance }

  /// A policy that accepts a loss of a `fraction`, such as 0.03.
  init(accepting fraction: Double) {
    precondition(fraction > 0 && fraction < 1, "a tolerance is a part of a time")
    tolerance = log(1 + fraction)
  }

  /// Confidence of an interval for the whole; it takes seven cells (2 / 2⁷ < 2 %).
  static let wholeConfidence = 0.98

  /// The chance of calling any cell a regression, or any an improvement, that is none.
  static let cellErrorRate = 0.01

  /// Standard errors from a cell's change to each end of its interval, which has 90 % confidence,
  /// so that each end errs in 5 % (two one-sided tests, Schuirmann 1987).
  static let cellReach = 1.645

  /// The least drift that is assumed of two runs: on a quiet two-core VM, medians of 200 rounds in
  /// ten fresh processes all lay within 0.4 %.
  static let leastDrift = 0.005

  /// The drift of a quantity between two runs where there are too few cells to estimate it from.
  ///
  /// Measured in six comparisons of default suites on a shared two-core VM (Zen 5, 2026-11-21), as
  /// a robust standard deviation: 3.5 % of times after what the ceilings explain, 2.5 % of ratios.
  static func usualDrift(_ quantity: ComparedQuantity) -> Double {
    quantity == .timeRatio ? 0.025 : 0.035
  }

  /// The changes that say something of the whole: those with which the machine interfered less than what
  /// is to be excluded.
  ///
  /// The choice does not look at the direction, so changes stay symmetric when nothing changed.
  func steady(_ changes: [QuantityChange]) -> [QuantityChange] {
    changes.filter { $0.high - $0.low <= excluded }
  }

  /// The interval of the whole, the widest by any reading; `nil` for too few steady cells.
  func whole(_ changes: [QuantityChange]) -> SignedRankInterval? {
    let steady = steady(changes)
    var intervals: [SignedRankInterval] = []
    for reading in steady.first?.readings.indices ?? 0..<0 {
      guard
        let interval = SignedRankInterval(
          steady.map { $0.readings[reading] }, confidence: Self.wholeConfidence)
      else { return nil }
      intervals.append(interval)
    }
    return SignedRankInterval(enclosing: intervals)
  }

  /// Standard deviation of what a quantity drifts between the two runs.
  ///
  /// It is that of the steady cells; of all cells where too few are steady, which says that the machine was
  /// restless; and the usual one where there are too few cells at all.
  func drift(_ quantity: ComparedQuantity, _ changes: [QuantityChange]) -> Double {
    let judged = [steady(changes), changes].first {
      SignedRankInterval.rank(count: $0.count, confidence: Self.wholeConfidence) != nil
    }
    guard let judged, let deviation = judged.map(\.centre).robustDeviation
    else { return Self.usualDrift(quantity) }
    return max(Self.leastDrift, deviation)
  }

  /// The verdict on the whole.
  func verdict(_ interval: SignedRankInterval?) -> CompareVerdict {
    guard let interval else { return .inconclusive }
    if interval.low > tolerance { return .regression }
    if interval.high < -tolerance { return .improvement }
    return interval.high <= excluded ? .pass : .inconclusive
  }

  /// The verdicts on cells, each by its change and standard error.
  func verdicts(_ cells: [(change: QuantityChange, error: Double)]) -> [CompareVerdict] {
    func standsOut(_ excess: (QuantityChange) -> Double) -> [Bool] {
      HolmProcedure.rejected(
        cells.map { cell in
          cell.error > 0
            ? HeavyTail.probability(above: excess(cell.change) / cell.error) : 1
        }, errorRate: Self.cellErrorRate)
    }
    let isSlower = standsOut { $0.low - tolerance }
    let isFaster = standsOut { -tolerance - $0.high }
    return cells.indices.map { index in
      if isSlower[index] { return .regression }
      if isFaster[index] { return .improvement }
      let (change, error) = cells[index]
      return change.high + Self.cellReach * error <= excluded ? .pass : .inconclusive
    }
  }
}
