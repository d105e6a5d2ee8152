import FoundationEssentials
import Statistics

#if canImport(Glibc)
  import Glibc
#endif

/// When a gate measures more, and when it calls a change a regression.
///
/// A cell is *screened* with a few pairs of processes. What they exclude passes; what they point at is *flagged*
/// and measured again with new processes, whose number is fixed before the first of them, and these alone decide
/// (`SignFlipTest`). So no choice that was made on the way can raise the chance of a false alarm: for all cells
/// of unchanged code together it is at most `suiteErrorRate`, whatever the machine does to both sides alike. The
/// cells that are confirmed share it among them (Bonferroni): the others are never called anything else than
/// passed or open, and which are confirmed was settled before any of the pairs that decide.
///
/// All changes are natural logarithms of head seconds over base seconds.
public struct GatePolicy: Hashable, Sendable {
  /// The slowdown that must not go unseen: a pass excludes it.
  public let detect: Double
  /// The slowdown that is accepted: a regression lies beyond it.
  public let tolerance: Double
  /// The chance of calling any cell of unchanged code a regression, and of calling any an improvement.
  public let suiteErrorRate: Double
  /// Cells that share the error rate: those that are confirmed, and one where none is.
  public var confirmedCells: Int {
    didSet { confirmedCells = max(1, confirmedCells) }
  }
  /// Pairs after which a cell is looked at, and measured further where they do not tell.
  public let looks: [Int]

  /// A policy for the cells of a suite, of which so many are confirmed.
  ///
  /// - Parameters:
  ///   - detect: the slowdown to be seen, as a fraction, above `tolerance`.
  ///   - tolerance: the slowdown to be accepted, as a fraction.
  public init(
    detect: Double = defaultDetect, tolerance: Double = defaultTolerance,
    suiteErrorRate: Double = defaultSuiteErrorRate, confirmedCells: Int = 1,
    mostPairs: Int = defaultMostPairs
  ) {
    precondition(tolerance >= 0 && detect > tolerance, "what is accepted need not be seen")
    self.detect = log1p(detect)
    self.tolerance = log1p(tolerance)
    self.suiteErrorRate = suiteErrorRate
    self.confirmedCells = max(1, confirmedCells)
    looks = Self.looks(upTo: mostPairs)
  }

  /// A look after each eight pairs, the first whatever is asked for.
  public static func looks(upTo mostPairs: Int) -> [Int] {
    Array(
      stride(
        from: pairsOfALook, through: max(pairsOfALook, min(mostPairs, largestMostPairs)),
        by: pairsOfALook))
  }

  /// Pairs from one look to the next.
  static let pairsOfALook = 8

  /// The slowdown that must not go unseen unless asked otherwise.
  public static let defaultDetect = 0.03
  /// The slowdown that is accepted unless asked otherwise.
  public static let defaultTolerance = 0.01
  /// False alarms that a suite may raise, unless asked otherwise: one in a hundred runs.
  public static let defaultSuiteErrorRate = 0.01

  /// Pairs of a screen at the most, unless asked otherwise.
  public static let defaultMostPairs = 32
  /// Pairs of a screen at the most, whatever is asked for: as many as the test counts.
  public static let largestMostPairs = SignFlipTest.mostDifferences

  /// Confidence of the slowdown that a pass excludes, whichever look it passes at.
  public static let passConfidence = 0.95

  /// Confidence of a bound at one look, so that those of all looks hold together (Bonferroni).
  var confidenceOfALook: Double { 1 - (1 - Self.passConfidence) / Double(looks.count) }

  /// Confidence of the interval of a change.
  public static let intervalConfidence = 0.95

  /// p-value, of the pairs of the screen, from which on a slowdown beyond the tolerance is looked into.
  static let flagLevel = 0.05
  /// The same of a speed-up: good news that is not there costs a confirmation as well.
  static let fasterFlagLevel = 0.01

  /// The p-value that a confirmation must not exceed: every cell that is confirmed has its part of the error rate.
  public var confirmationLevel: Double { suiteErrorRate / Double(confirmedCells) }

  /// Pairs of a confirmation at the least: of fewer, one that was disturbed keeps a change from its level.
  static let fewestConfirmationPairs = 20
  /// Pairs of a confirmation at the most: as many as the test counts.
  static let mostConfirmationPairs = SignFlipTest.mostDifferences

  /// Seconds that the confirmation of one cell shall take at the most, as far as its fewest pairs let it: half a
  /// minute, less what a guess may be off by.
  static let mostConfirmationSeconds = 25.0

  /// How often a change of `detect` shall be confirmed.
  static let power = 0.95

  /// What pairs of a screen say of a cell.
  public enum Screening: Hashable, Sendable {
    /// A slowdown that matters is excluded.
    case passed
    /// It seems slower, or faster.
    case flagged(isSlower: Bool)
    /// More pairs are needed.
    case open
  }

  /// What the pairs of a screen say, each by the median of its rounds.
  ///
  /// - Parameter look: after how many pairs this is: more than there are changes where all rounds of one were
  ///   disturbed.
  public func screening(_ changes: [Double], look: Int) -> Screening {
    guard let centre = SignFlipTest.centre(changes) else { return .open }
    let bound = bound(changes)
    let excludes = bound.map { $0 <= detect } ?? false
    // What the last look leaves open and seems slower is worth new pairs.
    let isLast = look >= looks[looks.count - 1]
    if SignFlipTest.probability(changes, above: tolerance) <= Self.flagLevel
      || isLast && !excludes && bound != nil && centre > tolerance
    {
      return .flagged(isSlower: true)
    }
    if SignFlipTest.probability(changes, below: -tolerance) <= Self.fasterFlagLevel {
      return .flagged(isSlower: false)
    }
    return excludes ? .passed : .open
  }

  /// The slowdown that the pairs exclude; `nil` for too few pairs.
  public func bound(_ changes: [Double]) -> Double? {
    SignFlipTest.upperBound(changes, confidence: confidenceOfALook)
  }

  /// Pairs of the confirmation of a cell, by the spread of its pairs in the screen: as many as find a change of
  /// `detect` with `power` and fit `mostConfirmationSeconds`, at least `fewestConfirmationPairs` and two more than
  /// the level takes.
  ///
  /// - Parameter secondsOfAPair: what a pair of this cell should take, from its start to its end.
  public func confirmationPairs(after changes: [Double], secondsOfAPair: Double) -> Int {
    let fewest = max(
      Self.fewestConfirmationPairs, Int((-log2(confirmationLevel)).rounded(.up)) + 2)
    guard let robust = Self.deviation(changes) else { return fewest }
    // Of eight values either is known within a factor of two, and a pair is cheaper than a change that stays open.
    let deviation = max(robust, Self.plainDeviation(changes))
    let reach = Normal.quantile(1 - confirmationLevel) + Normal.quantile(Self.power)
    let root = reach * Self.cautious(deviation, of: changes.count) / (detect - tolerance)
    let wanted = Int(min(root * root, 1e6).rounded(.up))
    let fitting = Int(min(Self.mostConfirmationSeconds / max(secondsOfAPair, 1e-3), 1e6))
    return max(fewest, min(wanted, fitting, Self.mostConfirmationPairs))
  }

  /// The slowdown that so many pairs with the spread of these are confirmed at nine times in ten.
  public func detectable(_ changes: [Double]) -> Double? {
    guard let deviation = Self.deviation(changes) else { return nil }
    let reach = Normal.quantile(1 - confirmationLevel) + Normal.quantile(0.9)
    return tolerance + reach * deviation / Double(changes.count).squareRoot()
  }

  /// Pairs with the spread of these that a slowdown of `detect` would be excluded by, were there none.
  func pairsToPass(_ changes: [Double]) -> Int? {
    guard let deviation = Self.deviation(changes) else { return nil }
    let reach = Normal.quantile(confidenceOfALook) + Normal.quantile(0.9)
    let root = reach * deviation / detect
    // As many again at the least: these did not tell, whatever their spread lets expect.
    return max(2 * changes.count, Int(min(root * root, 1e6).rounded(.up)))
  }

  /// The standard deviation of the changes of pairs, as tests by ranks see it: a disturbed pair is one of many;
  /// `nil` for fewer than two.
  private static func deviation(_ changes: [Double]) -> Double? {
    changes.count > 1 ? changes.robustDeviation : nil
  }

  /// The standard deviation of the changes of pairs, disturbed ones and all.
  private static func plainDeviation(_ changes: [Double]) -> Double {
    let error = changes.meanWithError?.standardError ?? 0
    return error * Double(changes.count).squareRoot()
  }

  /// What a standard deviation of so few values may well be: the upper end of its interval of 80 % by Wilson and
  /// Hilferty's approximation of χ² (PNAS 17, 1931).
  private static func cautious(_ deviation: Double, of count: Int) -> Double {
    let freedom = Double(count - 1)
    let spread = 2 / (9 * freedom)
    let quantile = freedom * pow(1 - spread + Normal.quantile(0.2) * spread.squareRoot(), 3)
    return deviation * (freedom / quantile).squareRoot()
  }
}

extension GateDocument.Pair {
  /// How much longer the head took in each slice than the base in the slice beside it, natural logarithms.
  public var changesOfSlices: [Double] {
    zip(baseSeconds, headSeconds).compactMap { base, head -> Double? in
      guard base > 0, head > 0, base.isFinite, head.isFinite else { return nil }
      return log(head) - log(base)
    }
  }

  /// How much longer the head took, a natural logarithm: the median over neighbouring slices; `nil` without any.
  ///
  /// What disturbs a slice makes it longer by a tenth or a half, so means of a few of them differ more than their
  /// medians do. On a shared two-core machine (Zen 5, 2026-11-30; seven cells, 128 pairs of one build) the
  /// standard deviation of this median was 0.8 %, of the median of whole rounds 1.3 %, of both sides' own medians
  /// 1.1 %, of their first quartiles 1.7 %, of their least 1.1 %, and of means 3.8 %.
  public var change: Double? {
    let changes = changesOfSlices
    return changes.isEmpty ? nil : changes.median
  }
}
