import LayerSpec

/// A cell that was to be measured and has no times, with the reason.
///
/// In a record it stands among the measured cells, under a status that says how it ended. A reader shows it
/// by its name; nothing is judged by it, and a comparison with a record that has its times does not pass.
public struct UnmeasuredCell: Hashable, Sendable {
  /// Id of the architecture under test.
  public var candidate: String
  /// `iso-active`, `iso-total`, or the id of a named architecture.
  public var baseline: String
  /// What it was to be measured under.
  public var conditions: Conditions
  /// How it ended: `failed`, `left-out`, or what a later version knows.
  public var status: Cell.Status
  /// Why, as a sentence without its full stop; `nil` where nobody wrote it down.
  public var reason: String?

  /// A cell without times.
  public init(
    candidate: String, baseline: String, conditions: Conditions, status: Cell.Status,
    reason: String?
  ) {
    self.candidate = candidate
    self.baseline = baseline
    self.conditions = conditions
    self.status = status
    self.reason = reason
  }
}

extension UnmeasuredCell: Codable {
  private enum CodingKeys: CodingKey {
    case candidate, baseline, threads, engine, precision, routing, status, reason
  }

  /// Reads a cell of `tenfold.result/1` that has no times.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      candidate: try container.decode(String.self, forKey: .candidate),
      baseline: try container.decode(String.self, forKey: .baseline),
      conditions: Conditions(
        workload: try Workload(from: decoder),
        threads: try container.decode(Int.self, forKey: .threads),
        engine: try container.decode(String.self, forKey: .engine),
        format: try container.decode(WeightFormat.self, forKey: .precision),
        routing: try container.decodeIfPresent(RoutingCondition.self, forKey: .routing)),
      status: try container.decode(Cell.Status.self, forKey: .status),
      reason: try container.decodeIfPresent(String.self, forKey: .reason))
  }

  /// Writes a cell of `tenfold.result/1` that has no times.
  public func encode(to encoder: any Encoder) throws {
    try conditions.workload.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(candidate, forKey: .candidate)
    try container.encode(baseline, forKey: .baseline)
    try container.encode(conditions.threads, forKey: .threads)
    try container.encode(conditions.engine, forKey: .engine)
    try container.encode(conditions.format, forKey: .precision)
    try container.encodeIfPresent(conditions.routing, forKey: .routing)
    try container.encode(status, forKey: .status)
    try container.encodeIfPresent(reason, forKey: .reason)
  }
}

/// The cells of a record as its document lists them, those with times and those without.
struct CellList: Codable {
  var measured: [Cell] = []
  var unmeasured: [UnmeasuredCell] = []

  init(_ measured: [Cell], _ unmeasured: [UnmeasuredCell]) {
    self.measured = measured
    self.unmeasured = unmeasured
  }

  init(from decoder: any Decoder) throws {
    var list = try decoder.unkeyedContainer()
    while !list.isAtEnd {
      switch try list.decode(Entry.self) {
      case .measured(let cell): measured.append(cell)
      case .unmeasured(let cell): unmeasured.append(cell)
      }
    }
  }

  func encode(to encoder: any Encoder) throws {
    var list = encoder.unkeyedContainer()
    for cell in measured { try list.encode(cell) }
    for cell in unmeasured { try list.encode(cell) }
  }

  private enum Entry: Decodable {
    case measured(Cell)
    case unmeasured(UnmeasuredCell)

    private enum CodingKeys: CodingKey {
      case status, rounds, timeRatio
    }

    /// What has another status than `measured`, and no times or no ratio of them, has none to be read.
    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      let status = try container.decodeIfPresent(Cell.Status.self, forKey: .status)
      let hasTimes = container.contains(.rounds) && container.contains(.timeRatio)
      self =
        hasTimes || status == nil || status == .measured
        ? .measured(try Cell(from: decoder)) : .unmeasured(try UnmeasuredCell(from: decoder))
    }
  }
}
