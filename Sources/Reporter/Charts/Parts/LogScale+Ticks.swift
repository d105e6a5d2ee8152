#if canImport(Glibc)
  import Glibc
#endif

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
