import LayerSpec
import Statistics

#if canImport(Glibc)
  import Glibc
#endif

/// What one pass of a side is expected to ask of the machine, by counting alone; `nil` for sizes that
/// cannot be counted.
public typealias PassForecast = @Sendable (Workload) -> [LayerWork]?

/// What passes of both sides of a pairing are expected to ask of the machine.
public struct PairingForecast: Sendable {
  /// Counts a pass of the baseline.
  public let baseline: PassForecast
  /// Counts a pass of the candidate.
  public let candidate: PassForecast

  /// A forecast for each side.
  public init(baseline: @escaping PassForecast, candidate: @escaping PassForecast) {
    self.baseline = baseline
    self.candidate = candidate
  }
}

/// Feed-forward layers of one side, and how often each expert of theirs is chosen.
///
/// The experts are those that a pass is expected to reach under a routing that has a formula; a
/// recorded routing has none.
struct FeedForwardForecast {
  private let groups: [FFNGroup]
  /// πᵢ of each group's experts; empty for a dense one.
  private let inclusion: [[Double]]
  private let formats: FormatPlan
  private let isTraining: Bool

  /// The largest E·K for which inclusion probabilities are computed, so that drawing a chart is
  /// quick; published layers have less.
  private static let mostWork = 1 << 15
  /// The largest number of tokens that is counted; every product of theirs fits 63 bits.
  private static let mostTokens = 1 << 20

  /// The forecast for both sides of a pairing; `nil` for one that has no feed-forward layers to
  /// hold against each other, and for a routing without a formula.
  static func pairing(
    _ candidate: Architecture, against baseline: Baseline, routing: RoutingCondition?,
    formats: FormatPlan, isTraining: Bool = false
  ) -> PairingForecast? {
    guard let routing, let groups = candidate.ffnGroups(against: baseline),
      let baseline = FeedForwardForecast(
        groups.baseline, routing: routing, formats: formats, isTraining: isTraining),
      let candidate = FeedForwardForecast(
        groups.candidate, routing: routing, formats: formats, isTraining: isTraining)
    else { return nil }
    return PairingForecast(
      baseline: { baseline.work($0) }, candidate: { candidate.work($0) })
  }

  private init?(
    _ groups: [FFNGroup], routing: RoutingCondition, formats: FormatPlan, isTraining: Bool
  ) {
    var inclusion: [[Double]] = []
    for group in groups {
      guard let layer = group.layer.routed else {
        inclusion.append([])
        continue
      }
      guard let probabilities = Self.inclusion(layer, routing) else { return nil }
      inclusion.append(probabilities)
    }
    self.groups = groups
    self.inclusion = inclusion
    self.formats = formats
    self.isTraining = isTraining
  }

  /// The probability that a token chooses each expert; `nil` for a routing without a formula.
  private static func inclusion(
    _ layer: SparseLayerSpec, _ routing: RoutingCondition
  ) -> [Double]? {
    switch routing.kind {
    case "uniform":
      return Array(repeating: Double(layer.topK) / Double(layer.choices), count: layer.experts)
    case "single" where layer.choices == layer.experts:
      return (0..<layer.experts).map { $0 < layer.topK ? 1 : 0 }
    case "zipf":
      // Where there are identity experts, a draw decides which popularities are theirs.
      guard layer.choices == layer.experts, let alpha = routing.alpha,
        (0...ZipfFit.largestAlpha).contains(alpha), layer.experts * layer.topK <= mostWork
      else { return nil }
      return InclusionProbabilities.probabilities(
        logWeights: (1...layer.experts).map { -alpha * log(Double($0)) }, topK: layer.topK)
    default: return nil
    }
  }

  /// The layers of one pass, with the experts that it is expected to reach.
  private func work(_ workload: Workload) -> [LayerWork]? {
    guard (1...Self.mostTokens).contains(workload.tokens) else { return nil }
    return zip(groups, inclusion).map { group, inclusion in
      let distinct = expectedDistinctExperts(inclusion: inclusion, tokens: workload.tokens)
      let operations = group.layer.operations(
        tokens: workload.tokens, use: ExpertUse(distinctExperts: distinct), formats: formats)
      return LayerWork(
        count: group.count, operations: isTraining ? operations.trained : operations)
    }
  }
}
