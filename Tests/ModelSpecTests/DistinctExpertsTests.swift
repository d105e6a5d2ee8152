import LayerSpec
import Statistics
import Testing

@testable import ModelSpec

@Suite struct DistinctExpertsTests {
  private func layer(experts: Int, topK: Int, identityExperts: Int = 0) throws -> SparseLayerSpec {
    try SparseLayerSpec(
      hidden: 4, experts: experts, identityExperts: identityExperts, topK: topK,
      expert: FeedForwardSpec(width: 4, intermediate: 4), router: RouterPolicy())
  }

  @Test func noTokensReachNone() throws {
    #expect(try layer(experts: 8, topK: 2).expectedDistinctExperts(tokens: 0) == 0)
    #expect(expectedDistinctExperts(inclusion: [], tokens: 5) == 0)
  }

  @Test func oneTokenReachesTopK() throws {
    #expect(try layer(experts: 8, topK: 2).expectedDistinctExperts(tokens: 1) == 2)
    #expect(try layer(experts: 1, topK: 1).expectedDistinctExperts(tokens: 3) == 1)
    #expect(try layer(experts: 4, topK: 4).expectedDistinctExperts(tokens: 1) == 4)
  }

  @Test func aMillionTokensReachAll() throws {
    #expect(try layer(experts: 512, topK: 10).expectedDistinctExperts(tokens: 1 << 20) == 512)
  }

  /// FreeToken's published counts for 128 experts, 8 for a token, at 1, 8, 16, 32 and 64 tokens, whole
  /// numbers as its pull request 81 prints them.
  @Test(arguments: [(1, 8.0), (8, 52), (16, 82), (32, 112), (64, 126)])
  func agreesWithPublishedCounts(tokens: Int, published: Double) throws {
    let expected = try layer(experts: 128, topK: 8).expectedDistinctExperts(tokens: tokens)
    #expect(expected.rounded() == published)
  }

  /// Identity experts are chosen like the others: of 12 choices 8 compute, so of 3 a token 2 do.
  @Test func identityExpertsAreNotRead() throws {
    let expected = try layer(experts: 8, topK: 3, identityExperts: 4)
      .expectedDistinctExperts(tokens: 1)
    #expect(abs(expected - 2) < 1e-12)
  }

  @Test func skewReachesFewer() {
    let even = expectedDistinctExperts(inclusion: [0.5, 0.5, 0.5, 0.5], tokens: 4)
    let skewed = expectedDistinctExperts(inclusion: [1, 0.6, 0.3, 0.1], tokens: 4)
    #expect(skewed < even)
    // 1 + (1 − 0.4⁴) + (1 − 0.7⁴) + (1 − 0.9⁴).
    #expect(abs(skewed - (4 - 0.0256 - 0.2401 - 0.6561)) < 1e-12)
  }

  // MARK: - Against simulation

  /// Passes of one simulation.
  private let passes = 4_000

  /// The mean of D over simulated passes; `choose` draws the experts of a token.
  private func simulated(
    tokens: Int, choose: (inout SeededGenerator) -> [Int]
  ) -> Double {
    var generator = SeededGenerator(seed: 20_261_121, purpose: "experts")
    var total = 0
    for _ in 0..<passes {
      var reached = Set<Int>()
      for _ in 0..<tokens { reached.formUnion(choose(&generator)) }
      total += reached.count
    }
    return Double(total) / Double(passes)
  }

  /// How far the mean of `passes` draws of D may be from E[D]: five standard errors, which a right
  /// formula exceeds once in two million seeds.
  ///
  /// `variance` bounds that of one draw. The smallest positive value is for a D that never varies.
  private func tolerance(variance: Double) -> Double {
    5 * (variance / Double(passes)).squareRoot() + 1e-9
  }

  /// Choices without replacement are negatively associated (Joag-Dev and Proschan 1983), so whether
  /// experts are reached is too, and Var D is at most the sum of q·(1 − q), q the probability of each.
  @Test(arguments: [
    (8, 2, 1), (8, 2, 3), (8, 2, 16), (64, 8, 4), (64, 8, 16), (5, 5, 2), (30, 1, 40),
  ])
  func uniformRoutingReachesAsManyInASimulation(experts: Int, topK: Int, tokens: Int) throws {
    let expected = try layer(experts: experts, topK: topK).expectedDistinctExperts(tokens: tokens)
    let reached = expected / Double(experts)
    let mean = simulated(tokens: tokens) { generator in
      // The first K places of a Fisher-Yates shuffle.
      var order = Array(0..<experts)
      for place in 0..<topK {
        order.swapAt(place, Int.random(in: place..<experts, using: &generator))
      }
      return Array(order.prefix(topK))
    }
    #expect(
      abs(mean - expected) < tolerance(variance: expected * (1 - min(reached, 1))),
      "simulated \(mean), expected \(expected)")
  }

  /// A token takes one of these pairs, the first with probability 0.5, the others 0.3 and 0.2, so that
  /// every inclusion probability is known; D lies between 2 and 5, so Var D ≤ (5 − 2)²/4 (Popoviciu).
  @Test(arguments: [1, 2, 5, 12])
  func skewedRoutingReachesAsManyInASimulation(tokens: Int) {
    let pairs = [[0, 1], [0, 2], [3, 4]]
    let expected = expectedDistinctExperts(inclusion: [0.8, 0.5, 0.3, 0.2, 0.2], tokens: tokens)
    let mean = simulated(tokens: tokens) { generator in
      let draw = Double.random(in: 0..<1, using: &generator)
      return pairs[draw < 0.5 ? 0 : draw < 0.8 ? 1 : 2]
    }
    #expect(
      abs(mean - expected) < tolerance(variance: 9.0 / 4), "simulated \(mean), expected \(expected)"
    )
  }
}
