import LayerSpec

/// What one `tenfold run` measured: the only thing that passes from measuring to reporting.
///
/// Its JSON form is `tenfold.result/1`: sorted keys in snake_case, seconds as numbers, counts as
/// integers, no NaN and no infinity; a number that does not exist is absent.
public struct Record: Codable, Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.result/1"

  /// `tenfold.result/1`.
  public var schema: String
  /// When measuring began, RFC 3339.
  public var created: String
  /// Whether all planned cells were measured.
  public var status: Status
  /// The program that measured.
  public var tool: ToolIdentity
  /// The machine that was measured.
  public var machine: MachineIdentity
  /// The BLAS library behind the `blas` engine, as observed, or the one that it would have used; `nil`
  /// where there is none.
  public var blas: BLASIdentity?
  /// The instruction set of the `tile` engine, such as `v4`; `nil` when it was not used.
  public var instructionSet: String?
  /// Ceilings of the machine, empty when none were measured.
  public var ceilings: [Ceiling]
  /// What was asked for.
  public var options: RunOptions
  /// What was measured, one comparison a cell.
  public var cells: [Cell]
  /// Whatever a reader should know about the whole run.
  public var cautions: [String]

  /// How a run ended.
  public enum Status: String, Codable, Sendable {
    /// Every planned cell is in the record.
    case complete
    /// The run was interrupted; the cells that are there are whole.
    case interrupted
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

/// The highest rates that this machine reached with a number of threads.
public struct Ceiling: Codable, Hashable, Sendable {
  /// Threads that worked at once.
  public var threads: Int
  /// Precision of the operands.
  public var precision: Precision
  /// Multiply-adds on registers only, counted as two operations each.
  public var peakFlopsPerSecond: Double
  /// Streaming reads from memory.
  public var readBytesPerSecond: Double
  /// Products of the `tile` engine with tiles of 1, 2, … rows, weights and rows in cache; absent where
  /// that engine was not asked for.
  public var tileFlopsPerSecond: [Double]?

  /// Measured ceilings.
  public init(
    threads: Int, precision: Precision, peakFlopsPerSecond: Double, readBytesPerSecond: Double,
    tileFlopsPerSecond: [Double]? = nil
  ) {
    self.threads = threads
    self.precision = precision
    self.peakFlopsPerSecond = peakFlopsPerSecond
    self.readBytesPerSecond = readBytesPerSecond
    self.tileFlopsPerSecond = tileFlopsPerSecond
  }
}

/// What a run was asked for, after defaults.
public struct RunOptions: Codable, Hashable, Sendable {
  /// `default` for the default suite, `custom` when architectures were named, `sweep` for curves of one.
  public var suite: String
  /// Candidate ids in the order given.
  public var candidates: [String]
  /// Baselines in the order given: `iso-active`, `iso-total` or an id.
  public var baselines: [String]
  /// Tokens per pass.
  public var tokens: [Int]
  /// Worker threads, the most where a sweep took several numbers of them.
  public var threads: Int
  /// Every number of worker threads in the order of measuring; absent where there was one.
  public var threadCounts: [Int]?
  /// Engines by name.
  public var engines: [String]
  /// Weight precision.
  public var precision: Precision
  /// Routings as given on the command line: `uniform`, `zipf:0.8`.
  public var routing: [String]
  /// Checksums of the recorded ones among them, so that runs of two files with one name are not taken
  /// for alike; absent where none was recorded.
  public var routingDigests: [String]?
  /// Seconds that measuring may take, over all cells.
  public var budgetSeconds: Double
  /// Bytes that weights and scratch may take.
  public var memoryBytes: Int
  /// Seed of every random choice.
  public var seed: UInt64
  /// What a sweep varied; absent for other suites.
  public var sweep: SweepOptions?

  /// All options of one run.
  public init(
    suite: String, candidates: [String], baselines: [String], tokens: [Int], threads: Int,
    threadCounts: [Int]? = nil, engines: [String], precision: Precision, routing: [String],
    budgetSeconds: Double,
    memoryBytes: Int, seed: UInt64,
    sweep: SweepOptions? = nil
  ) {
    self.suite = suite
    self.candidates = candidates
    self.baselines = baselines
    self.tokens = tokens
    self.threads = threads
    self.threadCounts = threadCounts
    self.engines = engines
    self.precision = precision
    self.routing = routing
    self.budgetSeconds = budgetSeconds
    self.memoryBytes = memoryBytes
    self.seed = seed
    self.sweep = sweep
  }
}
