import LayerSpec

/// What one `tenfold attention` measured; its JSON form is `tenfold.attention/1`.
public struct AttentionDocument: Codable, Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.attention/1"

  /// Name and version of the schema, `tenfold.attention/1` in what this version writes.
  public var schema: String
  /// When measuring began, RFC 3339.
  public var created: String
  /// The program that measured.
  public var tool: ToolIdentity
  /// The machine that was measured.
  public var machine: MachineIdentity
  /// The instruction set of the kernels: `v4`; `nil` where it is not known.
  public var instructionSet: String?
  /// One entry for each shape and pass.
  public var points: [AttentionPoint]
  /// Whatever a reader should know about the numbers.
  public var cautions: [String]

  /// A document of the current schema.
  public init(
    created: String, tool: ToolIdentity, machine: MachineIdentity, instructionSet: String?,
    points: [AttentionPoint], cautions: [String] = []
  ) {
    schema = Self.currentSchema
    self.created = created
    self.tool = tool
    self.machine = machine
    self.instructionSet = instructionSet
    self.points = points
    self.cautions = cautions
  }
}

/// Attention alone over some sequences: scores, softmax and sums of values.
public struct AttentionPoint: Codable, Hashable, Sendable {
  /// What keys and values are.
  public enum Form: String, Codable, Hashable, Sendable {
    /// Those of each head or group of heads.
    case grouped
    /// Those of every head, expanded from latent vectors: a prompt of latent attention.
    case expanded
    /// The latent vectors themselves, of which all heads share one stream: a step of latent attention.
    case absorbed
  }

  /// The model, or the sizes as they were given.
  public var shape: String
  /// What keys and values are.
  public var form: Form
  /// Query heads.
  public var heads: Int
  /// Heads of keys and values; 1 where all share the latent vectors.
  public var keyValueHeads: Int
  /// Elements of a key.
  public var keyWidth: Int
  /// Elements of a value.
  public var valueWidth: Int
  /// Tokens that a query sees at most, `nil` for all earlier ones.
  public var window: Int?
  /// Sequences.
  public var sequences: Int
  /// Tokens of each in a pass: a prompt's, or 1.
  public var tokens: Int
  /// Tokens of each that are cached before.
  public var context: Int
  /// Worker threads.
  public var threads: Int
  /// Seconds of one pass, the median of the rounds.
  public var secondsMedian: Double
  /// FLOPs of pairs of a query and a key that it sees in 10⁹ a second.
  public var gflops: Double
  /// Bytes of keys and values that are seen, each once, in 10⁹ a second.
  public var gigabytesPerSecond: Double
  /// Ceilings beside the rounds, medians; absent where the machine's are not known.
  public var peakGflops: Double?
  /// See `peakGflops`.
  public var readGigabytesPerSecond: Double?
  /// Roofline seconds / measured seconds, absent without ceilings.
  public var rooflineShare: Double?
  /// Whether reading bounds the pass by the roofline and not computing; absent without ceilings.
  public var isMemoryBound: Bool?
  /// The largest error of an output that was compared with double precision, by the largest output.
  public var relativeError: Double

  /// The rates of one pass that took so many seconds.
  ///
  /// - Parameters:
  ///   - shape: its name.
  ///   - ceilings: of all threads beside the rounds; `nil` where they are not known.
  public init(
    shape: String, spec: SelfAttentionSpec, rows: SequenceRows, threads: Int,
    secondsMedian: Double, ceilings: Ceilings?, relativeError: Double
  ) {
    let isAbsorbed = spec.isAbsorbed(context: rows.context)
    let latent = isAbsorbed ? spec.latent : nil
    self.shape = shape
    form = isAbsorbed ? .absorbed : spec.latent == nil ? .grouped : .expanded
    heads = spec.heads
    keyValueHeads = latent == nil ? spec.keyValueHeads : 1
    keyWidth = latent.map { $0.rank + $0.rotaryWidth } ?? spec.keyWidth
    valueWidth = latent?.rank ?? spec.valueWidth
    window =
      switch spec.reach {
      case .all: nil
      case .window(let tokens), .chunk(let tokens): tokens
      }
    sequences = rows.sequences
    tokens = rows.tokens
    context = rows.context
    self.threads = threads
    self.secondsMedian = secondsMedian
    self.relativeError = relativeError
    let operation = spec.mixing(rows)
    gflops = Double(operation.flops) / secondsMedian / 1e9
    gigabytesPerSecond = operation.bytes / secondsMedian / 1e9
    guard let ceilings, let peak = ceilings.peak(.f32),
      let seconds = operation.rooflineSeconds(under: ceilings)
    else { return }
    peakGflops = peak / 1e9
    readGigabytesPerSecond = ceilings.readBytesPerSecond / 1e9
    rooflineShare = seconds / secondsMedian
    isMemoryBound = seconds > Double(operation.flops) / peak
  }
}
