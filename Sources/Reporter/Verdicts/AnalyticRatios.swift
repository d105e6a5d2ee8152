/// FLOP ratios by counting alone: baseline FLOPs / candidate FLOPs of a forward pass per token.
public struct AnalyticRatio: Hashable, Sendable {
  /// Of all matrix products of the model.
  public var wholeModel: Double
  /// Of its feed-forward layers.
  public var feedForward: Double

  /// Both ratios of one pair.
  public init(wholeModel: Double, feedForward: Double) {
    self.wholeModel = wholeModel
    self.feedForward = feedForward
  }
}

/// Where a report finds the FLOP ratio of two models that are known by id.
public struct AnalyticRatios: Sendable {
  private let find: @Sendable (_ candidate: String, _ baseline: String) -> AnalyticRatio?

  /// Ratios from a function that knows the models.
  public init(
    _ find: @escaping @Sendable (_ candidate: String, _ baseline: String) -> AnalyticRatio?
  ) {
    self.find = find
  }

  /// No model is known.
  public static let none = AnalyticRatios { _, _ in nil }

  /// The ratio of a pair, `nil` when either model is unknown or the ratio is no positive number.
  func ratio(candidate: String, baseline: String) -> AnalyticRatio? {
    guard let ratio = find(candidate, baseline) else { return nil }
    let values = [ratio.wholeModel, ratio.feedForward]
    return values.allSatisfy { $0.isFinite && $0 > 0 } ? ratio : nil
  }
}
