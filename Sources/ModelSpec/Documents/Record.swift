/// What one `tenfold run` measured: the only thing that passes from measuring to reporting.
///
/// Its JSON form is `tenfold.result/1`: sorted keys in snake_case, seconds as numbers, counts as
/// integers, no NaN and no infinity; a number that does not exist is absent.
public struct Record: Codable, Hashable, Sendable {
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
  /// Ceilings of the machine, empty when none were measured.
  public var ceilings: [Ceiling]
  /// What the run was asked for, after defaults.
  public var options: RunOptions
  /// What was measured: a cell for each pairing under each set of conditions.
  public var cells: [Cell]
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
    blas: BLASIdentity?, instructionSet: String? = nil, ceilings: [Ceiling], options: RunOptions,
    cells: [Cell],
    cautions: [String] = []
  ) {
    self.schema = Self.currentSchema
    self.created = created
    self.status = status
    self.tool = tool
    self.machine = machine
    self.blas = blas
    self.instructionSet = instructionSet
    self.ceilings = ceilings
    self.options = options
    self.cells = cells
    self.cautions = cautions
  }
}
