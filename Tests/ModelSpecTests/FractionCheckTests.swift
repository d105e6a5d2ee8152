import Foundation
import ModelSpec
import Testing

/// What a fraction of the width does to a ratio, told by two fractions.
@Suite struct FractionCheckTests {
  private func rounds(_ ratios: [Double], visits: Int = 7) -> [PairedRound] {
    (0..<visits).flatMap { visit in
      ratios.map {
        PairedRound(order: "AB", baselineSeconds: $0, candidateSeconds: 1, visit: visit)
      }
    }
  }

  @Test(arguments: [("1/8", 8.0), ("1/1", 1), ("3/4", 4.0 / 3)])
  func fractionsAreRead(_ text: String, _ inverse: Double) throws {
    let fraction = try #require(WidthFraction(text))
    #expect(fraction.inverse == inverse && "\(fraction)" == text)
  }

  @Test(arguments: ["", "1", "0/8", "9/8", "1/8/2", "-1/8", "1/x", "1 / 8"])
  func whatIsNoFractionIsNone(_ text: String) {
    #expect(WidthFraction(text) == nil)
  }

  /// A ratio that loses 2 % for every halving's doubled part of joins: at 1/4 by 3·2 %, at 1/8 by 7·2 %, in
  /// logarithms of 1/width.
  @Test func twoFractionsGiveTheLineOnWhichFullWidthLies() throws {
    func ratio(_ inverse: Double) -> Double { 5 * exp(-0.02 * (inverse - 1)) }
    let own = rounds([ratio(4)])
    let narrower = FractionCheck(scaled: "1/8", rounds: rounds([ratio(8)]))
    let shift = try #require(narrower.logShiftToFullWidth(of: own, scaled: "1/4"))
    #expect(abs(ratio(4) * exp(shift) - 5) < 1e-12)
    // Full width itself needs no line.
    let full = FractionCheck(scaled: "1/1", rounds: rounds([ratio(1)]))
    let direct = try #require(full.logShiftToFullWidth(of: own, scaled: "1/4"))
    #expect(abs(ratio(4) * exp(direct) - 5) < 1e-12)
    #expect(abs(try #require(full.logDifference(from: own)) - 0.06) < 1e-12)

    let estimate = try #require(RatioEstimate(rounds: own))
    let wider = estimate.including(narrower, of: own, scaled: "1/4")
    #expect(abs(wider.high - 5) < 1e-12 && wider.low == estimate.low)
    #expect(wider.median == estimate.median && wider.confidence == estimate.confidence)
  }

  /// Visits are paired, so that what a visit found does not count as what a fraction does.
  @Test func visitsAreHeldAgainstThemselves() throws {
    var own: [PairedRound] = []
    var other: [PairedRound] = []
    for visit in 0..<7 {
      let state = 1 + 0.2 * Double(visit % 3)
      own.append(
        PairedRound(order: "AB", baselineSeconds: state, candidateSeconds: 1, visit: visit))
      other.append(
        PairedRound(order: "BA", baselineSeconds: 1.1 * state, candidateSeconds: 1, visit: visit))
    }
    let check = FractionCheck(scaled: "1/4", rounds: other + other)
    #expect(abs(try #require(check.logDifference(from: own)) - log(1.1)) < 1e-12)
  }

  @Test func whatTellsNothingChangesNothing() throws {
    let own = rounds([2, 2.1])
    let estimate = try #require(RatioEstimate(rounds: own))
    let elsewhere = [PairedRound(order: "AB", baselineSeconds: 1, candidateSeconds: 1, visit: 99)]
    for check in [
      nil, FractionCheck(scaled: "1/8", rounds: []), FractionCheck(scaled: "1/4", rounds: own),
      FractionCheck(scaled: "?", rounds: own), FractionCheck(scaled: "1/8", rounds: elsewhere),
    ] {
      #expect(estimate.including(check, of: own, scaled: "1/4") == estimate)
    }
    #expect(
      estimate.including(
        FractionCheck(scaled: "1/8", rounds: rounds([3])), of: own, scaled: nil) == estimate)
  }
}
