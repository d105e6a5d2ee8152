/// FLOP ratios by counting alone: baseline FLOPs / candidate FLOPs of a forward pass per token.
public struct AnalyticRatio: Hashable, Sendable {
  /// Of all matrix products of the model.
  public var wholeModel: Double
  /// Of its feed-forward layers.
  public var feedForward: Double

  /// The two ratios of one pairing.
  public init(wholeModel: Double, feedForward: Double) {
    self.wholeModel = wholeModel
    self.feedForward = feedForward
  }
}

/// Where a report finds the FLOP ratios of a pairing of two models that are known by id.
public struct AnalyticRatios: Sendable {
  private let find: @Sendable (_ candidate: String, _ baseline: String) -> AnalyticRatio?

  /// Ratios from a function that knows the models.
  public init(
    _ find: @escaping @Sendable (_ candidate: String, _ baseline: String) -> AnalyticRatio?
  ) {
    self.find = find
  }

  /// Ratios for a report that has none: no model is known.
  public static let none = AnalyticRatios { _, _ in nil }

  /// The ratios of a pairing, `nil` when either model is unknown or a ratio is no positive number.
  func ratio(candidate: String, baseline: String) -> AnalyticRatio? {
    guard let ratio = find(candidate, baseline) else { return nil }
    let values = [ratio.wholeModel, ratio.feedForward]
    return values.allSatisfy { $0.isFinite && $0 > 0 } ? ratio : nil
  }
}
