import Testing

@testable import ModelSpec

@Suite struct QuantityTests {
  private let two = Quantity(median: 2, low: 1.5, high: 3)
  private let four = Quantity(median: 4, low: 3, high: 6)

  @Test func intervalsAreCarriedFromEndToEnd() {
    #expect(two + four == Quantity(median: 6, low: 4.5, high: 9))
    #expect(3 * two == Quantity(median: 6, low: 4.5, high: 9))
    #expect(0 * two == Quantity(0))
    #expect(four / two == Quantity(median: 2, low: 1, high: 4))
    #expect(two.falling { 12 / $0 } == Quantity(median: 6, low: 4, high: 8))
    #expect(two + 1.5 == Quantity(median: 3.5, low: 3, high: 4.5))
  }

  /// An end on the wrong side of the estimate is moved to it.
  @Test func theEstimateLiesInItsInterval() {
    #expect(Quantity(median: 1, low: 2, high: 0) == Quantity(1))
  }
}
