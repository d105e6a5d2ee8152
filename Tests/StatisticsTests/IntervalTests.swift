import Foundation
import Testing

@testable import Statistics

@Suite("Statistics of changes")
struct IntervalTests {
  /// Critical values of Wilcoxon's signed-rank sum are in every table of it; an interval begins one rank
  /// above (Hollander, Wolfe and Chicken, table A.4).
  @Test(arguments: [
    (10, 0.95, 8), (10, 0.98, 5), (20, 0.95, 52), (20, 0.98, 43), (25, 0.98, 76), (25, 0.99, 68),
  ])
  func ranksAreThoseOfTheTables(_ count: Int, _ confidence: Double, _ critical: Int) {
    #expect(SignedRankInterval.rank(count: count, confidence: confidence) == critical + 1)
  }

  @Test("98 % take seven values, 95 % take six")
  func fewestValues() {
    #expect(SignedRankInterval.rank(count: 0, confidence: 0.5) == nil)
    #expect(SignedRankInterval.rank(count: 6, confidence: 0.98) == nil)
    #expect(SignedRankInterval.rank(count: 7, confidence: 0.98) == 1)
    #expect(SignedRankInterval.rank(count: 5, confidence: 0.95) == nil)
    #expect(SignedRankInterval.rank(count: 6, confidence: 0.95) == 1)
    #expect(SignedRankInterval([], confidence: 0.98) == nil)
  }

  /// Nine patients' depression before and after a tranquilliser: Hollander and Wolfe give -0.46 and the 96.1 %
  /// interval from -0.786 to -0.010 (example 3.1).
  @Test func theTextbooksExample() throws {
    let before = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
    let after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    let interval = try #require(
      SignedRankInterval(zip(before, after).map { $1 - $0 }, confidence: 0.96))
    #expect(abs(interval.median - -0.46) < 5e-4)
    #expect(abs(interval.low - -0.786) < 5e-4)
    #expect(abs(interval.high - -0.010) < 5e-4)
  }

  @Test("many values are thinned, not refused")
  func manyValues() throws {
    let values = (0..<5000).map { Double($0) }
    let interval = try #require(SignedRankInterval(values, confidence: 0.98))
    #expect(interval.low < 2500 && interval.high > 2490)
    #expect(abs(interval.median - 2500) < 20)
  }

  /// Quantiles of Student's t with five degrees of freedom, from any table.
  @Test(arguments: [(0.0, 0.5), (2.015, 0.05), (2.571, 0.025), (4.032, 0.005), (6.869, 0.0005)])
  func tailsAreStudents(_ value: Double, _ probability: Double) {
    #expect(abs(HeavyTail.probability(above: value) / probability - 1) < 2e-3)
    #expect(abs(HeavyTail.probability(above: -value) - (1 - probability)) < 1e-4)
  }

  @Test("a tail is a probability for any number")
  func extremeTails() {
    #expect(HeavyTail.probability(above: .infinity) == 0)
    #expect(HeavyTail.probability(above: -.infinity) == 1)
  }

  @Test("Holm's steps divide the error by what is left, and stop at the first that fails")
  func holm() {
    #expect(HolmProcedure.rejected([], errorRate: 0.05) == [])
    #expect(HolmProcedure.rejected([0.05], errorRate: 0.05) == [true])
    // 0.01 <= 0.05 / 4, 0.013 <= 0.05 / 3, 0.03 > 0.05 / 2, and then 0.04 is not asked any more.
    #expect(
      HolmProcedure.rejected([0.03, 0.01, 0.04, 0.013], errorRate: 0.05)
        == [false, true, false, true])
  }
}
