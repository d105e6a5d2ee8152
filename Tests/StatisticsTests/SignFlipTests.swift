import Statistics
import Testing

/// Probabilities that follow from counting signs by hand, and error rates where the truth is known.
@Suite struct SignFlipTests {
  @Test(
    arguments: [
      // No difference, and one: the set of nothing always counts.
      ([], 0, 1), ([5], 0, 0.5), ([-5], 0, 1),
      // All of three on one side: one choice of signs of eight.
      ([1, 2, 3], 0, 1.0 / 8),
      // The smallest is on the other side: its own flip, or none, of sixteen.
      ([-1, 2, 3, 4], 0, 2.0 / 16),
      // Ranks 1 and 2 against: the sets {}, {1}, {2}, {1, 2} and {3} weigh 3 at most.
      ([-1, -2, 3, 4, 5, 6, 7, 8], 0, 5.0 / 256),
      // How much larger the largest is does not matter.
      ([-1, -2, 3, 4, 5, 6, 7, 8000], 0, 5.0 / 256),
      // Equal magnitudes share the rank 1.5: half of all sums are 0 or more, as is the one that was seen.
      ([1, -1], 0, 3.0 / 4),
      // What is on the threshold has no sign: both of its signs count.
      ([1, 2, 3], 1, 2.0 / 8),
      ([4, 5, 6], 3, 1.0 / 8),
    ] as [([Double], Double, Double)])
  func countedByHand(differences: [Double], threshold: Double, expected: Double) {
    #expect(SignFlipTest.probability(differences, above: threshold) == expected)
    #expect(
      SignFlipTest.probability(differences.map { -$0 }, below: -threshold) == expected)
  }

  @Test func halvesCountWhatAllSetsDo() {
    var random = SeededGenerator(seed: 3, purpose: "sign flips")
    for count in 1...12 {
      let differences = random.normals(count: count).map { Double($0) + 0.3 }
      let ranks = differences.map { value in
        (value > 0 ? 1 : -1) * (1 + differences.count { abs($0) < abs(value) })
      }
      let smaller = (0..<1 << count).count { set in
        (0..<count).reduce(0) { $0 + (set >> $1 & 1) * ranks[$1] } <= 0
      }
      #expect(
        SignFlipTest.probability(differences, above: 0) == Double(smaller) / Double(1 << count))
    }
  }

  @Test func moreDifferencesThanFitAreLeftOut() {
    let many = [Double](repeating: 1, count: SignFlipTest.mostDifferences + 5)
    #expect(SignFlipTest.probability(many, above: 0) == 0x1p-40)
  }

  /// Wilcoxon's exact interval for these ten differences: the 9th of 55 means of pairs from either end (table of
  /// Hollander, Wolfe and Chicken, where W⁺ of ten is 8 or less with probability 0.0244).
  @Test func boundsAreMeansOfPairs() throws {
    let differences: [Double] = [-3, 1, 2, 4, 7, 8, 11, 13, 16, 20]
    let means = differences.indices.flatMap { first in
      differences[first...].map { (differences[first] + $0) / 2 }
    }.sorted()
    let high = try #require(SignFlipTest.upperBound(differences, confidence: 0.975))
    let low = try #require(SignFlipTest.lowerBound(differences, confidence: 0.975))
    #expect(abs(high - means[55 - 9]) < 1e-3)
    #expect(abs(low - means[8]) < 1e-3)
    #expect(SignFlipTest.centre(differences) == means[27])
    #expect(SignFlipTest.upperBound(Array(differences.prefix(4)), confidence: 0.95) == nil)
    #expect(SignFlipTest.centre([]) == nil)
  }

  /// Noise as machines have it.
  ///
  /// Each pair is measured in an order that a coin decides, and being first costs
  /// something, as does the hour.
  enum Noise: CaseIterable {
    case normal, heavyTails, autocorrelated, drift, bimodal, ties

    func pairs(_ count: Int, _ random: inout SeededGenerator) -> [Double] {
      var level = 0.0
      return (0..<count).map { index in
        let normals = random.normals(count: 4).map(Double.init)
        let noise: Double
        switch self {
        case .normal: noise = 0.02 * normals[0]
        case .heavyTails: noise = 0.01 * normals[0] / max(0.02, abs(normals[1]))
        case .autocorrelated:
          level = 0.9 * level + 0.02 * normals[0]
          noise = level
        case .drift: noise = 0.01 * normals[0] + 0.004 * Double(index)
        case .bimodal: noise = (normals[0] > 0.8 ? 0.15 : 0) + 0.005 * normals[1]
        case .ties: noise = (0.4 * normals[0]).rounded() * 0.01
        }
        // What depends on the order and not on the side takes the sign of the coin.
        return random.next() & 1 == 0 ? noise : -noise
      }
    }
  }

  /// The test errs no more often than it says, at levels from 0.05 to 0.002.
  ///
  /// Of 4000 trials so many may err
  /// by chance that a larger number has a probability below 10⁻⁶ (twenty seeds, none chosen).
  @Test(arguments: Noise.allCases)
  func errsAsOftenAsItSays(noise: Noise) {
    let trials = 4000
    var rejections: [Double: Int] = [:]
    for seed in 0..<20 {
      var random = SeededGenerator(seed: UInt64(seed), purpose: "\(noise)")
      for _ in 0..<trials / 20 {
        let pairs = noise.pairs(12, &random)
        let probability = SignFlipTest.probability(pairs, above: 0)
        for level in [0.05, 0.01, 0.002] where probability <= level {
          rejections[level, default: 0] += 1
        }
      }
    }
    for level in [0.05, 0.01, 0.002] {
      let seen = rejections[level, default: 0]
      #expect(
        Binomial.probability(ofAtLeast: seen, of: trials, each: level) > 1e-6,
        "\(seen) of \(trials) at \(level)")
    }
  }

  /// Intervals hold the truth as often as they say, where an effect moves symmetric noise.
  @Test(arguments: [Noise.normal, .heavyTails, .bimodal, .ties], [0.0, 0.02, 0.05])
  func boundsHoldTheTruth(noise: Noise, effect: Double) {
    let trials = 1000
    var misses = 0
    for seed in 0..<10 {
      var random = SeededGenerator(seed: UInt64(seed), purpose: "bounds \(noise)")
      for _ in 0..<trials / 10 {
        let pairs = noise.pairs(8, &random).map { $0 + effect }
        let bound = SignFlipTest.upperBound(pairs, confidence: 0.95) ?? .infinity
        if bound < effect { misses += 1 }
      }
    }
    #expect(Binomial.probability(ofAtLeast: misses, of: trials, each: 0.05) > 1e-6, "\(misses)")
  }
}
