import Testing

@testable import Statistics

@Suite struct SummariesTests {
  /// Odd and even counts, in any order, and ties.
  @Test(
    arguments: [
      ([3.0], 3.0), ([1, 2], 1.5), ([9, 1, 2], 2), ([4, 1, 3, 2], 2.5), ([5, 5, 1, 5], 5),
      ([-1, 1, -3, 7, 0, 2], 0.5),
    ] as [([Double], Double)])
  func theMedianIsTheMiddleOrTheMeanOfTheTwoMiddleValues(values: [Double], median: Double) {
    #expect(values.median == median)
    #expect(Array(values.reversed()).median == median)
  }

  @Test func spreadAndMeanOfFewValues() throws {
    #expect([Double]().robustDeviation == nil)
    #expect([3.0].robustDeviation == 0)
    let deviation = try #require([1.0, 2, 3, 4, 100].robustDeviation)
    #expect(abs(deviation - 1.4826) < 1e-12)
    #expect([1.0].meanWithError == nil)
    let mean = try #require([1.0, 3].meanWithError)
    #expect(mean.value == 2)
    #expect(abs(mean.standardError - 1) < 1e-12)
  }

  /// One of four has all: (n − 1) / n; equal loads: 0.
  @Test func giniOfKnownLoads() {
    #expect([0.0, 0, 0, 8].giniCoefficient == 0.75)
    #expect([2.0, 2, 2].giniCoefficient == 0)
  }

  /// The first outputs for the seed 1234567 that Vigna's reference implementation (splitmix64.c) gives.
  @Test func theGeneratorIsSplitMix64() {
    var state: UInt64 = 1_234_567
    let outputs = (0..<3).map { _ in
      let output = SeededGenerator.mix(state)
      state &+= 0x9e37_79b9_7f4a_7c15
      return output
    }
    #expect(
      outputs == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      ])
  }
}
