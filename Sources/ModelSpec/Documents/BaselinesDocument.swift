/// The JSON document `tenfold.baselines/1`: stored baselines, and what became of one.
public struct BaselinesDocument: Codable, Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.baselines/1"

  /// Name and version of the schema, `tenfold.baselines/1` in what this version writes.
  public var schema: String
  /// The folder that holds them, as it was named.
  public var directory: String
  /// What was done; absent where baselines were only looked at.
  public var action: Action?
  /// The baselines that were asked for, by name and machine, candidates behind what they would replace.
  public var baselines: [Entry]
  /// What a candidate changes against the current baseline; absent where there are not both.
  public var comparison: ComparisonDocument?

  /// A document of this schema.
  public init(
    directory: String, action: Action? = nil, baselines: [Entry],
    comparison: ComparisonDocument? = nil
  ) {
    schema = Self.currentSchema
    self.directory = directory
    self.action = action
    self.baselines = baselines
    self.comparison = comparison
  }

  /// What was done with a record; an open value, for a later version may do more.
  public struct Action: RawRepresentable, Codable, Hashable, Sendable {
    /// The name in the document: `promoted`.
    public let rawValue: String

    /// The action of that name, whether this version knows it or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// It is the current baseline, where there was none.
    public static let saved = Action(rawValue: "saved")
    /// It waits beside the current baseline.
    public static let keptAsCandidate = Action(rawValue: "kept-as-candidate")
    /// It is the current baseline in another's place.
    public static let promoted = Action(rawValue: "promoted")
    /// It stayed what it was, for the reason in the comparison.
    public static let refused = Action(rawValue: "refused")
  }

  /// One stored record.
  public struct Entry: Codable, Hashable, Sendable {
    /// The name that it is stored under.
    public var name: String
    /// What tells its machine and toolchain from others, twelve hexadecimal digits.
    public var fingerprint: String
    /// `current`, or `candidate` for what waits to be promoted.
    public var state: String
    /// Its file.
    public var path: String
    /// When measuring began, RFC 3339; absent, as all that follows, where the file cannot be read.
    public var created: String?
    /// Source revision of the build, `unknown` where the record does not know it.
    public var commit: String?
    /// Release of the build.
    public var version: String?
    /// Compiler that built it.
    public var swift: String?
    /// How the run ended.
    public var status: String?
    /// The machine in words.
    public var machine: String?
    /// Cells with times.
    public var cells: Int?
    /// Why the file cannot be read; absent where it can.
    public var fault: String?

    /// An entry of which nothing but its place is known.
    public init(name: String, fingerprint: String, state: String, path: String) {
      self.name = name
      self.fingerprint = fingerprint
      self.state = state
      self.path = path
    }
  }
}
