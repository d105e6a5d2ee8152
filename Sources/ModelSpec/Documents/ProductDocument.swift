import LayerSpec

/// What one `tenfold gemm` measured; its JSON form is `tenfold.gemm/1`.
public struct ProductDocument: Codable, Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.gemm/1"

  /// Name and version of the schema, `tenfold.gemm/1` in what this version writes.
  public var schema: String
  /// When measuring began, RFC 3339.
  public var created: String
  /// The program that measured.
  public var tool: ToolIdentity
  /// The machine that was measured.
  public var machine: MachineIdentity
  /// The library behind an engine that uses one, such as `blas`, as observed; `nil` when none was used.
  public var blas: BLASIdentity?
  /// The instruction set of an engine that chooses one, such as `tile`: `v4`; `nil` without such an engine.
  public var instructionSet: String?
  /// Ceilings of the machine, empty when none were measured.
  public var ceilings: [Ceiling]
  /// One entry for each number of rows and engine.
  public var points: [ProductPoint]
  /// Speed of the first engine over that of each other one, an entry for each number of rows.
  public var speedRatios: [SpeedRatio]
  /// Whatever a reader should know about the numbers.
  public var cautions: [String]

  /// A document of the current schema.
  public init(
    created: String, tool: ToolIdentity, machine: MachineIdentity, blas: BLASIdentity?,
    instructionSet: String?, ceilings: [Ceiling], points: [ProductPoint],
    speedRatios: [SpeedRatio], cautions: [String] = []
  ) {
    schema = Self.currentSchema
    self.created = created
    self.tool = tool
    self.machine = machine
    self.blas = blas
    self.instructionSet = instructionSet
    self.ceilings = ceilings
    self.points = points
    self.speedRatios = speedRatios
    self.cautions = cautions
  }
}

/// One product, M rows times a matrix of N×K, by one engine.
public struct ProductPoint: Codable, Hashable, Sendable {
  /// M, rows of the input.
  public var m: Int
  /// N, outputs.
  public var n: Int
  /// K, inputs.
  public var k: Int
  /// Worker threads.
  public var threads: Int
  /// The engine by name, such as `tile`.
  public var engine: String
  /// The weight format.
  public var precision: WeightFormat
  /// Seconds of one product, the median of the rounds.
  public var secondsMedian: Double
  /// 2·M·N·K in 10⁹ a second.
  public var gflops: Double
  /// Bytes of the N·K weights in 10⁹ a second.
  public var gigabytesPerSecond: Double
  /// Roofline seconds / measured seconds, absent without ceilings.
  public var rooflineShare: Double?

  /// The rates of one product that took so many seconds.
  ///
  /// - Parameters:
  ///   - operation: What it asks of the machine: the FLOPs and the weights; rows and results count
  ///     nothing, for they stay in the caches.
  ///   - ceilings: What bounds it; `nil` where nothing was measured.
  public init(
    m: Int, n: Int, k: Int, threads: Int, engine: String, operation: Operation,
    secondsMedian: Double, ceilings: Ceilings?
  ) {
    self.m = m
    self.n = n
    self.k = k
    self.threads = threads
    self.engine = engine
    precision = operation.format
    self.secondsMedian = secondsMedian
    gflops = Double(operation.flops) / secondsMedian / 1e9
    gigabytesPerSecond = operation.weightBytes / secondsMedian / 1e9
    rooflineShare = ceilings.flatMap { operation.rooflineSeconds(under: $0) }.map {
      $0 / secondsMedian
    }
  }
}

/// Speed of one engine over that of another for one number of rows.
public struct SpeedRatio: Codable, Hashable, Sendable {
  /// M, rows of the input.
  public var m: Int
  /// The engine whose speed it is.
  public var engine: String
  /// The engine that it is held against.
  public var over: String
  /// Seconds of the other engine / seconds of this one with its interval, from paired rounds.
  public var speed: RatioEstimate

  /// A ratio with its interval; above 1 `engine` is the faster one.
  public init(m: Int, engine: String, over: String, speed: RatioEstimate) {
    self.m = m
    self.engine = engine
    self.over = over
    self.speed = speed
  }
}
