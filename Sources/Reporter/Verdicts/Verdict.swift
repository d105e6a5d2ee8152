import ModelSpec

/// What a record says about one claim.
///
/// Its JSON form is an element of `verdicts` in `tenfold.report/1`. A number that does not exist is
/// absent.
public struct Verdict: Codable, Hashable, Sendable {
  /// The claim's id in the ledger.
  public var claim: String
  /// What kind of statement the claim is, as in the ledger.
  public var scope: Claim.Scope
  /// Id of the measured model.
  public var candidate: String
  /// Id of what it was measured against, absent when the claim names nothing measurable.
  public var baseline: String?
  /// The claimed ratio.
  public var claimed: Double?
  /// How firmly it is claimed.
  public var qualifier: Claim.Qualifier
  /// The FLOP ratio that stands beside the claim: of the feed-forward layers that were measured,
  /// or of the whole model where the verdict is `not-a-kernel-claim` and the model is known.
  public var analytic: Double?
  /// FLOP ratio of the feed-forward layers.
  public var analyticFeedForward: Double?
  /// FLOP ratio of all matrix products.
  public var analyticWholeModel: Double?
  /// The ratio that this machine's ceilings allow, absent without ceilings.
  public var roofline: Double?
  /// The time ratio of the most favourable cell: feed-forward layers only.
  public var measured: Measured?
  /// The most favourable cell.
  public var best: Place?
  /// The least favourable cell, absent when none is less favourable.
  public var worst: Place?
  /// Claimed ratio / `analytic`, for what a kernel cannot test.
  public var leftToExplain: Double?
  /// The result.
  public var verdict: Outcome
  /// Why, as one sentence from the numbers.
  public var reason: String
  /// The record that was judged, as the reader named it.
  public var record: String

  /// What can be said of a claim.
  public enum Outcome: String, Codable, Hashable, Sendable, CaseIterable {
    /// Measured and reached.
    case delivered
    /// Measured, and more than ten percent above the claim.
    case exceeded
    /// Measured and not reached.
    case fallsShort = "falls-short"
    /// Measured, and the interval decides neither way, or no number was claimed.
    case undecided
    /// Nothing that a kernel does decides it.
    case notAKernelClaim = "not-a-kernel-claim"
    /// A kernel could decide it, and the record has no matching cell.
    case notMeasured = "not-measured"
  }

  /// A time ratio and its interval.
  public struct Measured: Codable, Hashable, Sendable {
    /// Median of the rounds.
    public var median: Double
    /// Lower end of the interval.
    public var low: Double
    /// Upper end of the interval.
    public var high: Double

    /// The ratio of a cell.
    init(_ estimate: RatioEstimate) {
      median = estimate.median
      low = estimate.low
      high = estimate.high
    }
  }

  /// A cell by its conditions, with its time ratio.
  public struct Place: Codable, Hashable, Sendable {
    /// Tokens per pass.
    public var tokens: Int
    /// Worker threads.
    public var threads: Int
    /// Who multiplied.
    public var engine: String
    /// Weight precision, `f32` or `bf16`.
    public var precision: String
    /// How tokens found their experts.
    public var routing: String
    /// Its time ratio.
    public var ratio: Double

    /// The place of a cell.
    init(_ cell: Cell) {
      tokens = cell.tokens
      threads = cell.threads
      engine = cell.engine
      precision = cell.precision.name
      routing = cell.routingLabel
      ratio = cell.timeRatio.median
    }
  }
}
