import FoundationEssentials
import Statistics

#if canImport(Glibc)
  import Glibc
#endif

/// The median of paired ratios with its order-statistic interval.
public struct RatioEstimate: Codable, Hashable, Sendable {
  /// Median of the rounds' ratios.
  public var median: Double
  /// Lower end of the interval.
  public var low: Double
  /// Upper end of the interval.
  public var high: Double
  /// Probability with which the interval covers the true median, exact for independent rounds.
  public var confidence: Double
  /// Rounds behind the estimate.
  public var rounds: Int

  /// An estimate from `rounds` paired rounds.
  public init(median: Double, low: Double, high: Double, confidence: Double, rounds: Int) {
    self.median = median
    self.low = low
    self.high = high
    self.confidence = confidence
    self.rounds = rounds
  }
}

extension RatioEstimate {
  /// Median and interval of baseline / candidate over paired rounds: the one way in which a run estimates
  /// and a report checks.
  ///
  /// The estimate is made on log-ratios, so that exchanging the sides inverts it exactly. `nil` when
  /// there are too few rounds for a 95 % interval, or a time is not positive.
  public init?(rounds: [PairedRound]) {
    guard rounds.allSatisfy({ $0.baselineSeconds > 0 && $0.candidateSeconds > 0 }),
      let estimate = MedianEstimate(
        rounds.map { log($0.baselineSeconds) - log($0.candidateSeconds) })
    else { return nil }
    self.init(
      median: exp(estimate.median), low: exp(estimate.low), high: exp(estimate.high),
      confidence: estimate.confidence, rounds: rounds.count)
  }
}

/// What paired rounds say: their ratio, and the median seconds of each side.
public struct PairedEstimate: Hashable, Sendable {
  /// Baseline seconds / candidate seconds.
  public let ratio: RatioEstimate
  /// Median seconds of a baseline pass.
  public let baselineSeconds: Double
  /// Median seconds of a candidate pass.
  public let candidateSeconds: Double

  /// The estimate from `rounds`; `nil` where they give no ratio (`RatioEstimate.init(rounds:)`).
  public init?(rounds: [PairedRound]) {
    guard let ratio = RatioEstimate(rounds: rounds) else { return nil }
    self.ratio = ratio
    baselineSeconds = rounds.map(\.baselineSeconds).median
    candidateSeconds = rounds.map(\.candidateSeconds).median
  }
}
