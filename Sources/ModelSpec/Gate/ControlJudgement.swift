import FoundationEssentials
import Statistics

#if canImport(Glibc)
  import Glibc
#endif

/// What the pairs of a control say of the gate.
public struct ControlJudgement: Hashable, Sendable {
  /// p-value of the test that the control stands or falls by.
  public let probability: Double
  /// Whether it came out as it must.
  public let passed: Bool
  /// What it says that code placement alone changes, a natural logarithm; 0 where nothing is seen.
  public let layoutFloor: Double

  /// Two-sided p-value below which two copies of one program differ: all of eight pairs on one side, 2/2⁸.
  private static let copiesDiffer = 0.008
  /// p-value at which a dose counts as seen.
  private static let doseSeen = 0.05

  /// Judges a control by the changes of its pairs, natural logarithms.
  ///
  /// - Parameter kind: `dose` must be seen beyond the tolerance; `same-code` must not differ by more than it;
  ///   `layout` may differ, and what it does is what no smaller change can be told from.
  public init(kind: String, changes: [Double], by policy: GatePolicy) {
    // Fewer pairs than a first look has could not have come out otherwise.
    guard changes.count >= policy.looks[0], let centre = SignFlipTest.centre(changes) else {
      (probability, passed, layoutFloor) = (1, false, 0)
      return
    }
    let sides = [
      SignFlipTest.probability(changes, above: 0), SignFlipTest.probability(changes, below: 0),
    ]
    let either = min(1, 2 * (sides.min() ?? 1))
    switch kind {
    case "dose":
      probability = SignFlipTest.probability(changes, above: policy.tolerance)
      passed = probability <= Self.doseSeen
      layoutFloor = 0
    case "layout":
      probability = either
      passed = true
      layoutFloor = either <= Self.copiesDiffer ? abs(centre) : 0
    default:
      probability = either
      passed = either > Self.copiesDiffer || abs(centre) <= policy.tolerance
      layoutFloor = 0
    }
  }
}
