import Testing

@testable import Runner

@Suite struct TimeEstimateTests {
  @Test(arguments: [(0.1, 1.0, 1), (1, 1, 1), (1.5, 1, 2), (9, 1, 16), (1e9, 1, 64)])
  func theSmallestDivisorThatFitsIsChosen(seconds: Double, allowed: Double, divisor: Int) {
    #expect(TimeEstimate.divisor(seconds: seconds, allowed: allowed) == divisor)
  }
}
