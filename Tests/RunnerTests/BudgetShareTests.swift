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

  /// What cells may choose from, with a budget, and which they take.
  struct Choice {
    let seconds: [[Double]]
    let budget: Double
    let chosen: [Int]
  }

  static let choices: [Choice] = [
    Choice(seconds: [], budget: 10, chosen: []),
    Choice(seconds: [[2]], budget: 10, chosen: [0]),
    Choice(seconds: [[20]], budget: 10, chosen: [0]),
    Choice(seconds: [[20, 5, 1]], budget: 10, chosen: [1]),
    // Two alike are served alike, though one of them could have more.
    Choice(seconds: [[8, 2], [8, 2]], budget: 11, chosen: [1, 1]),
    Choice(seconds: [[8, 2], [8, 2]], budget: 16, chosen: [0, 0]),
    // The small one has its best, the large ones what that leaves.
    Choice(seconds: [[1, 0.5], [20, 6, 5]], budget: 8, chosen: [0, 1]),
    Choice(seconds: [[20, 6, 5], [1, 0.5]], budget: 8, chosen: [1, 0]),
    // What is preferred may be the shortest, and a cell that takes much at the least leaves less to others.
    Choice(seconds: [[1, 3]], budget: 10, chosen: [0]),
    Choice(seconds: [[9, 9], [3, 1]], budget: 10, chosen: [0, 1]),
    // Too little for anything, and nothing.
    Choice(seconds: [[3, 2], [5, 4]], budget: 1, chosen: [1, 1]),
    Choice(seconds: [[3, 2]], budget: 0, chosen: [1]),
    Choice(seconds: [[3, 2]], budget: -1, chosen: [1]),
    Choice(seconds: [[3, 2], [1, 2]], budget: .infinity, chosen: [0, 0]),
  ]

  /// Each takes the first of its choices that the largest allowance permits with which all fit, and the shortest
  /// where none is permitted.
  @Test(arguments: choices)
  func choicesFitTheBudgetTogether(choice: Choice) {
    #expect(BudgetShare.choices(choice.seconds, budget: choice.budget) == choice.chosen)
  }
}
