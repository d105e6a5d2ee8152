import LayerSpec
import ModelSpec

/// What `tenfold end-to-end` is asked for, after parsing and defaults.
public struct EndToEndRequest: Sendable {
  /// The model, all of whose layers are built.
  public var architecture: Architecture
  /// How weights are stored.
  public var formats: FormatPlan
  /// C, tokens of a prompt, which are in the caches when decoding begins; one prefill and one decoding for each.
  public var contexts: [Int]
  /// B, sequences that are decoded together.
  public var sequences: Int
  /// Steps of decoding that make up the decoding of a round.
  public var steps: Int
  /// Worker threads.
  public var threads: Int
  /// Seconds that the rounds may take, beyond the fewest that an interval takes.
  public var budgetSeconds: Double
  /// Bytes that weights, caches and scratch may take.
  public var memoryBytes: Int
  /// Seed of every random choice.
  public var seed: UInt64
  /// How much time the machine's ceilings take.
  public var effort: MeasuringEffort

  /// Contexts unless asked otherwise: a question, a page, some pages.
  public static let defaultContexts = [64, 256, 1024]
  /// Steps of a round unless asked otherwise: long against the clock, short against a prompt.
  public static let defaultSteps = 8

  /// A request.
  public init(
    _ architecture: Architecture, formats: FormatPlan = FormatPlan(.f32),
    contexts: [Int] = Self.defaultContexts, sequences: Int = 1, steps: Int = Self.defaultSteps,
    threads: Int, budgetSeconds: Double = RunRequest.defaultBudgetSeconds, memoryBytes: Int,
    seed: UInt64 = RunRequest.defaultSeed, effort: MeasuringEffort = .full
  ) {
    self.architecture = architecture
    self.formats = formats
    self.contexts = contexts
    self.sequences = sequences
    self.steps = steps
    self.threads = threads
    self.budgetSeconds = budgetSeconds
    self.memoryBytes = memoryBytes
    self.seed = seed
    self.effort = effort
  }
}
