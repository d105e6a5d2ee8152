import Foundation
import ModelSpec
import Testing

@testable import Runner
@testable import Statistics

@Suite struct InclusionProbabilitiesTests {
  private func zipf(_ alpha: Double, experts: Int) -> [Double] {
    (1...experts).map { -alpha * log(Double($0)) }
  }

  @Test func oneOfOneIsAlwaysChosen() {
    #expect(InclusionProbabilities.probabilities(logWeights: [3], topK: 1) == [1])
    #expect(InclusionProbabilities.probabilities(logWeights: [0, -9, 2], topK: 3) == [1, 1, 1])
  }

  /// With one draw there is no replacement to be without: πᵢ = wᵢ / Σw.
  ///
  /// The integration starts where 10⁻⁷ of the fastest expert has arrived.
  @Test(arguments: [0.0, 0.4, 1.2, 3])
  func oneDrawIsInProportion(alpha: Double) {
    let weights = zipf(alpha, experts: 16).map(exp)
    let total = weights.reduce(0, +)
    let found = InclusionProbabilities.probabilities(logWeights: zipf(alpha, experts: 16), topK: 1)
    for (weight, probability) in zip(weights, found) {
      #expect(abs(weight / total - probability) < 2e-7)
    }
  }

  /// Every sequence of three draws out of five, enumerated.
  @Test func threeDrawsAreThoseOfAllSequences() {
    let weights = [5.0, 0.1, 2, 1, 0.7]
    var exact = [Double](repeating: 0, count: 5)
    func draw(_ chosen: [Int], _ probability: Double) {
      guard chosen.count < 3 else {
        for expert in chosen { exact[expert] += probability }
        return
      }
      let left = (0..<5).filter { !chosen.contains($0) }
      let total = left.reduce(0) { $0 + weights[$1] }
      for expert in left { draw(chosen + [expert], probability * weights[expert] / total) }
    }
    draw([], 1)
    let found = InclusionProbabilities.probabilities(logWeights: weights.map { log($0) }, topK: 3)
    for (one, other) in zip(exact, found) { #expect(abs(one - other) < 1e-6) }
  }

  /// What the routing draw does: 4000 tokens, so that an expert's share has a standard deviation of
  /// at most √(0.25 / 4000) = 0.8 %; four of them are allowed.
  @Test(arguments: [(64, 8, 0.8), (8, 2, 2.0), (32, 1, 1.2)])
  func theDrawKeepsToThem(experts: Int, topK: Int, alpha: Double) {
    var draw = RoutingDraw(.zipf(alpha: alpha), choices: experts, topK: topK, seed: 3)
    var counts = [Int](repeating: 0, count: experts)
    for _ in 0..<4000 { for expert in draw.nextExperts() { counts[expert] += 1 } }
    let expected = InclusionProbabilities.probabilities(
      logWeights: zipf(alpha, experts: experts), topK: topK)
    #expect(abs(expected.reduce(0, +) - Double(topK)) < 1e-9)
    for (count, probability) in zip(counts.sorted(by: >), expected) {
      #expect(abs(Double(count) / 4000 - probability) < 4 * (0.25 / 4000).squareRoot())
    }
  }

  /// E[D] = Σ 1 − (1 − πᵢ)^T, held against passes that are drawn.
  ///
  /// D of one pass is a sum of 64 negatively associated indicators, so its variance is at most
  /// 64 / 4 = 16, and the mean of 200 passes has a standard deviation of at most 0.29; four of them
  /// are allowed.
  @Test(arguments: [(0.0, 1), (0.0, 16), (0.8, 16), (1.2, 64)])
  func passesReadAsManyExpertsAsExpected(alpha: Double, tokens: Int) {
    let inclusion = InclusionProbabilities.probabilities(
      logWeights: zipf(alpha, experts: 64), topK: 8)
    var draw = RoutingDraw(.zipf(alpha: alpha), choices: 64, topK: 8, seed: 6)
    var distinct = 0
    for _ in 0..<200 {
      distinct += Set((0..<tokens).flatMap { _ in draw.nextExperts() }).count
    }
    let expected = expectedDistinctExperts(inclusion: inclusion, tokens: tokens)
    #expect(abs(Double(distinct) / 200 - expected) < 4 * (16.0 / 200).squareRoot())
  }

  /// Weights that are found for popularities have these popularities.
  @Test(arguments: [(8, 2, 0.3), (8, 2, 2.0), (16, 1, 1.2), (32, 4, 1.5)])
  func weightsAreFoundBack(experts: Int, topK: Int, alpha: Double) {
    let wanted = InclusionProbabilities.probabilities(
      logWeights: zipf(alpha, experts: experts), topK: topK)
    let weights = InclusionProbabilities.logWeights(for: wanted, topK: topK)
    let reached = InclusionProbabilities.probabilities(logWeights: weights, topK: topK)
    for (one, other) in zip(wanted, reached) { #expect(abs(one - other) < 1e-9) }
  }

  @Test func expertsThatNobodyChoseAreNeverDrawn() {
    let weights = InclusionProbabilities.logWeights(for: [0.5, 0, 0.5, 0, 1], topK: 2)
    // Gumbel noise is between −4 and 30 but once in 10¹³ draws.
    #expect(weights[1] < weights[0] - 34 && weights[3] < weights[2] - 34)
    #expect(InclusionProbabilities.logWeights(for: [1, 0, 1], topK: 2)[1] < -34)
  }
}
