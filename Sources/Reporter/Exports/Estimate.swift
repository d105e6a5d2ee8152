import Statistics

/// A finite number with its interval, where there is one.
public struct Estimate: Hashable, Sendable {
  /// The number.
  public let value: Double
  /// Both ends of its interval, `nil` where too little was measured to have one.
  public let interval: Interval?

  /// The ends of an interval, both finite.
  public struct Interval: Hashable, Sendable {
    /// The lower end.
    public let low: Double
    /// The upper end.
    public let high: Double

    /// The distance of the farther end from a number within.
    func reach(from value: Double) -> Double { max(high - value, value - low) }
  }

  /// A number; `nil` where there is none, or it is not finite.
  ///
  /// An interval that is not finite is left out.
  public init?(_ value: Double?, low: Double? = nil, high: Double? = nil) {
    guard let value, value.isFinite else { return nil }
    self.value = value
    guard let low, let high, low.isFinite, high.isFinite else {
      interval = nil
      return
    }
    interval = Interval(low: low, high: high)
  }

  /// The median of rounds with its order-statistic interval; `nil` of none.
  init?(ofRounds values: [Double]) {
    guard !values.isEmpty else { return nil }
    let estimate = MedianEstimate(values)
    self.init(estimate?.median ?? values.median, low: estimate?.low, high: estimate?.high)
  }

  /// The same in another unit; `nil` where that is too large for a number.
  func scaled(by factor: Double) -> Estimate? {
    Estimate(
      value * factor, low: interval.map { $0.low * factor },
      high: interval.map { $0.high * factor })
  }
}
