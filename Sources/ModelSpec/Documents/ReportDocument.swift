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
