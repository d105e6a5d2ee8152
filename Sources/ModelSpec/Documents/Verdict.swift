/// What a record, or arithmetic alone, says about one claim.
///
/// Its JSON form is an element of `verdicts` in `tenfold.report/1`. A number that does not exist is
/// absent.
public struct Verdict: Encodable, Hashable, Sendable {
  /// The claim's id in the ledger.
  public var claim: String
  /// What kind of statement the claim is, as in the ledger.
  public var scope: Claim.Scope
  /// Id of the claim's model, absent when it is in no catalogue or none is named.
  public var candidate: String?
  /// Id of what it is held against, absent when the claim names nothing that can be.
  public var baseline: String?
  /// The claimed ratio, absent when the source claims none in numbers.
  public var claimed: Double?
  /// How firmly it is claimed.
  public var qualifier: Claim.Qualifier
  /// The ratio by counting that stands beside the claim: the count's where the verdict is by one, else the
  /// FLOP ratio of the layers that were measured, or of the whole model where the verdict is
  /// `not-a-kernel-claim` and the model is known.
  public var analytic: Double?
  /// What the rounding of the counted figures leaves of `analytic`; absent where it is exact.
  public var analyticInterval: Interval?
  /// FLOP ratio of the feed-forward layers.
  public var analyticFeedForward: Double?
  /// FLOP ratio of all matrix products.
  public var analyticWholeModel: Double?
  /// The ratio that this machine's ceilings allow, absent without ceilings.
  public var roofline: Double?
  /// The time ratio of the most favourable cell, which is of the layers that its workload goes
  /// through and not of the whole model.
  public var measured: Measured?
  /// The most favourable of the cells that stand for the claim, absent without any.
  public var best: Place?
  /// The least favourable cell, absent when none is less favourable.
  public var worst: Place?
  /// Claimed ratio / `analytic`, for what a kernel cannot test.
  public var leftToExplain: Double?
  /// What is said of the claim.
  public var verdict: Outcome
  /// What decided, or tried to; absent where nothing did: for `not-a-kernel-claim` and `not-measured`.
  public var basis: Basis?
  /// Why, as one sentence from the numbers.
  public var reason: String
  /// The record that was judged, as the reader named it; absent where arithmetic alone was asked.
  public var record: String?

  /// What a verdict rests on.
  ///
  /// An open value: a document of a later version may name another.
  public struct Basis: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The word in documents.
    public let rawValue: String

    /// The basis of that name, whether this version knows it or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Cells of a record.
    public static let measured = Basis(rawValue: "measured")
    /// A scenario: a stated formula over measured cells.
    public static let composed = Basis(rawValue: "composed")
    /// Arithmetic on published architectures and figures; no machine is in it.
    public static let counted = Basis(rawValue: "counted")

    /// Those that this version knows, in the order of reports.
    public static let known: [Basis] = [.measured, .composed, .counted]

    /// The word, for sentences.
    public var description: String { rawValue }
  }

  /// Whether a formula decided, or tried to, and not cells themselves.
  public var isDerived: Bool { basis == .composed || basis == .counted }

  /// Two ends of what is left open.
  public struct Interval: Encodable, Hashable, Sendable {
    /// The lower end.
    public var low: Double
    /// The upper end.
    public var high: Double

    /// An interval.
    public init(low: Double, high: Double) {
      self.low = low
      self.high = high
    }
  }

  /// What can be said of a claim.
  public enum Outcome: String, Encodable, Hashable, Sendable, CaseIterable {
    /// The whole interval of the best cell, or of the count, reaches the claim.
    case delivered
    /// The whole interval of the best cell, or of the count, lies more than ten percent above the claim.
    case exceeded
    /// The whole interval of every cell, or of the count, lies below the claim.
    case fallsShort = "falls-short"
    /// The interval decides neither way, no number was claimed, or what is counted is a part of what is
    /// claimed.
    case undecided
    /// No measurement of a kernel decides it.
    case notAKernelClaim = "not-a-kernel-claim"
    /// A kernel could decide it, and the record has no matching cell.
    case notMeasured = "not-measured"
  }

  /// A time ratio and its interval.
  public struct Measured: Encodable, Hashable, Sendable {
    /// Median of the rounds.
    public var median: Double
    /// Lower end of the interval.
    public var low: Double
    /// Upper end of the interval.
    public var high: Double
    /// The fraction of the width that it was scaled up from; absent for all of it.
    public var scaled: String?
    /// Experts that were held in memory, such as `4 of 128`; absent where all were.
    public var residentExperts: String?

    /// The median and the interval of an estimate.
    public init(_ estimate: RatioEstimate) {
      median = estimate.median
      low = estimate.low
      high = estimate.high
    }

    /// The estimate of a cell, with what of it was measured in part.
    public init(_ cell: Cell) {
      self.init(cell.timeRatio)
      scaled = cell.scaled
      residentExperts = cell.sides.baseline.residentExperts ?? cell.sides.candidate.residentExperts
    }
  }

  /// A cell by its conditions, with its time ratio.
  ///
  /// Its JSON form has a key for each condition that a cell of the workload has, and `ratio`:
  /// `{"tokens": 16, "routing": "zipf:0.8", …}`.
  public struct Place: Hashable, Sendable {
    /// The conditions by name, the usual workload left out.
    public var conditions: [String: Conditions.Value]
    /// The median of its time ratio.
    public var ratio: Double

    /// The conditions and the time ratio of a cell.
    public init(_ cell: Cell) {
      conditions = Dictionary(
        cell.conditions.partsToSay.map { ("\($0.name)", $0.value) },
        uniquingKeysWith: { first, _ in first })
      ratio = cell.timeRatio.median
    }
  }

  /// A verdict; numbers that are not given do not exist, and are absent in JSON.
  public init(
    claim: String, scope: Claim.Scope, candidate: String?, baseline: String? = nil,
    claimed: Double? = nil, qualifier: Claim.Qualifier, analytic: Double? = nil,
    analyticInterval: Interval? = nil, analyticFeedForward: Double? = nil,
    analyticWholeModel: Double? = nil, roofline: Double? = nil, measured: Measured? = nil,
    best: Place? = nil, worst: Place? = nil, leftToExplain: Double? = nil, verdict: Outcome,
    basis: Basis? = nil, reason: String, record: String?
  ) {
    self.claim = claim
    self.scope = scope
    self.candidate = candidate
    self.baseline = baseline
    self.claimed = claimed
    self.qualifier = qualifier
    self.analytic = analytic
    self.analyticInterval = analyticInterval
    self.analyticFeedForward = analyticFeedForward
    self.analyticWholeModel = analyticWholeModel
    self.roofline = roofline
    self.measured = measured
    self.best = best
    self.worst = worst
    self.leftToExplain = leftToExplain
    self.verdict = verdict
    self.basis = basis
    self.reason = reason
    self.record = record
  }
}

extension Verdict.Place: Encodable {
  /// Writes a key for each condition, and `ratio`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: NameKey.self)
    for (name, value) in conditions {
      switch value {
      case .count(let count): try container.encode(count, forKey: NameKey(name))
      case .word(let word): try container.encode(word, forKey: NameKey(name))
      }
    }
    try container.encode(ratio, forKey: NameKey("ratio"))
  }
}
