/// Divides a budget of seconds among cells: who needs little gets what it needs, and what that leaves
/// is shared equally by the others.
enum BudgetShare {
  /// Seconds of rounds that even the quickest cell can make use of: some 25 rounds of four slices.
  static let least = 2.0

  /// What the first of the cells may take.
  ///
  /// - Parameters:
  ///   - wants: seconds that each cell could use, the first cell's first.
  ///   - budget: seconds that are left for all of them.
  static func first(of wants: [Double], budget: Double) -> Double {
    guard let first = wants.first else { return 0 }
    let wanted = wants.reduce(0, +)
    // With more than enough for all, everyone gets more, in proportion.
    if wanted <= budget { return first * budget / wanted }
    var left = max(0, budget)
    for (served, want) in wants.sorted().enumerated() {
      let share = left / Double(wants.count - served)
      if want > share { return min(first, share) }
      left -= want
    }
    return first
  }
}
