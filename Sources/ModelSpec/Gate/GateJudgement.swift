import FoundationEssentials
import Statistics

#if canImport(Glibc)
  import Glibc
#endif

/// What the pairs of a cell say of it: everything that a document holds beside them, computed from them alone.
public struct GateJudgement: Hashable, Sendable {
  /// The verdict.
  public let verdict: CompareVerdict
  /// Why, as a clause without a full stop.
  public let reason: String
  /// How much longer a pass of the head takes, as a fraction, by the pairs that decided.
  public let change: ChangeEstimate?
  /// The slowdown that they exclude, as a fraction.
  public let bound: Double?
  /// The slowdown that they would have found nine times in ten, as a fraction.
  public let detectable: Double?
  /// p-value of the test for a slowdown beyond the tolerance.
  public let probability: Double?

  /// Judges a cell.
  ///
  /// - Parameters:
  ///   - screen: pairs of the screen.
  ///   - confirmation: pairs of new processes; empty where the cell was not flagged.
  ///   - work: counts of a pass on both sides.
  ///   - fault: why there are no more pairs; `nil` where nothing failed.
  ///   - layoutFloor: what code placement alone was seen to change, a natural logarithm.
  ///   - pairSeconds: what a pair of the cell takes; `nil` where that is not known.
  public init(
    screen: [GateDocument.Pair], confirmation: [GateDocument.Pair],
    work: [GateDocument.WorkCount] = [], fault: String? = nil, layoutFloor: Double = 0,
    pairSeconds: Double? = nil, by policy: GatePolicy
  ) {
    let isConfirmed = !confirmation.isEmpty
    let changes = (isConfirmed ? confirmation : screen).compactMap(\.change)
    change = ChangeEstimate(pairs: changes)
    bound = policy.bound(changes).map(expm1)
    detectable = policy.detectable(changes).map(expm1)
    probability =
      changes.isEmpty
      ? nil : SignFlipTest.probability(changes, above: max(policy.tolerance, layoutFloor))
    if let more = work.first(where: \.isMore) {
      (verdict, reason) = (.regression, "a pass does more: \(more.sentence)")
      return
    }
    if let fault {
      (verdict, reason) = (.inconclusive, fault)
      return
    }
    let excludes = bound.map { $0 <= expm1(policy.detect) } ?? false
    let seen = change.map { Self.percent($0.median) } ?? "nothing"
    if isConfirmed, let probability, probability <= policy.confirmationLevel {
      verdict = .regression
      reason = "\(seen) in \(confirmation.count) new pairs, p = \(Self.short(probability))"
    } else if isConfirmed,
      SignFlipTest.probability(changes, below: -policy.tolerance) <= policy.confirmationLevel
    {
      (verdict, reason) = (.improvement, "\(seen) in \(confirmation.count) new pairs")
    } else if let less = work.first(where: \.isLess), excludes {
      (verdict, reason) = (.improvement, "a pass does less: \(less.sentence)")
    } else if excludes, let bound {
      (verdict, reason) = (.pass, "no slowdown above \(Self.percent(bound, signed: false))")
    } else if changes.isEmpty {
      (verdict, reason) = (.inconclusive, "nothing was measured")
    } else if isConfirmed, let probability,
      layoutFloor > policy.tolerance,
      SignFlipTest.probability(changes, above: policy.tolerance) <= policy.confirmationLevel
    {
      verdict = .inconclusive
      reason =
        "\(seen), but where code and stack lie moves this program by \(Self.percent(expm1(layoutFloor), signed: false)) "
        + "(p = \(Self.short(probability)))"
    } else {
      verdict = .inconclusive
      let pairs = policy.pairsToPass(changes).map { pairs in
        let time = pairSeconds.map { ", some \(Int((Double(pairs) * $0).rounded(.up))) s" } ?? ""
        return "; about \(pairs) pairs would tell\(time)"
      }
      reason =
        "\(seen) of \(changes.count) pairs, which cannot exclude \(Self.percent(expm1(policy.detect)))\(pairs ?? "")"
    }
  }

  /// `+3.1 %`, with one decimal.
  private static func percent(_ fraction: Double, signed: Bool = true) -> String {
    guard abs(fraction) < 1e6 else { return "an unlikely change" }
    let tenths = Int((fraction * 1000).rounded())
    let digits = "\(abs(tenths) / 10).\(abs(tenths) % 10) %"
    return tenths < 0 ? "-\(digits)" : signed ? "+\(digits)" : digits
  }

  /// A probability with one digit that counts: `0.0002`.
  private static func short(_ probability: Double) -> String {
    guard probability > 1e-7 else { return "1e-07" }
    let places = max(2, Int((-log10(probability)).rounded(.up)))
    let scale = pow(10.0, Double(places))
    var digits = "\(Int((probability * scale).rounded()))"
    while digits.count < places { digits = "0" + digits }
    return digits.count > places ? "1" : "0.\(digits)"
  }
}

extension ChangeEstimate {
  /// The change of pairs, natural logarithms, as a fraction: their centre, and the interval of all changes that
  /// the sign-flip test does not reject; where they are too few for it, from the smallest to the largest.
  ///
  /// `nil` of none.
  public init?(pairs changes: [Double]) {
    guard let centre = SignFlipTest.centre(changes), let least = changes.min(),
      let most = changes.max()
    else { return nil }
    let confidence = 1 - (1 - GatePolicy.intervalConfidence) / 2
    self.init(
      median: expm1(centre),
      low: expm1(SignFlipTest.lowerBound(changes, confidence: confidence) ?? least),
      high: expm1(SignFlipTest.upperBound(changes, confidence: confidence) ?? most))
  }
}

extension GateDocument.WorkCount {
  /// The name of a number that tells the shapes of BLAS products apart; other shapes are neither more nor less.
  public static let blasShapes = "blas_shapes"
  /// The name of the count of instructions, which differs a little from run to run.
  public static let instructions = "instructions"

  /// How much a count may differ, as a fraction: nothing, and of instructions what rustc's benchmarks take for
  /// noise (perf.rust-lang.org, a threshold of 0.2 %).
  private var slack: Double { name == Self.instructions ? 0.002 : 0 }

  /// Whether a pass of the head does more than one of the base.
  public var isMore: Bool { exceeds(base, by: head) }

  /// Whether it does less.
  public var isLess: Bool { exceeds(head, by: base) }

  private func exceeds(_ small: Int?, by large: Int?) -> Bool {
    guard let small, let large, name != Self.blasShapes else { return false }
    return Double(large) > Double(small) * (1 + slack)
  }

  /// `allocations 0, now 3`.
  var sentence: String {
    "\(name) \(base.map { "\($0)" } ?? "-"), now \(head.map { "\($0)" } ?? "-")"
  }
}
