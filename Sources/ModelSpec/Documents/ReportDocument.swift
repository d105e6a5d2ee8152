/// The JSON document `tenfold.report/1`.
public struct ReportDocument: Encodable, Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.report/1"

  /// Name and version of the schema, `tenfold.report/1` in what this version writes.
  public var schema: String
  /// The records that were judged.
  public var records: [Origin]
  /// One verdict for every claim that the records can speak of.
  public var verdicts: [Verdict]
  /// Every curve over a size of passes, such as tokens, of which a record has at least three values.
  public var curves: [CurveEntry]

  /// A record that was judged.
  public struct Origin: Encodable, Hashable, Sendable {
    /// The record as the reader named it; verdicts refer to it.
    public var name: String
    /// When measuring began, RFC 3339.
    public var created: String
    /// Whether all planned cells were measured.
    public var status: Record.Status
    /// Model name of the processor.
    public var cpu: String
    /// Cells in the record.
    public var cells: Int
    /// Cells that decide nothing: this version does not know a part of them, or they were measured
    /// with a token effort.
    public var cellsLeftOut: Int
    /// What spoils the figures, in sentences, such as values of a later version; absent for nothing.
    public var warnings: [String]?

    /// A record as it is named; without warnings their key is absent.
    public init(
      name: String, created: String, status: Record.Status, cpu: String, cells: Int,
      cellsLeftOut: Int, warnings: [String] = []
    ) {
      self.name = name
      self.created = created
      self.status = status
      self.cpu = cpu
      self.cells = cells
      self.cellsLeftOut = cellsLeftOut
      self.warnings = warnings.isEmpty ? nil : warnings
    }
  }

  /// A document of the current schema.
  public init(records: [Origin], verdicts: [Verdict], curves: [CurveEntry]) {
    schema = Self.currentSchema
    self.records = records
    self.verdicts = verdicts
    self.curves = curves
  }
}

/// What a record says about one claim.
///
/// Its JSON form is an element of `verdicts` in `tenfold.report/1`. A number that does not exist is
/// absent.
public struct Verdict: Encodable, Hashable, Sendable {
  /// The claim's id in the ledger.
  public var claim: String
  /// What kind of statement the claim is, as in the ledger.
  public var scope: Claim.Scope
  /// Id of the measured model.
  public var candidate: String
  /// Id of what it was measured against, absent when the claim names nothing measurable.
  public var baseline: String?
  /// The claimed ratio, absent when the source claims none in numbers.
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
  /// The time ratio of the most favourable cell, which is of the layers that its workload goes
  /// through and not of the whole model.
  public var measured: Measured?
  /// The most favourable of the cells that stand for the claim, absent without any.
  public var best: Place?
  /// The least favourable cell, absent when none is less favourable.
  public var worst: Place?
  /// Claimed ratio / `analytic`, for what a kernel cannot test.
  public var leftToExplain: Double?
  /// What the cells say of the claim.
  public var verdict: Outcome
  /// Why, as one sentence from the numbers.
  public var reason: String
  /// The record that was judged, as the reader named it.
  public var record: String

  /// What can be said of a claim.
  public enum Outcome: String, Encodable, Hashable, Sendable, CaseIterable {
    /// The whole interval of the best cell reaches the claim.
    case delivered
    /// The whole interval of the best cell lies more than ten percent above the claim.
    case exceeded
    /// The whole interval of every cell lies below the claim.
    case fallsShort = "falls-short"
    /// The interval of the best cell decides neither way, or no number was claimed.
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
    claim: String, scope: Claim.Scope, candidate: String, baseline: String? = nil,
    claimed: Double? = nil, qualifier: Claim.Qualifier, analytic: Double? = nil,
    analyticFeedForward: Double? = nil, analyticWholeModel: Double? = nil, roofline: Double? = nil,
    measured: Measured? = nil, best: Place? = nil, worst: Place? = nil,
    leftToExplain: Double? = nil, verdict: Outcome, reason: String, record: String
  ) {
    self.claim = claim
    self.scope = scope
    self.candidate = candidate
    self.baseline = baseline
    self.claimed = claimed
    self.qualifier = qualifier
    self.analytic = analytic
    self.analyticFeedForward = analyticFeedForward
    self.analyticWholeModel = analyticWholeModel
    self.roofline = roofline
    self.measured = measured
    self.best = best
    self.worst = worst
    self.leftToExplain = leftToExplain
    self.verdict = verdict
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

/// A curve in the JSON document `tenfold.report/1`.
///
/// Keys are named after the size that the curve is over: `sufficient_tokens`, and `tokens` in `points`.
public struct CurveEntry: Hashable, Sendable {
  /// The record that the curve is of, as the reader named it.
  public var record: String
  /// Id of the architecture under test.
  public var candidate: String
  /// Id of what it is held against.
  public var baseline: String
  /// What all points share: `uniform routing, tile, f32, 2 threads`.
  public var conditions: String
  /// What the points differ in.
  public var size: Workload.Size
  /// The smallest measured value from which on 90 % of the FLOP ratio are realised; absent where never.
  public var sufficient: Int?
  /// The same by the roofline; absent where never, and without ceilings.
  public var predictedSufficient: Int?
  /// The valley's bottom; absent without a valley.
  public var bottom: Bottom?
  /// The same by the roofline; absent without a valley, and without ceilings.
  public var predictedBottom: Bottom?
  /// The points, ascending.
  public var points: [Point]

  /// Where the smallest share of the FLOP ratio is realised.
  public struct Bottom: Hashable, Sendable {
    /// The size's value, such as tokens per pass.
    public var value: Int
    /// The time ratio there.
    public var ratio: Double

    /// The time ratio at a value of the size, measured or by the roofline.
    public init(at value: Int, ratio: Double) {
      self.value = value
      self.ratio = ratio
    }
  }

  /// Figures of one point that are not in its record.
  public struct Point: Hashable, Sendable {
    /// The size's value, such as tokens per pass.
    public var value: Int
    /// Time ratio / FLOP ratio; absent where it is not finite, as the others.
    public var realisedShare: Double?
    /// S-MFU of the candidate; absent without ceilings.
    public var sMfu: Double?
    /// S-MBU of the candidate; absent without ceilings.
    public var sMbu: Double?

    /// A point; numbers that are not given do not exist, and are absent in JSON.
    public init(
      at value: Int, realisedShare: Double? = nil, sMfu: Double? = nil, sMbu: Double? = nil
    ) {
      self.value = value
      self.realisedShare = realisedShare
      self.sMfu = sMfu
      self.sMbu = sMbu
    }
  }

  /// A curve; numbers that are not given do not exist, and are absent in JSON.
  public init(
    record: String, candidate: String, baseline: String, conditions: String, size: Workload.Size,
    sufficient: Int? = nil, predictedSufficient: Int? = nil, bottom: Bottom? = nil,
    predictedBottom: Bottom? = nil, points: [Point]
  ) {
    self.record = record
    self.candidate = candidate
    self.baseline = baseline
    self.conditions = conditions
    self.size = size
    self.sufficient = sufficient
    self.predictedSufficient = predictedSufficient
    self.bottom = bottom
    self.predictedBottom = predictedBottom
    self.points = points
  }
}

extension CurveEntry: Encodable {
  private enum CodingKeys: CodingKey {
    case record, candidate, baseline, conditions, bottom, predictedBottom, points
  }

  /// Writes the keys of the curve's size.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(record, forKey: .record)
    try container.encode(candidate, forKey: .candidate)
    try container.encode(baseline, forKey: .baseline)
    try container.encode(conditions, forKey: .conditions)
    try container.encodeIfPresent(bottom.map(numbers), forKey: .bottom)
    try container.encodeIfPresent(predictedBottom.map(numbers), forKey: .predictedBottom)
    try container.encode(points.map(numbers), forKey: .points)
    var ofSize = encoder.container(keyedBy: NameKey.self)
    try ofSize.encodeIfPresent(sufficient, forKey: NameKey("sufficient_\(size)"))
    try ofSize.encodeIfPresent(
      predictedSufficient, forKey: NameKey("predicted_sufficient_\(size)"))
  }

  private func numbers(_ bottom: Bottom) -> [String: Double] {
    ["\(size)": Double(bottom.value), "ratio": bottom.ratio]
  }

  private func numbers(_ point: Point) -> [String: Double] {
    var numbers = ["\(size)": Double(point.value)]
    numbers["realised_share"] = point.realisedShare
    numbers["s_mfu"] = point.sMfu
    numbers["s_mbu"] = point.sMbu
    return numbers
  }
}
