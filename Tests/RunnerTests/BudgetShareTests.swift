import Testing

@testable import Runner

@Suite struct BudgetShareTests {
  @Test(arguments: [
    // Nothing to divide, and one cell that gets all.
    ([], 10.0, 0.0), ([2.0], 10, 10), ([20], 10, 10),
    // Enough for all: in proportion to what they want.
    ([1, 3], 8, 2), ([3, 1], 8, 6),
    // Too little: the small one is served, the large ones share the rest.
    ([1, 20, 20], 11, 1), ([20, 1, 20], 11, 5), ([20, 20], 10, 5),
    // A budget that is used up.
    ([2, 2], 0, 0), ([2, 2], -1, 0),
  ])
  func divides(wants: [Double], budget: Double, first: Double) {
    #expect(abs(BudgetShare.first(of: wants, budget: budget) - first) < 1e-12)
  }

  /// What one may take at the most: no limit where all are served.
  @Test(arguments: [
    ([], 10.0, Double.infinity), ([2.0], 10, .infinity), ([20], 10, 10), ([1, 3], 4, .infinity),
    ([1, 20, 20], 11, 5), ([1, 20], 0, 0), ([1, 20], -1, 0),
  ])
  func theLargestShareLeavesTheSmallOnesWhatTheyWant(
    wants: [Double], budget: Double, largest: Double
  ) {
    #expect(BudgetShare.largest(of: wants, budget: budget) == largest)
    #expect(BudgetShare.largest(of: wants.reversed(), budget: budget) == largest)
  }
}
