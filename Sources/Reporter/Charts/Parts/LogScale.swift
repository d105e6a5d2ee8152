#if canImport(Glibc)
  import Glibc
#endif

/// Positive numbers along a line, equal factors at equal distances.
///
/// Every quantity that is drawn here is a ratio, a rate or a count that grows by doubling, so there is
/// no other scale.
struct LogScale: Hashable {
  /// Natural logarithms of the lowest and the highest number.
  ///
  /// Logarithms, because a margin around the largest numbers would overflow.
  let domain: ClosedRange<Double>
  /// Where the lowest number stands.
  let start: Double
  /// Where the highest number stands; less than `start` where numbers grow upwards.
  let end: Double

  /// A scale on which all of `values` have a place, `nil` when none of them is a positive number.
  ///
  /// - Parameters:
  ///   - minimumFactor: what the highest is at least over the lowest, so that noise is not blown up
  ///     to the width of the picture.
  ///   - margin: the part of the whole that is left free at each end.
  init?(
    showing values: some Sequence<Double>, minimumFactor: Double = 2, margin: Double = 0.04,
    from start: Double, to end: Double
  ) {
    precondition(minimumFactor > 1 && margin >= 0 && start != end, "a scale has an extent")
    let logs = values.filter(\.isDrawable).map { log($0) }
    guard let low = logs.min(), let high = logs.max() else { return nil }
    let missing = max(0, log(minimumFactor) - (high - low)) / 2
    let spare = (high - low + 2 * missing) * margin
    domain = (low - missing - spare)...(high + missing + spare)
    self.start = start
    self.end = end
  }

  /// Where a number stands; numbers beyond the domain stand beyond the ends.
  func position(_ value: Double) -> Double {
    precondition(value.isDrawable, "only positive numbers have a logarithm")
    let share = (log(value) - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
    return start + share * (end - start)
  }

  /// The number that stands at a place between the ends.
  func value(at position: Double) -> Double {
    let share = (position - start) / (end - start)
    return exp(domain.lowerBound + share * (domain.upperBound - domain.lowerBound))
  }

  /// Whether a number lies between the ends.
  func contains(_ value: Double) -> Bool { value.isDrawable && domain.contains(log(value)) }
}

extension Double {
  /// Whether the number has a place on a logarithmic scale.
  var isDrawable: Bool { isFinite && self > 0 }
}
