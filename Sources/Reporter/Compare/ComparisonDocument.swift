import ModelSpec

/// The JSON document `tenfold.compare/1`.
public struct ComparisonDocument: Codable, Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.compare/1"

  /// `tenfold.compare/1`.
  public var schema: String
  /// The earlier build.
  public var base: Origin
  /// The later build.
  public var head: Origin
  /// The accepted loss, such as 0.03.
  public var tolerance: Double
  /// What the records say of the two builds.
  public var verdict: CompareVerdict
  /// The same in a sentence.
  public var summary: String
  /// Whatever a reader should know about the two records, such as another kernel.
  public var cautions: [String]
  /// What all cells together say.
  public var whole: Whole
  /// Cells that both records hold, most urgent first.
  public var cells: [Cell]
  /// Cells of both records that are not compared: in another form, or without usable times.
  public var leftOut: [LeftOut]
  /// Ids of cells that only BASE holds.
  public var onlyInBase: [String]
  /// Ids of cells that only HEAD holds.
  public var onlyInHead: [String]

  /// One of the two records.
  public struct Origin: Codable, Hashable, Sendable {
    /// The record as the reader named it.
    public var name: String
    /// When measuring began, RFC 3339.
    public var created: String
    /// Release of the build.
    public var version: String
    /// Source revision of the build, `unknown` where the record does not know it.
    public var commit: String
    /// How the run ended: `complete`, `interrupted`.
    public var status: String

    init(_ named: NamedRecord) {
      name = named.name
      created = named.record.created
      version = named.record.tool.version
      commit = named.commit ?? MachineIdentity.unknown
      status = named.record.status.rawValue
    }
  }

  /// A quantity's change and what follows from it.
  public struct Quantity: Codable, Hashable, Sendable {
    /// How far it moved, as a fraction; absent where too few cells are steady.
    public var change: ChangeEstimate?
    /// What follows.
    public var verdict: CompareVerdict
    /// Cells that the figure rests on; absent for a single cell.
    public var cells: Int?
  }

  /// The three quantities over all cells.
  public struct Whole: Codable, Hashable, Sendable {
    /// Seconds of candidate passes.
    public var candidateSeconds: Quantity
    /// Seconds of baseline passes.
    public var baselineSeconds: Quantity
    /// Baseline seconds / candidate seconds.
    public var timeRatio: Quantity
  }

  /// One cell.
  public struct Cell: Codable, Hashable, Sendable {
    /// What it measures: candidate, baseline, workload, tokens, routing, engine, precision, threads.
    public var id: String
    /// How far the candidate's seconds per pass moved, as a fraction, at 90 % confidence.
    public var change: ChangeEstimate
    /// How far the baseline's seconds per pass moved.
    public var baselineChange: ChangeEstimate
    /// How far the time ratio moved.
    public var ratioChange: ChangeEstimate
    /// The most urgent of the three.
    public var verdict: CompareVerdict
  }

  /// A cell of both records that is not compared.
  public struct LeftOut: Codable, Hashable, Sendable {
    /// What it measures.
    public var id: String
    /// Why it is left out.
    public var reason: String
  }
}

extension RecordComparison {
  /// The comparison as the JSON document `tenfold.compare/1`.
  public var document: ComparisonDocument {
    func whole(_ quantity: ComparedQuantity) -> ComparisonDocument.Quantity {
      let whole = self.whole[quantity]
      return .init(change: whole.change, verdict: whole.verdict, cells: whole.steadyCells)
    }
    return ComparisonDocument(
      schema: ComparisonDocument.currentSchema, base: .init(base), head: .init(head),
      tolerance: tolerance, verdict: verdict, summary: summary, cautions: cautions,
      whole: .init(
        candidateSeconds: whole(.candidateSeconds), baselineSeconds: whole(.baselineSeconds),
        timeRatio: whole(.timeRatio)),
      cells: cells.map { cell in
        .init(
          id: cell.id, change: cell.quantities.candidateSeconds.change,
          baselineChange: cell.quantities.baselineSeconds.change,
          ratioChange: cell.quantities.timeRatio.change, verdict: cell.verdict)
      },
      leftOut: uncompared.filter { $0.cause == .otherForm || $0.cause == .unusable }
        .map { .init(id: $0.id, reason: $0.reason) },
      onlyInBase: uncompared.filter { $0.cause == .onlyInBase }.map(\.id),
      onlyInHead: uncompared.filter { $0.cause == .onlyInHead }.map(\.id))
  }
}
