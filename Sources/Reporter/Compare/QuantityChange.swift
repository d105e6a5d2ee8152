import FoundationEssentials
import ModelSpec

#if canImport(Glibc)
  import Glibc
#endif

/// How far a quantity of a cell moved from BASE to HEAD, in natural logarithms; above zero is a loss: more
/// seconds, or a smaller time ratio.
struct QuantityChange: Hashable {
  /// The change by the clock less what the ceilings beside both cells explain of it: as little as
  /// they may, all that they say with computing and reading overlapping, or all with one after the
  /// other.
  ///
  /// What the machine did to the cell lies between these, so only a change that all of them show is
  /// taken for the build's.
  let readings: [Double]
  /// Standard error that the spread of the rounds leaves.
  let standardError: Double
  /// True when both records hold the very same rounds, so that there is nothing to tell apart.
  let isSameMeasurement: Bool

  var low: Double { readings.min() ?? 0 }
  var high: Double { readings.max() ?? 0 }
  /// The middle between the smallest and the largest reading.
  var centre: Double { (low + high) / 2 }

  /// The least part of a change of the ceilings that a time is taken to follow.
  ///
  /// A layer is not bound by the roofline alone, and the probe beside it ran in another second. In
  /// six comparisons of default suites on a shared two-core VM (Zen 5, 2026-11-21) times moved by
  /// 0.5 to 0.75 of what either model said, in the median of the cells.
  static let leastFollowed = 0.5

  /// What a machine may have done to a time when its ceilings were not measured: on shared two-core
  /// VMs read bandwidth was seen to differ by tens of percent from one minute to the next.
  static let unwatchedDrift = log(1.25)

  /// The change of one quantity from one measurement of a cell to another.
  init(_ quantity: ComparedQuantity, from base: CellTimes, to head: CellTimes) {
    isSameMeasurement = base.rounds == head.rounds
    guard !isSameMeasurement else {
      readings = [0, 0, 0]
      standardError = 0
      return
    }
    switch quantity {
    case .candidateSeconds, .baselineSeconds:
      let side = quantity == .candidateSeconds ? \CellTimes.candidate : \.baseline
      let (before, after) = (base[keyPath: side], head[keyPath: side])
      readings = Self.timeReadings(
        byClock: after.seconds - before.seconds, explained: Self.explained(before, after))
      standardError = Self.together(before.standardError, after.standardError)
    case .timeRatio:
      let byClock = head.ratio - base.ratio
      let candidate = Self.explained(base.candidate, head.candidate)
      let baseline = Self.explained(base.baseline, head.baseline)
      // The machine may explain nothing of a ratio: what it does to both sides alike cancels.
      readings =
        candidate.isEmpty || baseline.isEmpty
        ? [byClock, byClock, byClock]
        : [byClock] + zip(candidate, baseline).map { byClock - ($0 - $1) }
      standardError = Self.together(base.ratioStandardError, head.ratioStandardError)
    }
  }

  private static func timeReadings(byClock: Double, explained: [Double]) -> [Double] {
    guard !explained.isEmpty else {
      return [byClock, byClock - unwatchedDrift, byClock + unwatchedDrift]
    }
    let least = leastFollowed * explained.reduce(0, +) / Double(explained.count)
    return [byClock - least] + explained.map { byClock - $0 }
  }

  /// How much longer a side had to take by each of its limits; empty unless both cells have
  /// ceilings.
  private static func explained(_ before: CellTimes.Side, _ after: CellTimes.Side) -> [Double] {
    zip(before.limits, after.limits).map { $1 - $0 }
  }

  /// The standard error of a difference of two independent values.
  private static func together(_ first: Double, _ second: Double) -> Double {
    (first * first + second * second).squareRoot()
  }
}

extension ChangeEstimate {
  /// A change of a quantity as a fraction, from the logarithms of its loss; a loss of the time
  /// ratio makes it smaller.
  init(_ quantity: ComparedQuantity, loss: Double, from low: Double, to high: Double) {
    func fraction(_ loss: Double) -> Double {
      let bounded = max(-Self.largestLogarithm, min(Self.largestLogarithm, loss))
      return expm1(quantity == .timeRatio ? -bounded : bounded)
    }
    let ends = [fraction(low), fraction(high)]
    self.init(
      median: fraction(loss), low: min(ends[0], ends[1]), high: max(ends[0], ends[1]))
  }

  /// Logarithms are bounded by it, so that their exponentials stay finite.
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
