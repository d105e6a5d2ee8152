/// The JSON document `tenfold.compare/1`.
public struct ComparisonDocument: Codable, Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.compare/1"

  /// Name and version of the schema, `tenfold.compare/1` in what this version writes.
  public var schema: String
  /// The record of the earlier build.
  public var base: Origin
  /// The record of the later build.
  public var head: Origin
  /// The commit of both records where they are of one build, so that no verdict is on a change of the
  /// code; absent otherwise.
  public var sameCommit: String?
  /// True where BASE is a stored baseline, with times of another day, so that what is found is advice; absent
  /// otherwise.
  public var advisory: Bool?
  /// The accepted loss as a fraction, such as 0.03.
  public var tolerance: Double
  /// What the records say of the two builds.
  public var verdict: CompareVerdict
  /// The verdict in a sentence or two, with what to do where the records cannot tell.
  public var summary: String
  /// Whatever a reader should know about the two records, such as another kernel.
  public var cautions: [String]
  /// What all cells together say.
  public var whole: Whole
  /// Cells that both records hold, most urgent first.
  public var cells: [Cell]
  /// Cells of both records that are not compared: they are not of the same work, have no usable
  /// times, or have parts that this version does not know.
  public var leftOut: [LeftOut]
  /// Ids of cells that only BASE holds.
  public var onlyInBase: [String]
  /// Ids of cells that only HEAD holds.
  public var onlyInHead: [String]

  /// A document of this schema.
  public init(
    base: Origin, head: Origin, sameCommit: String? = nil, advisory: Bool? = nil, tolerance: Double,
    verdict: CompareVerdict, summary: String,
    cautions: [String], whole: Whole, cells: [Cell], leftOut: [LeftOut], onlyInBase: [String],
    onlyInHead: [String]
  ) {
    schema = Self.currentSchema
    self.base = base
    self.head = head
    self.sameCommit = sameCommit
    self.advisory = advisory
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

  /// One of the two records, and the build that it measured.
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
    /// What the change says of the builds.
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

    /// The three quantities, each judged by itself.
    public init(candidateSeconds: Quantity, baselineSeconds: Quantity, timeRatio: Quantity) {
      self.candidateSeconds = candidateSeconds
      self.baselineSeconds = baselineSeconds
      self.timeRatio = timeRatio
    }
  }

  /// A cell that both records hold.
  public struct Cell: Codable, Hashable, Sendable {
    /// Its pairing and conditions, in one word: `mixtral-8x7b/llama2-70b/ffn-forward/16-tokens/…`.
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
    /// Its pairing and conditions, as in `Cell.id`.
    public var id: String
    /// Why it is left out, as a clause without a full stop.
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
  /// Something became slower by more than the tolerance.
  case regression
  /// The records cannot tell.
  case inconclusive
  /// Something became faster by more than the tolerance, and nothing slower.
  case improvement
  /// No slower: a slowdown that matters would have been seen.
  case pass

  /// Its place in the order of urgency, 0 for the most urgent.
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
