import Testing

@testable import Runner
@testable import Statistics

@Suite struct ZipfFitTests {
  /// Tokens per expert, as the routing draw sends so many tokens.
  private func counts(
    _ alpha: Double, experts: Int = 64, topK: Int = 8, tokens: Int, seed: UInt64 = 1
  ) -> [Int] {
    var draw = RoutingDraw(.zipf(alpha: alpha), choices: experts, topK: topK, seed: seed)
    var counts = [Int](repeating: 0, count: experts)
    for _ in 0..<tokens { for expert in draw.nextExperts() { counts[expert] += 1 } }
    return counts
  }

  @Test func nothingChosenHasNoExponent() {
    #expect(ZipfFit(tokensPerExpert: [0, 0, 0], topK: 1) == nil)
    #expect(ZipfFit(tokensPerExpert: [2, 0, 0], topK: 1) == nil, "two choices among three")
    #expect(ZipfFit(tokensPerExpert: [3, 0, 0], topK: 1) != nil)
    #expect(ZipfFit(tokensPerExpert: Array(repeating: 9, count: 4096), topK: 9) == nil)
  }

  @Test(arguments: [(1, 1), (4, 4), (4, 2), (64, 8)])
  func evenUseIsUniform(experts: Int, topK: Int) throws {
    let fit = try #require(
      ZipfFit(tokensPerExpert: Array(repeating: 100, count: experts), topK: topK))
    #expect(fit.alpha == 0)
    #expect(fit.distance < 1e-9)
    #expect(abs(fit.gini) < 1e-9)
  }

  @Test(arguments: [(8, 1), (64, 8)])
  func noMoreThanTheLargestExponentIsFound(experts: Int, topK: Int) throws {
    let hot = (0..<experts).map { $0 < topK ? 500 : 0 }
    let fit = try #require(ZipfFit(tokensPerExpert: hot, topK: topK))
    #expect(fit.alpha == ZipfFit.largestAlpha)
    #expect(fit.distance < ZipfFit.closeDistance)
  }

  /// The order of experts means nothing.
  @Test func ranksAreThoseOfTheCounts() {
    let counts = counts(0.8, tokens: 200)
    #expect(
      ZipfFit(tokensPerExpert: counts, topK: 8)
        == ZipfFit(tokensPerExpert: counts.reversed(), topK: 8))
  }

  /// Over 16 seeds the exponents found in 1000 tokens had means of 0.021, 0.396, 0.799 and 1.198 and
  /// standard deviations of at most 0.0134 (at 0 no estimate can be too low, so their mean is not 0).
  ///
  /// Four deviations are allowed.
  @Test(arguments: [0, 0.4, 0.8, 1.2])
  func theExponentOfADrawIsRecovered(alpha: Double) throws {
    let fit = try #require(
      ZipfFit(tokensPerExpert: counts(alpha, tokens: 1000), topK: 8))
    #expect(abs(fit.alpha - alpha) < 4 * 0.0134, "\(fit)")
    #expect(fit.distance < 0.03, "\(fit)")
  }

  /// Gini coefficients of 600 tokens that an independent simulation of the law gave (64 experts,
  /// top-8, one seed), which the law's own popularities must have but for the sample's scatter.
  ///
  /// Over seeds they vary by about 0.02; twice that is allowed, and at 0 the scatter is all there is.
  @Test(arguments: [(0.0, 0.0), (0.4, 0.21), (0.6, 0.30), (0.8, 0.41), (1.0, 0.50), (1.2, 0.58)])
  func skewIsThatOfTheCalibration(alpha: Double, gini: Double) throws {
    let fit = try #require(ZipfFit(tokensPerExpert: counts(alpha, tokens: 600), topK: 8))
    #expect(abs(fit.gini - gini) < 0.04, "\(fit)")
  }

  /// Half of the experts share everything equally: no power of the rank looks like that.
  @Test func whatIsNoLawIsFarFromIt() throws {
    let steps = (0..<64).map { $0 < 32 ? 250 : 0 }
    let fit = try #require(ZipfFit(tokensPerExpert: steps, topK: 8))
    #expect(fit.distance > ZipfFit.closeDistance)
    #expect(!fit.isClose)
  }

  /// Eight tokens lie far from any law by chance alone, and say nothing against it.
  @Test func fewTokensAreNotHeldAgainstTheLaw() throws {
    let fit = try #require(
      ZipfFit(tokensPerExpert: counts(0, experts: 16, topK: 4, tokens: 8), topK: 4))
    #expect(fit.isClose)
  }
}
