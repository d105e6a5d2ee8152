import LayerSpec

/// A cell of the gate's own suite: passes over the layers of one model.
///
/// A run's cells are ratios of two models; the gate's ratio is that of two builds, so its cells have one model.
public struct GateCell: Codable, Hashable, Sendable {
  /// A catalogue id, or the path of a `config.json`.
  public var model: String
  /// What a pass does.
  public var workload: WorkloadKind
  /// T of a pass.
  public var tokens: Int
  /// B of a pass.
  public var sequences: Int
  /// C of a pass.
  public var context: Int
  /// Worker threads.
  public var threads: Int
  /// The engine by name.
  public var engine: String
  /// The weight format.
  public var precision: WeightFormat

  /// A cell.
  public init(
    model: String, workload: WorkloadKind, tokens: Int = 1, sequences: Int = 1, context: Int = 0,
    threads: Int, engine: String, precision: WeightFormat
  ) {
    self.model = model
    self.workload = workload
    self.tokens = tokens
    self.sequences = sequences
    self.context = context
    self.threads = threads
    self.engine = engine
    self.precision = precision
  }

  /// The conditions of a pass.
  public var conditions: Conditions {
    Conditions(
      workload: Workload(workload, tokens: tokens, sequences: sequences, context: context),
      threads: threads, engine: engine, format: precision, routing: nil)
  }

  /// The model and the conditions in one word: `olmoe-1b-7b/ffn-forward/16-tokens/tile/f32/2-threads`.
  public var id: String { "\(model)/\(conditions.id)" }
}

/// What a worker is told first: the cells that it shall make ready.
public struct WorkerOrder: Codable, Hashable, Sendable {
  /// The schema this version reads and writes.
  public static let currentSchema = "tenfold.worker-order/1"

  /// Name and version of the schema.
  public var schema: String
  /// What it shall be able to time.
  public var cells: [GateCell]
  /// The seed of weights and inputs.
  public var seed: UInt64
  /// Whether it holds outputs against a reference first, and counts what a pass does.
  public var checks: Bool
  /// What another worker chose by trying, which this one is to take over; absent where it chooses itself.
  public var choices: [String: String]?

  /// An order for these cells.
  public init(cells: [GateCell], seed: UInt64, checks: Bool) {
    schema = Self.currentSchema
    self.cells = cells
    self.seed = seed
    self.checks = checks
  }

  /// Reads a line.
  ///
  /// - Throws: `RecordError` with what is wrong with it.
  public init(decoding line: String) throws(RecordError) {
    self = try JSONLine.decode(WorkerOrder.self, from: line, schema: Self.currentSchema)
  }
}
