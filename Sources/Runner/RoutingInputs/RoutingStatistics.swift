import LayerSpec
import ModelSpec
import Statistics

/// How unevenly a pass used its experts, from the tokens that each expert received.
public struct RoutingStatistics: Hashable, Sendable {
  /// Tokens that each expert received.
  public let tokensPerExpert: [Int]
  /// D, experts that received at least one token.
  public let distinctExperts: Int
  /// Tokens of the busiest expert over the mean of all experts.
  public let maxOverMean: Double
  /// Gini coefficient: mean absolute difference of two experts' tokens over twice the mean.
  public let gini: Double
  /// Tokens of an expert that received any, the mean over these; 0 where none did.
  public let tokensPerReachedExpert: Double

  /// Statistics of counts; a pass without tokens uses no expert and is perfectly even.
  public init(tokensPerExpert counts: [Int]) {
    tokensPerExpert = counts
    let total = counts.reduce(0, +)
    distinctExperts = counts.count { $0 > 0 }
    guard total > 0 else {
      maxOverMean = 0
      gini = 0
      tokensPerReachedExpert = 0
      return
    }
    tokensPerReachedExpert = Double(total) / Double(distinctExperts)
    maxOverMean = Double(counts.max() ?? 0) * Double(counts.count) / Double(total)
    gini = counts.map(Double.init).giniCoefficient
  }
}

extension RoutingSummary {
  /// The means over the batches that a cell rotates through.
  ///
  /// - Parameter router: whose choices a recorded routing is fitted over.
  init(
    _ routing: Routing, seed: UInt64, router: RouterShape, batches: [RoutingStatistics]
  ) {
    self.init(routing, seed: seed, batches: batches)
    fittedAlpha = routing.fit(choices: router.choices, topK: router.topK)?.alpha
  }

  /// What was asked for where nothing routes.
  init(unrouted routing: Routing, seed: UInt64) {
    self.init(routing, seed: seed, batches: [RoutingStatistics(tokensPerExpert: [])])
  }

  private init(_ routing: Routing, seed: UInt64, batches: [RoutingStatistics]) {
    precondition(!batches.isEmpty, "a summary needs a batch")
    func mean(_ value: (RoutingStatistics) -> Double) -> Double {
      batches.reduce(0) { $0 + value($1) } / Double(batches.count)
    }
    self.init(
      kind: routing.kind, alpha: routing.alpha, seed: seed,
      distinctExperts: mean { Double($0.distinctExperts) },
      maxOverMean: mean(\.maxOverMean), gini: mean(\.gini),
      tokensPerExpert: mean(\.tokensPerReachedExpert))
    source = routing.source?.name
    layer = routing.source?.layer
    digest = routing.source?.digest
    tokensInTrace = routing.trace?.tokens
  }
}
