import ModelSpec
import Testing

@testable import Statistics

@Suite struct RatioEstimationTests {
  /// Ranks from the published table of the sign-test interval (Conover, table A3, p = ½).
  @Test(arguments: [(6, 1, 0.96875), (8, 1, 0.9921875), (9, 2, 0.9609375), (20, 6, 0.958610)])
  func matchesPublishedRanks(count: Int, rank: Int, confidence: Double) throws {
    let interval = try #require(OrderStatisticInterval(count: count))
    #expect(interval.rank == rank)
    // The table gives six digits.
    #expect(abs(interval.confidence - confidence) < 1e-6)
  }

  @Test(arguments: 0..<6) func fewerThanSixRoundsHaveNoInterval(count: Int) {
    #expect(OrderStatisticInterval(count: count) == nil)
  }

  @Test func exchangingTheSidesInvertsTheEstimate() throws {
    let rounds = (1...9).map {
      PairedRound(order: "ABBA", baselineSeconds: Double($0), candidateSeconds: 2)
    }
    let swapped = rounds.map {
      PairedRound(
        order: "BAAB", baselineSeconds: $0.candidateSeconds, candidateSeconds: $0.baselineSeconds)
    }
    let estimate = try #require(RatioEstimate(rounds: rounds))
    let inverse = try #require(RatioEstimate(rounds: swapped))
    // exp and log are each within one unit in the last place, 2⁻⁵², of a value below 8.
    #expect(abs(estimate.median * inverse.median - 1) < 1e-14)
    #expect(abs(estimate.low * inverse.high - 1) < 1e-14)
    #expect(abs(estimate.median - 2.5) < 1e-14)
  }

  @Test func aTimeThatIsNotPositiveHasNoRatio() {
    let rounds = (0..<9).map {
      PairedRound(order: "ABBA", baselineSeconds: Double($0), candidateSeconds: 1)
    }
    #expect(RatioEstimate(rounds: rounds) == nil)
  }

  @Test func oneOutlierMovesNeitherMedianNorInterval() throws {
    var rounds = (0..<20).map { _ in
      PairedRound(order: "ABBA", baselineSeconds: 3, candidateSeconds: 1)
    }
    rounds[7].candidateSeconds = 1000
    let estimate = try #require(RatioEstimate(rounds: rounds))
    #expect(abs(estimate.median - 3) < 1e-14)
    #expect(abs(estimate.low - 3) < 1e-14)
  }
}
