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

extension LogScale {
  /// Round numbers on the scale, ascending and at most `count`, with 1 among them when it is there.
  ///
  /// Within less than a decade steps are even, as people count; beyond it they are 1, 2, 5 of each
  /// decade, then 1 and 3, then powers of ten.
  func ticks(atMost count: Int) -> [Double] {
    precondition(count > 1, "one number says nothing of a scale")
    let (low, high) = exponents(of: 10)
    if high - low < Self.evenDecades, let even = evenTicks(atMost: count), even.count > 1 {
      return even
    }
    for mantissas in [[1.0, 2, 5], [1, 3], [1]] {
      let ticks = ticks(mantissas, everyDecades: 1, low, high)
      if ticks.count <= count, !ticks.isEmpty { return ticks }
    }
    var stride = 2
    while true {
      let ticks = ticks([1], everyDecades: stride, low, high)
      if ticks.count <= count { return ticks }
      stride *= 2
    }
  }

  /// Powers of two on the scale, ascending and at most `count`, 1 among them when it is there.
  func powersOfTwo(atMost count: Int) -> [Double] {
    precondition(count > 1, "one number says nothing of a scale")
    let (low, high) = exponents(of: 2)
    let exponents = whole(low, high)
    var stride = 1
    while true {
      let ticks = exponents.filter { $0 % stride == 0 }
      if ticks.count <= count { return ticks.map { exp2(Double($0)) } }
      stride *= 2
    }
  }

  /// Multiples of 1, 2 or 5 times a power of ten, as many as fit.
  private func evenTicks(atMost count: Int) -> [Double]? {
    let (low, high) = (value(at: start), value(at: end))
    let smallestStep = (high - low) / Double(count)
    guard smallestStep.isDrawable, low > 0 else { return nil }
    let smallest = Int(floor(log10(smallestStep)))
    for exponent in smallest...(smallest + 2) {
      for mantissa in [1.0, 2, 5] {
        // Dividing by a positive power of ten gives the nearest number to 0.3, multiplying by 0.1
        // does not.
        let scale = power(exponent.magnitude)
        let step = exponent < 0 ? mantissa / scale : mantissa * scale
        let (first, last) = (ceil(low / step), floor(high / step))
        guard step.isDrawable, last - first < Double(count) else { continue }
        return stride(from: first, through: last, by: 1).map {
          exponent < 0 ? $0 * mantissa / scale : $0 * step
        }
      }
    }
    return nil
  }

  private func ticks(
    _ mantissas: [Double], everyDecades stride: Int, _ low: Double, _ high: Double
  ) -> [Double] {
    whole(low - 1, high).filter { $0 % stride == 0 }.flatMap { exponent in
      mantissas.map { mantissa in
        exponent < 0 ? mantissa / power(exponent.magnitude) : mantissa * power(UInt(exponent))
      }
    }.filter { contains($0) }
  }

  /// The ends as powers of a base.
  private func exponents(of base: Double) -> (Double, Double) {
    (domain.lowerBound / log(base), domain.upperBound / log(base))
  }

  /// The whole numbers between two numbers, both included.
  private func whole(_ low: Double, _ high: Double) -> [Int] {
    let (first, last) = (Int(ceil(low)), Int(floor(high)))
    return first <= last ? Array(first...last) : []
  }

  /// Decades within which steps are even.
  private static let evenDecades = 0.8

  private func power(_ exponent: UInt) -> Double { pow(10, Double(exponent)) }
}
