import ModelSpec

extension Explanation.Cause {
  /// The cause as people read it.
  var label: String {
    switch self {
    case .memoryTraffic: "memory traffic of distinct experts"
    case .tileRemainder: "tile remainder"
    case .engineShortfall: "engine shortfall"
    case .loadImbalance: "load imbalance"
    case .synchronisation: "synchronisation"
    case .router: "router"
    case .dispatchAndCombine: "dispatch and combine"
    }
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
