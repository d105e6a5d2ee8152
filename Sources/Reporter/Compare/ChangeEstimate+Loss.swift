import FoundationEssentials
import ModelSpec

#if canImport(Glibc)
  import Glibc
#endif

extension ChangeEstimate {
  /// A change of a quantity from logarithms of a loss; a loss of ratio makes the ratio smaller.
  init(_ quantity: ComparedQuantity, loss: Double, from low: Double, to high: Double) {
    func fraction(_ loss: Double) -> Double {
      let bounded = max(-Self.largestLogarithm, min(Self.largestLogarithm, loss))
      return expm1(quantity == .timeRatio ? -bounded : bounded)
    }
    let ends = [fraction(low), fraction(high)]
    self.init(
      median: fraction(loss), low: min(ends[0], ends[1]), high: max(ends[0], ends[1]))
  }

  /// Beyond it an exponential is no number any more.
  private static let largestLogarithm = 700.0

  /// In percent without their sign, for a column that says so: `+9.8 [+7.1, +12]`.
  var columnText: String {
    "\(Self.percent(median)) [\(Self.percent(low)), \(Self.percent(high))]"
  }

  /// In percent, for a sentence: `+9.8 [+7.1, +12] %`.
  var text: String { "\(columnText) %" }

  /// Percent with a sign, below ten with one decimal: `+9.8`, `-12`, `0.0`.
  static func percent(_ fraction: Double) -> String {
    let percent = abs(fraction * 100)
    let sign = fraction > 0 ? "+" : "-"
    if percent < 0.05 { return "0.0" }
    if percent < 9.95 {
      let tenths = Int((percent * 10).rounded())
      return "\(sign)\(tenths / 10).\(tenths % 10)"
    }
    return sign + (percent < 1e6 ? "\(Int(percent.rounded()))" : Figures.significant(percent))
  }
}
