/// A number with the interval that it lies in.
///
/// Intervals are carried through formulas from end to end: what is measured on one machine in one run errs in
/// the same direction more often than not, so errors are added and not assumed to cancel.
public struct Quantity: Codable, Hashable, Sendable {
  /// The estimate.
  public let median: Double
  /// Lower end of its interval.
  public let low: Double
  /// Upper end of its interval.
  public let high: Double

  /// An estimate between two ends.
  public init(median: Double, low: Double, high: Double) {
    self.median = median
    self.low = min(low, median)
    self.high = max(high, median)
  }

  /// A number that is known.
  public init(_ value: Double) { self.init(median: value, low: value, high: value) }

  /// The interval of a ratio that was measured.
  public init(_ ratio: RatioEstimate) {
    self.init(median: ratio.median, low: ratio.low, high: ratio.high)
  }

  /// The same with another number in place of the estimate and of both ends, by a function that never falls.
  func rising(_ function: (Double) -> Double) -> Quantity {
    Quantity(median: function(median), low: function(low), high: function(high))
  }

  /// The same by a function that never rises.
  func falling(_ function: (Double) -> Double) -> Quantity {
    Quantity(median: function(median), low: function(high), high: function(low))
  }

  static func + (left: Quantity, right: Quantity) -> Quantity {
    Quantity(
      median: left.median + right.median, low: left.low + right.low, high: left.high + right.high)
  }

  static func + (left: Quantity, right: Double) -> Quantity { left + Quantity(right) }

  /// - Precondition: the factor is not negative.
  static func * (factor: Double, right: Quantity) -> Quantity {
    precondition(factor >= 0, "\(factor) times an interval")
    return right.rising { factor * $0 }
  }

  /// The quotient of two positive numbers that were not measured together.
  static func / (left: Quantity, right: Quantity) -> Quantity {
    Quantity(
      median: left.median / right.median, low: left.low / right.high, high: left.high / right.low)
  }
}
