/// The JSON document `tenfold.gate/1`: what two builds took side by side, and what follows from it.
///
/// It holds every pair of processes that was measured, so that each figure and each verdict can be computed
/// again from it.
public struct GateDocument: Codable, Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.gate/1"

  /// Name and version of the schema, `tenfold.gate/1` in what this version writes.
  public var schema: String
  /// When measuring began, RFC 3339.
  public var created: String
  /// `complete`, or `interrupted` where measuring was stopped before its end.
  public var status: Record.Status
  /// The build that measured both sides.
  public var tool: ToolIdentity
  /// The machine that both sides ran on.
  public var machine: MachineIdentity
  /// What is held against.
  public var base: Origin
  /// What is judged.
  public var head: Origin
  /// What was asked for, defaults filled in.
  public var options: Options
  /// What workers of both sides took over from the first one instead of choosing it by trying, by name; absent
  /// where they chose nothing.
  public var choices: [String: String]?
  /// Seconds from the first process to the last.
  public var seconds: Double
  /// What the gate found out about itself, on the base alone.
  public var controls: [Control]
  /// Every cell, most urgent first.
  public var cells: [Cell]
  /// What the cells say together.
  public var verdict: CompareVerdict
  /// The verdict in a sentence or two, with what to do where the gate cannot tell.
  public var summary: String
  /// Whatever a reader should know, such as a quota that stopped processes.
  public var cautions: [String]

  /// A document of this schema.
  public init(
    created: String, status: Record.Status, tool: ToolIdentity, machine: MachineIdentity,
    base: Origin, head: Origin, options: Options, seconds: Double, controls: [Control],
    cells: [Cell], verdict: CompareVerdict, summary: String, cautions: [String]
  ) {
    schema = Self.currentSchema
    self.created = created
    self.status = status
    self.tool = tool
    self.machine = machine
    self.base = base
    self.head = head
    self.options = options
    self.seconds = seconds
    self.controls = controls
    self.cells = cells
    self.verdict = verdict
    self.summary = summary
    self.cautions = cautions
  }
}

extension GateDocument {
  /// One of the two sides.
  public struct Origin: Codable, Hashable, Sendable {
    /// As the user named it: a revision, the path of an executable, a command.
    public var name: String
    /// The source revision, whole; absent where the side is none.
    public var commit: String?
    /// SHA-256 of what the executable loads, in hexadecimal; absent for commands.
    public var digest: String?

    /// A side by its name.
    public init(name: String, commit: String? = nil, digest: String? = nil) {
      self.name = name
      self.commit = commit
      self.digest = digest
    }
  }

  /// What decides about measuring and judging.
  public struct Options: Codable, Hashable, Sendable {
    /// The slowdown that must not go unseen, as a fraction; bounds of cells may say otherwise.
    public var detect: Double
    /// The slowdown that is accepted, as a fraction.
    public var tolerance: Double
    /// The chance of calling any cell of unchanged code a regression.
    public var suiteErrorRate: Double
    /// Cells that share it, which are those that were to be confirmed, and one where none was; absent in documents of
    /// versions in which all cells did.
    public var confirmedCells: Int?
    /// Pairs of a screen at the most; absent in documents of versions whose usual number was 24.
    public var mostPairs: Int?
    /// The seed of the order of all slices.
    public var seed: UInt64
    /// Seconds that the gate was given; absent for as long as it takes.
    public var budgetSeconds: Double?

    /// What was asked for.
    public init(
      detect: Double, tolerance: Double, suiteErrorRate: Double, confirmedCells: Int? = nil,
      mostPairs: Int? = nil, seed: UInt64, budgetSeconds: Double? = nil
    ) {
      self.detect = detect
      self.tolerance = tolerance
      self.suiteErrorRate = suiteErrorRate
      self.confirmedCells = confirmedCells
      self.mostPairs = mostPairs
      self.seed = seed
      self.budgetSeconds = budgetSeconds
    }
  }

  /// Two fresh processes, one of each side, as they measured one cell by turns.
  public struct Pair: Codable, Hashable, Sendable {
    /// Whether the head was started first and took the first turn: the fair coin that decides a sign.
    public var headFirst: Bool
    /// Mean seconds of a base pass in each of its slices, two a round, in the order of time.
    public var baseSeconds: [Double]
    /// Mean seconds of a head pass in each of its slices.
    public var headSeconds: [Double]
    /// Rounds that the machine disturbed and that do not count, told by its counters alone.
    public var disturbedRounds: Int

    /// Slices of equal numbers on both sides.
    public init(
      headFirst: Bool, baseSeconds: [Double], headSeconds: [Double], disturbedRounds: Int = 0
    ) {
      self.headFirst = headFirst
      self.baseSeconds = baseSeconds
      self.headSeconds = headSeconds
      self.disturbedRounds = disturbedRounds
    }
  }

  /// A cell of the suite.
  public struct Cell: Codable, Hashable, Sendable {
    /// Its name, `olmoe-1b-7b/ffn-forward/16-tokens/tile/f32/2-threads`, or what a command calls it.
    public var id: String
    /// How much longer a pass of the head takes, as a fraction; absent where no pair was measured.
    public var change: ChangeEstimate?
    /// The slowdown that is excluded, as a fraction of one-sided 95 % confidence; absent where there is none.
    public var bound: Double?
    /// The slowdown, as a fraction, that pairs as many and as noisy as these find nine times in ten.
    public var detectable: Double?
    /// p-value of the test for a slowdown beyond the tolerance, of the pairs that decided.
    public var probability: Double?
    /// What the pairs say.
    public var verdict: CompareVerdict
    /// Why, as a clause without a full stop.
    public var reason: String
    /// The command that would resolve an inconclusive cell.
    public var command: String?
    /// The slowdown that must not go unseen, where the cell has its own; absent for that of the options.
    public var detect: Double?
    /// The slowdown that is accepted, likewise.
    public var tolerance: Double?
    /// Median seconds of a base pass.
    public var baseSeconds: Double?
    /// Median seconds of a head pass.
    public var headSeconds: Double?
    /// Pairs that every cell was measured with.
    public var screen: [Pair]
    /// Pairs of a flagged cell, of new processes and a number fixed beforehand; they alone decide.
    public var confirmation: [Pair]
    /// Counts of a pass that are equal every time, on both sides; only those that either side tells.
    public var work: [WorkCount]

    /// A cell with what was measured of it.
    public init(
      id: String, change: ChangeEstimate? = nil, bound: Double? = nil, detectable: Double? = nil,
      probability: Double? = nil, verdict: CompareVerdict, reason: String, command: String? = nil,
      baseSeconds: Double? = nil, headSeconds: Double? = nil, screen: [Pair] = [],
      confirmation: [Pair] = [], work: [WorkCount] = []
    ) {
      self.id = id
      self.change = change
      self.bound = bound
      self.detectable = detectable
      self.probability = probability
      self.verdict = verdict
      self.reason = reason
      self.command = command
      self.baseSeconds = baseSeconds
      self.headSeconds = headSeconds
      self.screen = screen
      self.confirmation = confirmation
      self.work = work
    }
  }

  /// How often a pass does something, such as `flops`, `blas_calls`, `allocations`.
  public struct WorkCount: Codable, Hashable, Sendable {
    /// What is counted.
    public var name: String
    /// Of a base pass; absent where the side does not tell, or not the same each time.
    public var base: Int?
    /// Of a head pass.
    public var head: Int?

    /// A count of both sides.
    public init(name: String, base: Int?, head: Int?) {
      self.name = name
      self.base = base
      self.head = head
    }
  }

  /// A measurement whose answer is known: the base against itself, as it is or changed in a known way.
  public struct Control: Codable, Hashable, Sendable {
    /// `same-code`, `dose`, `layout`.
    public var name: String
    /// The cell that it was measured on.
    public var cell: String
    /// What was done to the second side, in words.
    public var treatment: String
    /// How much longer its passes seem to take, as a fraction.
    public var change: ChangeEstimate?
    /// p-value of the test that the control stands or falls by.
    public var probability: Double?
    /// Whether it came out as it must.
    public var passed: Bool
    /// Why it was not measured to its end; absent where it was.
    public var fault: String?
    /// Its pairs.
    public var pairs: [Pair]

    /// A control with what was measured of it.
    public init(
      name: String, cell: String, treatment: String, change: ChangeEstimate? = nil,
      probability: Double? = nil, passed: Bool, fault: String? = nil, pairs: [Pair]
    ) {
      self.name = name
      self.cell = cell
      self.treatment = treatment
      self.change = change
      self.probability = probability
      self.passed = passed
      self.fault = fault
      self.pairs = pairs
    }
  }
}
