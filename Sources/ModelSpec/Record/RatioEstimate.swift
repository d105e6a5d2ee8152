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
  /// Baseline / candidate with its interval over paired rounds: the one way in which a run estimates and a
  /// report checks.
  ///
  /// Rounds of one visit to a cell share the state that the machine was in: the speed of its
  /// memory, its neighbours, the place of pages. So only visits are independent. Where there are
  /// enough of them, the estimate is the Hodges-Lehmann estimate of their medians, and the interval
  /// lies between two Walsh averages. Rounds that were measured in one visit have the
  /// order-statistic interval of their median, as every record had before there were visits; where
  /// visits are too few, the interval also holds the median of each.
  ///
  /// Tests simulate how often the interval covers on machines with drifts, bursts, periods and other
  /// states at every visit (`VisitCoverageTests`).
  ///
  /// The estimate is made on log-ratios, so that exchanging the sides inverts it exactly. `nil` when
  /// there are too few rounds for an interval, or a time is not positive.
  public init?(rounds: [PairedRound]) {
    guard rounds.allSatisfy({ $0.baselineSeconds > 0 && $0.candidateSeconds > 0 }) else {
      return nil
    }
    func logRatio(_ round: PairedRound) -> Double {
      log(round.baselineSeconds) - log(round.candidateSeconds)
    }
    let visits = Dictionary(grouping: rounds, by: \.visit)
      .map { $0.value.map(logRatio).median }
    if let estimate = SignedRankInterval(visits, confidence: Self.confidenceOfVisits) {
      self.init(
        median: exp(estimate.median), low: exp(estimate.low), high: exp(estimate.high),
        confidence: estimate.confidence, rounds: rounds.count)
    } else if let estimate = MedianEstimate(rounds.map(logRatio)) {
      let ends = [estimate.low, estimate.high] + (visits.count > 1 ? visits : [])
      self.init(
        median: exp(estimate.median), low: exp(ends.min() ?? estimate.low),
        high: exp(ends.max() ?? estimate.high), confidence: estimate.confidence,
        rounds: rounds.count)
    } else {
      return nil
    }
  }

  /// The confidence of an interval of visits.
  ///
  /// Higher than the 95 % that are promised, because cells are visited until their interval is narrow, which
  /// prefers visits that are alike by chance. Of simulated machines whose state is another at every visit
  /// 97 to 99 % were covered with 98 %, and with 95 % as few as 94; where a state lasts for several visits,
  /// 93 and 87.
  public static let confidenceOfVisits = 0.98

  /// The fewest visits that have an interval of their own.
  public static let fewestVisits = 7
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
