import Statistics
import Testing

@Suite struct BinomialTests {
  /// With no hits the bound solves (1 − p)ⁿ = 0.05 by hand; the others are of R's binom.test.
  @Test(
    arguments: [
      (0, 300, 0, 0.009936), (0, 3000, 0, 0.000998), (300, 300, 0.990064, 1),
      (49, 50, 0.893529, 0.999494), (45, 50, 0.781864, 0.966725), (1, 2, 0.012579, 0.987421),
      (0, 0, 0, 1),
    ] as [(Int, Int, Double, Double)])
  func clopperAndPearson(hits: Int, trials: Int, low: Double, high: Double) {
    let interval = Binomial.interval(hits: hits, of: trials)
    #expect(abs(interval.low - low) < 1e-5)
    #expect(abs(interval.high - high) < 1e-5)
  }

  @Test func tails() {
    #expect(Binomial.probability(ofAtLeast: 0, of: 4, each: 0.3) == 1)
    #expect(abs(Binomial.probability(ofAtLeast: 3, of: 4, each: 0.5) - 5.0 / 16) < 1e-12)
    #expect(Binomial.probability(ofAtLeast: 5, of: 4, each: 0.5) == 0)
    #expect(Binomial.probability(ofAtLeast: 1, of: 4, each: 0) == 0)
    #expect(Binomial.probability(ofAtLeast: 4, of: 4, each: 1) == 1)
  }

  /// Quantiles of any table of the normal distribution.
  @Test(arguments: [(0.5, 0), (0.975, 1.959964), (0.2, -0.841621), (0.9995, 3.290527)])
  func normalQuantiles(probability: Double, value: Double) {
    #expect(abs(Normal.quantile(probability) - value) < 1e-6)
  }
}
