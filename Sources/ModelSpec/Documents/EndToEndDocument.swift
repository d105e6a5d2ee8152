import LayerSpec

/// What one `tenfold end-to-end` measured; its JSON form is `tenfold.end-to-end/1`.
public struct EndToEndDocument: Codable, Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.end-to-end/1"

  /// Name and version of the schema, `tenfold.end-to-end/1` in what this version writes.
  public var schema = Self.currentSchema
  /// When measuring began, RFC 3339.
  public var created: String
  /// The program that measured.
  public var tool: ToolIdentity
  /// The machine that was measured.
  public var machine: MachineIdentity
  /// The library behind an engine that uses one, as observed; `nil` when none was used.
  public var blas: BLASIdentity?
  /// The instruction set of an engine that chooses one: `v4`; `nil` without such an engine.
  public var instructionSet: String?
  /// Id of the model.
  public var model: String
  /// The engine by name.
  public var engine: String
  /// How weights are stored; keys, values, routers and the table of tokens are 32-bit floats.
  public var precision: WeightFormat
  /// Worker threads.
  public var threads: Int
  /// Layers, each with weights and a cache of its own.
  public var layers: Int
  /// What is in memory, planned before anything was allocated.
  public var bytes: Bytes
  /// How the check before the first timed pass ended.
  public var check: Check
  /// Ceilings of the machine, empty when none were measured.
  public var ceilings: [Ceiling]
  /// Prefill and decoding at each context.
  public var passes: [Pass]
  /// Whatever a reader should know about the numbers.
  public var cautions: [String]

  /// Bytes of a model and of what its passes need.
  public struct Bytes: Codable, Hashable, Sendable {
    /// Of the layers' weights.
    public var layers: Int
    /// Of the head.
    public var head: Int
    /// Of the table of tokens.
    public var table: Int
    /// Of keys and values.
    public var caches: Int
    /// Of everything else.
    public var scratch: Int

    /// Bytes of the parts.
    public init(layers: Int, head: Int, table: Int, caches: Int, scratch: Int) {
      self.layers = layers
      self.head = head
      self.table = table
      self.caches = caches
      self.scratch = scratch
    }

    /// All together.
    public var all: Int { layers + head + table + caches + scratch }
  }

  /// A pass of all layers and the head that was held against plain loops in double precision.
  public struct Check: Codable, Hashable, Sendable {
    /// The largest error of a layer's output as a share of what rounding explains.
    public var layers: Double
    /// The same of the logits.
    public var head: Double

    /// Shares of what rounding explains; 1 and less is right.
    public init(layers: Double, head: Double) {
      self.layers = layers
      self.head = head
    }
  }

  /// Passes of one kind at one context.
  public struct Pass: Codable, Hashable, Sendable {
    /// What the passes did.
    public var kind: Kind
    /// Tokens of a prompt, which are in each sequence's cache when decoding begins.
    public var context: Int
    /// Sequences of a pass: one is prefilled at a time.
    public var sequences: Int
    /// Tokens a second: of the prompt, or of all sequences together.
    public var tokensPerSecond: Quantity
    /// Seconds of one pass.
    public var seconds: Quantity
    /// Seconds of all layers, the median.
    public var layerSeconds: Double
    /// Seconds of the last norm and the head, the median.
    public var headSeconds: Double
    /// Counted FLOPs of a pass.
    public var flops: Int
    /// Counted bytes of a pass.
    public var bytes: Int
    /// Mean over the layers that route of the distinct experts that a pass reached; absent without such layers.
    public var distinctExperts: Double?
    /// What memory read beside these passes, bytes a second: the median of the glances with its interval; absent
    /// where there is no probe.
    public var readBytesPerSecond: Quantity?
    /// Roofline seconds / measured seconds, absent without ceilings.
    public var rooflineShare: Double?
    /// Seconds of one pass in each round.
    public var rounds: [Double]

    /// What passes do.
    public enum Kind: String, Codable, Hashable, Sendable {
      /// Reads a prompt from its beginning.
      case prefill
      /// Writes one more token of each sequence.
      case decode
    }

    /// What the rounds of one kind of pass gave.
    ///
    /// - Parameters:
    ///   - tokens: of one pass.
    ///   - seconds: the median of the rounds with its interval.
    ///   - reads: what memory read beside them, bytes a second.
    ///   - ceilings: what a pass is held against.
    public init(
      kind: Kind, context: Int, sequences: Int, tokens: Int, seconds: Quantity,
      layerSeconds: Double, headSeconds: Double, work: [LayerWork], distinctExperts: Double?,
      reads: Quantity?, ceilings: Ceilings?, rounds: [Double]
    ) {
      self.kind = kind
      self.context = context
      self.sequences = sequences
      self.seconds = seconds
      tokensPerSecond = seconds.falling { Double(tokens) / $0 }
      self.layerSeconds = layerSeconds
      self.headSeconds = headSeconds
      flops = Int(clamping: work.flops)
      bytes = work.bytes
      self.distinctExperts = distinctExperts
      readBytesPerSecond = reads
      rooflineShare = ceilings.flatMap { work.rooflineSeconds(under: $0) }.map {
        $0 / seconds.median
      }
      self.rounds = rounds
    }
  }

  /// A document of the current schema.
  public init(
    created: String, tool: ToolIdentity, machine: MachineIdentity, blas: BLASIdentity?,
    instructionSet: String?, model: String, engine: String, precision: WeightFormat, threads: Int,
    layers: Int, bytes: Bytes, check: Check, ceilings: [Ceiling], passes: [Pass],
    cautions: [String]
  ) {
    self.created = created
    self.tool = tool
    self.machine = machine
    self.blas = blas
    self.instructionSet = instructionSet
    self.model = model
    self.engine = engine
    self.precision = precision
    self.threads = threads
    self.layers = layers
    self.bytes = bytes
    self.check = check
    self.ceilings = ceilings
    self.passes = passes
    self.cautions = cautions
  }
}
