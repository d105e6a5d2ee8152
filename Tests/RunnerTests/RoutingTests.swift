import ModelSpec
import Statistics
import Testing

@testable import Runner

@Suite struct RoutingTests {
  @Test(arguments: ["uniform", "zipf:0.8", "zipf:0.0", "single"])
  func readsWhatItWrites(text: String) throws {
    #expect(try #require(Routing(text)).description == text)
  }

  @Test func zipfAloneHasTheTypicalExponent() {
    #expect(Routing("zipf") == .zipf(alpha: 0.8))
  }

  @Test(arguments: ["", "Uniform", "zipf:", "zipf:-1", "zipf:nan", "zipf:inf", "zipf:11", "trace:"])
  func refusesWhatItDoesNotKnow(text: String) {
    #expect(Routing(text) == nil)
  }

  /// What this version measures it also judges.
  @Test func everyKindIsOneThatReportsKnow() {
    let source = RecordingSource(name: "r", layer: nil, digest: "d")
    let routings: [Routing] = [
      .uniform, .zipf(alpha: 1), .single,
      .trace(RoutingTrace(source: source, topK: 1, experts: [0], firstLine: 1, largest: (0, 1))),
      .histogram(
        RoutingHistogram(source: source, tokensPerExpert: [1], namesAllExperts: true)),
    ]
    #expect(routings.map(\.kind) == RoutingCondition.knownKinds)
  }

  @Test func statisticsOfNoTokens() {
    let statistics = RoutingStatistics(tokensPerExpert: [0, 0, 0])
    #expect(statistics.distinctExperts == 0)
    #expect(statistics.gini == 0)
    #expect(statistics.tokensPerReachedExpert == 0)
  }

  @Test func statisticsOfEvenUse() {
    let statistics = RoutingStatistics(tokensPerExpert: [4, 4, 4, 4])
    #expect(statistics.distinctExperts == 4)
    #expect(statistics.maxOverMean == 1)
    #expect(statistics.gini == 0)
  }

  /// One of n has all: the Gini coefficient is 1 − 1/n.
  @Test func statisticsOfOneHotExpert() {
    let statistics = RoutingStatistics(tokensPerExpert: [0, 12, 0, 0])
    #expect(statistics.distinctExperts == 1)
    #expect(statistics.maxOverMean == 4)
    #expect(statistics.gini == 0.75)
    #expect(statistics.tokensPerReachedExpert == 12, "experts without tokens are not read")
  }

  /// Tokens per expert of 600 tokens, 64 experts, top-8, as `Routing` draws them.
  private func counts(_ routing: Routing, seed: UInt64) -> [Int] {
    var draw = RoutingDraw(routing, choices: 64, topK: 8, seed: seed)
    var counts = [Int](repeating: 0, count: 64)
    for _ in 0..<600 {
      let logits = draw.nextLogits()
      let chosen = logits.indices.sorted { logits[$0] > logits[$1] }.prefix(8)
      for expert in chosen { counts[expert] += 1 }
    }
    return counts
  }

  /// The Gini coefficients that an independent simulation of the same law gave (64 experts, top-8,
  /// 600 tokens, one seed): .06, .41 and .58.
  ///
  /// Over seeds they vary by about 0.02; twice that is allowed.
  @Test(arguments: [(Routing.uniform, 0.06), (.zipf(alpha: 0.8), 0.41), (.zipf(alpha: 1.2), 0.58)])
  func skewIsThatOfTheLaw(routing: Routing, gini: Double) {
    let statistics = RoutingStatistics(tokensPerExpert: counts(routing, seed: 7))
    #expect(abs(statistics.gini - gini) < 0.04)
  }

  @Test func singleUsesExactlyTopKExperts() {
    #expect(RoutingStatistics(tokensPerExpert: counts(.single, seed: 1)).distinctExperts == 8)
  }

  @Test func theSeedDecidesWhichExpertsArePopular() {
    #expect(counts(.zipf(alpha: 0.8), seed: 3) == counts(.zipf(alpha: 0.8), seed: 3))
    #expect(counts(.zipf(alpha: 0.8), seed: 3) != counts(.zipf(alpha: 0.8), seed: 4))
  }
}
