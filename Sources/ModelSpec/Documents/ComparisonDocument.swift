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
  /// Cells of both records that are not compared: in another form, without usable times, or of a kind
  /// that this version does not know.
  public var leftOut: [LeftOut]
  /// Ids of cells that only BASE holds.
  public var onlyInBase: [String]
  /// Ids of cells that only HEAD holds.
  public var onlyInHead: [String]

  /// A document of this schema.
  public init(
    base: Origin, head: Origin, tolerance: Double, verdict: CompareVerdict, summary: String,
    cautions: [String], whole: Whole, cells: [Cell], leftOut: [LeftOut], onlyInBase: [String],
    onlyInHead: [String]
  ) {
    schema = Self.currentSchema
    self.base = base
    self.head = head
    self.tolerance = tolerance
    self.verdict = verdict
    self.summary = summary
    self.cautions = cautions
    self.whole = whole
    self.cells = cells
    self.leftOut = leftOut
    self.onlyInBase = onlyInBase
    self.onlyInHead = onlyInHead
  }

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

    /// A record as it is named and what it says of its run.
    public init(name: String, created: String, version: String, commit: String, status: String) {
      self.name = name
      self.created = created
      self.version = version
      self.commit = commit
      self.status = status
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

    /// A change with its verdict.
    public init(change: ChangeEstimate? = nil, verdict: CompareVerdict, cells: Int? = nil) {
      self.change = change
      self.verdict = verdict
      self.cells = cells
    }
  }

  /// The three quantities over all cells.
  public struct Whole: Codable, Hashable, Sendable {
    /// Seconds of candidate passes.
    public var candidateSeconds: Quantity
    /// Seconds of baseline passes.
    public var baselineSeconds: Quantity
    /// Baseline seconds / candidate seconds.
    public var timeRatio: Quantity

    /// The three quantities.
    public init(candidateSeconds: Quantity, baselineSeconds: Quantity, timeRatio: Quantity) {
      self.candidateSeconds = candidateSeconds
      self.baselineSeconds = baselineSeconds
      self.timeRatio = timeRatio
    }
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

    /// A cell with its three changes.
    public init(
      id: String, change: ChangeEstimate, baselineChange: ChangeEstimate,
      ratioChange: ChangeEstimate, verdict: CompareVerdict
    ) {
      self.id = id
      self.change = change
      self.baselineChange = baselineChange
      self.ratioChange = ratioChange
      self.verdict = verdict
    }
  }

  /// A cell of both records that is not compared.
  public struct LeftOut: Codable, Hashable, Sendable {
    /// What it measures.
    public var id: String
    /// Why it is left out.
    public var reason: String

    /// A cell with the reason.
    public init(id: String, reason: String) {
      self.id = id
      self.reason = reason
    }
  }
}

/// What two records say about two builds.
public enum CompareVerdict: String, Codable, Hashable, Sendable, CaseIterable {
  /// Slower beyond the tolerance.
  case regression
  /// The records cannot tell.
  case inconclusive
  /// Faster beyond the tolerance.
  case improvement
  /// No slower: a slowdown that matters would have been seen.
  case pass

  /// Most urgent first.
  public var severity: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// A change from BASE to HEAD as a fraction, with its interval: 0.1 is a tenth more.
public struct ChangeEstimate: Codable, Hashable, Sendable {
  /// The middle of what the records allow.
  public var median: Double
  /// Lower end of the interval.
  public var low: Double
  /// Upper end of the interval.
  public var high: Double

  /// An interval with its middle.
  public init(median: Double, low: Double, high: Double) {
    self.median = median
    self.low = low
    self.high = high
  }
}
