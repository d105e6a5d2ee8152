/// What one `tenfold run` measured: the only thing that passes from measuring to reporting.
///
/// Its JSON form is `tenfold.result/1`: sorted keys in snake_case, seconds as numbers, counts as
/// integers, no NaN and no infinity; a number that does not exist is absent.
public struct Record: Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.result/1"

  /// Name and version of the schema, `tenfold.result/1` in what this version writes and reads.
  public var schema: String
  /// When measuring began, RFC 3339.
  public var created: String
  /// Whether all planned cells were measured.
  public var status: Status
  /// The program that measured.
  public var tool: ToolIdentity
  /// The machine that was measured.
  public var machine: MachineIdentity
  /// The library behind an engine that uses one, such as `blas`, as observed, or the one that it would
  /// have used; `nil` where there is none.
  public var blas: BLASIdentity?
  /// The instruction set of an engine that chooses one, such as `tile`: `v4`; `nil` without such an engine.
  public var instructionSet: String?
  /// What such an engine chose by trying what the CPU does best, by the name of the choice; `nil` where it tried
  /// nothing, and in records of earlier versions.
  public var choices: [String: String]?
  /// Ceilings of the machine, empty when none were measured.
  public var ceilings: [Ceiling]
  /// What the run was asked for, after defaults.
  public var options: RunOptions
  /// What was measured: a cell for each pairing under each set of conditions.
  public var cells: [Cell]
  /// What was to be measured and has no times, each with its reason.
  public var unmeasured: [UnmeasuredCell]
  /// Whatever a reader should know about the whole run.
  public var cautions: [String]

  /// How a run ended; an open value, for a later version may know other endings.
  public struct Status: RawRepresentable, Codable, Hashable, Sendable {
    /// The name in the record: `complete`.
    public let rawValue: String

    /// The ending of that name, whether this version knows it or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Every planned cell is in the record.
    public static let complete = Status(rawValue: "complete")
    /// The run was interrupted; the cells that are there are whole.
    public static let interrupted = Status(rawValue: "interrupted")

    /// Whether this version knows what it means.
    public var isKnown: Bool { self == .complete || self == .interrupted }
  }

  /// A record of the current schema.
  public init(
    created: String, status: Status, tool: ToolIdentity, machine: MachineIdentity,
    blas: BLASIdentity?, instructionSet: String? = nil, choices: [String: String]? = nil,
    ceilings: [Ceiling], options: RunOptions,
    cells: [Cell], unmeasured: [UnmeasuredCell] = [], cautions: [String] = []
  ) {
    self.schema = Self.currentSchema
    self.created = created
    self.status = status
    self.tool = tool
    self.machine = machine
    self.blas = blas
    self.instructionSet = instructionSet
    self.choices = choices
    self.ceilings = ceilings
    self.options = options
    self.cells = cells
    self.unmeasured = unmeasured
    self.cautions = cautions
  }
}

extension Record: Codable {
  private enum CodingKeys: CodingKey {
    case schema, created, status, tool, machine, blas, instructionSet, choices, ceilings, options
    case cells, cautions
  }

  /// Reads a document of `tenfold.result/1`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    schema = try container.decode(String.self, forKey: .schema)
    created = try container.decode(String.self, forKey: .created)
    status = try container.decode(Status.self, forKey: .status)
    tool = try container.decode(ToolIdentity.self, forKey: .tool)
    machine = try container.decode(MachineIdentity.self, forKey: .machine)
    blas = try container.decodeIfPresent(BLASIdentity.self, forKey: .blas)
    instructionSet = try container.decodeIfPresent(String.self, forKey: .instructionSet)
    choices = try container.decodeIfPresent([String: String].self, forKey: .choices)
    ceilings = try container.decode([Ceiling].self, forKey: .ceilings)
    options = try container.decode(RunOptions.self, forKey: .options)
    let list = try container.decode(CellList.self, forKey: .cells)
    cells = list.measured
    unmeasured = list.unmeasured
    cautions = try container.decode([String].self, forKey: .cautions)
  }

  /// Writes a document of `tenfold.result/1`, cells without times behind the measured ones.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(schema, forKey: .schema)
    try container.encode(created, forKey: .created)
    try container.encode(status, forKey: .status)
    try container.encode(tool, forKey: .tool)
    try container.encode(machine, forKey: .machine)
    try container.encodeIfPresent(blas, forKey: .blas)
    try container.encodeIfPresent(instructionSet, forKey: .instructionSet)
    try container.encodeIfPresent(choices, forKey: .choices)
    try container.encode(ceilings, forKey: .ceilings)
    try container.encode(options, forKey: .options)
    try container.encode(CellList(cells, unmeasured), forKey: .cells)
    try container.encode(cautions, forKey: .cautions)
  }
}
