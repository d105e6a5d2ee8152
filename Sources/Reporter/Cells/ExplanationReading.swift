import ModelSpec

extension Explanation.Cause {
  /// The cause as people read it.
  var label: String {
    self == .memoryTraffic
      ? "memory traffic of distinct experts"
      : rawValue.split(separator: "-").joined(separator: " ")
  }
}

extension Explanation.Cause {
  /// The causes in records: those that this version knows in the order of the chain, then others in the
  /// order of their appearance.
  static func all(in records: [Record]) -> [Explanation.Cause] {
    var causes = known
    for explanation in records.flatMap(\.cells).compactMap(\.explanation) {
      for factor in explanation.factors where !causes.contains(factor.name) {
        causes.append(factor.name)
      }
    }
    return causes
  }
}

extension Explanation {
  /// The factor of one cause, `nil` when the explanation does not have it.
  func factor(of cause: Cause) -> Double? { factors.first { $0.name == cause }?.factor }

  /// The factor that does most of what the whole chain does: the smallest where the realised share is
  /// below 1, the largest where it is above.
  var mainFactor: Factor? {
    product < 1
      ? factors.min { $0.factor < $1.factor } : factors.max { $0.factor < $1.factor }
  }
}

extension Cell {
  /// The explanation, `nil` where there is none or where its numbers cannot be what they claim to be:
  /// every factor positive, and their product with the rest the realised share.
  var credibleExplanation: Explanation? {
    guard let explanation else { return nil }
    let numbers = explanation.factors.map(\.factor) + [explanation.rest]
    let error = explanation.product / realisedShare - 1
    return numbers.allSatisfy { $0 > 0 && $0.isFinite } && abs(error) <= Self.roundingOfChains
      ? explanation : nil
  }

  /// Far above the rounding of a dozen products of 53 bits, far below what a reader could see.
  private static let roundingOfChains = 1e-9
}
