import FoundationEssentials
import Statistics

/// A line of Results/calibration: what was said on some processor where the right answer was known.
public protocol CalibrationTrial {
  /// The processor's name as a record has it.
  var cpu: String { get }
  /// What tells it from others of that name, such as `26-2-1`; `nil` where nothing does.
  var cpuSignature: String? { get }
}

extension CalibrationTrial {
  /// The processor with what tells it from others of its name: `AMD EPYC (25-1-1)`.
  public var cpuName: String { cpu + (cpuSignature.map { " (\($0))" } ?? "") }
}

/// A line `tenfold.trial/1` of Results/calibration: one gate whose right answer was known, and what it said.
public struct GateTrial: CalibrationTrial, Codable, Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.trial/1"

  /// Name and version of the schema.
  public var schema: String
  /// When it began, RFC 3339.
  public var created: String
  /// `aa`, `dose` or `coverage`.
  public var kind: String
  /// The edition of the protocol that was fixed before the trial (Results/calibration/gate-protocol.md).
  public var edition: Int
  /// How much more the head did, as a fraction.
  public var dose: Double
  /// The share of one core that a neighbour burned.
  public var neighbour: Double
  /// The gate's seed.
  public var seed: UInt64
  /// The build under trial.
  public var commit: String
  /// The processor's name as a record has it, and what tells it from others of that name.
  public var cpu: String
  /// Family, model and stepping, such as `26-2-1`; absent where there are none.
  public var cpuSignature: String?
  /// The slowdown that must not go unseen.
  public var detect: Double
  /// The slowdown that is accepted.
  public var tolerance: Double
  /// The chance of a false alarm of all cells of the suite together.
  public var suiteErrorRate: Double
  /// Cells that shared it, which are those that were to be confirmed, and one where none was; absent before edition
  /// 11, in which all twenty of the suite did.
  public var confirmedCells: Int?
  /// Seconds of the whole gate.
  public var seconds: Double
  /// Seconds of the confirmation of all flagged cells.
  public var confirmationSeconds: Double
  /// What the gate said.
  public var verdict: CompareVerdict
  /// Names of controls that did not come out as they must.
  public var failedControls: [String]
  /// What it said of each cell.
  public var cells: [Cell]

  /// A cell of a trial.
  public struct Cell: Codable, Hashable, Sendable {
    /// Its name.
    public var id: String
    /// What the gate said of it.
    public var verdict: CompareVerdict
    /// Why, in its words; absent before edition 12.
    public var reason: String?
    /// The change that it told, as a fraction with its interval.
    public var change: ChangeEstimate?
    /// The slowdown that it excluded.
    public var bound: Double?
    /// Changes of the pairs of the screen, natural logarithms.
    public var screen: [Double]
    /// Changes of the pairs of the confirmation.
    public var confirmation: [Double]
    /// The standard deviation of changes between neighbouring slices, robust, over all pairs: the machine's noise.
    public var deviationOfSlices: Double?

    /// A cell as a gate judged it.
    public init(_ cell: GateDocument.Cell) {
      id = cell.id
      verdict = cell.verdict
      reason = cell.reason
      change = cell.change
      bound = cell.bound
      screen = cell.screen.compactMap(\.change)
      confirmation = cell.confirmation.compactMap(\.change)
      deviationOfSlices =
        (cell.screen + cell.confirmation).flatMap(\.changesOfSlices)
        .robustDeviation
    }
  }

  /// A trial of a gate's document.
  public init(
    kind: String, edition: Int, dose: Double, neighbour: Double, confirmationSeconds: Double,
    of document: GateDocument
  ) {
    schema = Self.currentSchema
    created = document.created
    self.kind = kind
    self.edition = edition
    self.dose = dose
    self.neighbour = neighbour
    seed = document.options.seed
    commit = document.tool.commit
    cpu = document.machine.cpu
    cpuSignature = document.machine.cpuSignature
    detect = document.options.detect
    tolerance = document.options.tolerance
    suiteErrorRate = document.options.suiteErrorRate
    confirmedCells = document.options.confirmedCells
    seconds = document.seconds
    self.confirmationSeconds = confirmationSeconds
    verdict = document.verdict
    failedControls = document.failedControls.map(\.name)
    cells = document.cells.map(Cell.init)
  }

  /// Reads a line.
  ///
  /// - Throws: `RecordError` with what is wrong with it.
  public init(decoding line: String) throws(RecordError) {
    self = try JSONLine.decode(GateTrial.self, from: line, schema: Self.currentSchema)
  }
}
