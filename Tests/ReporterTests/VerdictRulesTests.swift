import ModelSpec
import Testing

@testable import Reporter

@Suite("When an interval delivers a claim")
struct VerdictRulesTests {
  struct Case: Sendable {
    let low: Double
    let high: Double
    let qualifier: Claim.Qualifier
    let outcome: Verdict.Outcome

    init(
      _ low: Double, _ high: Double, _ qualifier: Claim.Qualifier, _ outcome: Verdict.Outcome
    ) {
      self.low = low
      self.high = high
      self.qualifier = qualifier
      self.outcome = outcome
    }
  }

  /// Around a claim of 10: needed is 10, or 9 for "about"; the ceiling is 11.
  static let cases: [Case] = [
    .init(9.0, 9.99, .exactly, .fallsShort), .init(9.0, 10, .exactly, .undecided),
    .init(9.99, 10.5, .exactly, .undecided), .init(10, 10.5, .exactly, .delivered),
    .init(11, 12, .exactly, .delivered), .init(11.01, 12, .exactly, .exceeded),
    .init(8, 8.99, .about, .fallsShort), .init(8, 9, .about, .undecided),
    .init(9, 9.5, .about, .delivered), .init(11.01, 12, .about, .exceeded),
    .init(9, 9.99, .upTo, .fallsShort), .init(10, 10.5, .upTo, .delivered),
    .init(11.01, 12, .upTo, .exceeded),
    .init(9, 9.99, .atLeast, .fallsShort), .init(10, 10.5, .atLeast, .delivered),
    .init(50, 60, .atLeast, .delivered),
  ]

  @Test("only when all of it lies on one side", arguments: cases)
  func outcome(_ each: Case) {
    let estimate = Sample.estimate(each.low, (each.low + each.high) / 2, each.high)
    #expect(VerdictRules.outcome(of: estimate, claimed: 10, each.qualifier) == each.outcome)
  }

  @Test("taking the most favourable cell, proven before merely higher")
  func decide() throws {
    func cell(_ tokens: Int, _ low: Double, _ median: Double, _ high: Double) -> Cell {
      Sample.cell(
        "a", "b", tokens: tokens, flopRatio: 8, Sample.estimate(low, median, high))
    }
    #expect(VerdictRules.decide([], claimed: 6, .exactly) == nil)
    let proven = try #require(
      VerdictRules.decide([cell(1, 5, 6.2, 7), cell(2, 6.05, 6.1, 6.15)], claimed: 6, .exactly))
    #expect(proven.cell.tokens == 2 && proven.outcome == .delivered)
    let open = try #require(
      VerdictRules.decide([cell(1, 1, 2, 3), cell(2, 5, 5.5, 6)], claimed: 6, .exactly))
    #expect(open.cell.tokens == 2 && open.outcome == .undecided)
    let short = try #require(
      VerdictRules.decide([cell(1, 4, 4.5, 5), cell(2, 1, 2, 3)], claimed: 6, .exactly))
    #expect(short.cell.tokens == 1 && short.outcome == .fallsShort)
  }
}
