/// A positive number with the interval that it lies in: what rounding, or two ways to count, leave open.
///
/// Products and quotients take the ends that make the interval widest, as for independent roundings.
public struct RoundedValue: Hashable, Sendable {
  /// The number by the figures as they are.
  public var value: Double
  /// The least that it can be.
  public var low: Double
  /// The most that it can be.
  public var high: Double

  /// A number and its interval.
  ///
  /// - Precondition: the number lies in the interval.
  public init(_ value: Double, low: Double, high: Double) {
    precondition(low <= value && value <= high, "\(value) is not from \(low) to \(high)")
    self.value = value
    self.low = low
    self.high = high
  }

  /// A number that nothing leaves open.
  public init(exactly value: Double) { self.init(value, low: value, high: value) }

  /// Whether nothing is left open.
  public var isExact: Bool { low == high }

  /// The product of independently rounded numbers.
  public static func * (one: RoundedValue, other: RoundedValue) -> RoundedValue {
    RoundedValue(one.value * other.value, low: one.low * other.low, high: one.high * other.high)
  }

  /// The quotient of independently rounded numbers.
  ///
  /// - Precondition: the divisor is above 0 with all of its interval.
  public static func / (one: RoundedValue, other: RoundedValue) -> RoundedValue {
    precondition(other.low > 0, "nothing is divided by 0")
    return RoundedValue(
      one.value / other.value, low: one.low / other.high, high: one.high / other.low)
  }
}
