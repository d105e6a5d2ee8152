import LayerSpec
import ModelSpec

/// What a run is asked for, after parsing and defaults.
public struct RunRequest: Sendable {
  /// What is held against what.
  public var suite: Suite
  /// What a pass does.
  public var workload: any MeasurableWorkload
  /// How weights are stored.
  public var formats: FormatPlan
  /// The sizes of passes, one cell for each combination.
  public var sizes: WorkloadSizes
  /// Worker threads.
  public var threads: Int
  /// Seconds that the whole run may take.
  public var budgetSeconds: Double
  /// How wide an interval may be, high over low minus 1, for its cell to be visited no further.
  public var interval: Double
  /// The fraction of the width that is measured; `nil` for as much as the time allows.
  public var width: ForcedWidth?
  /// The forms of a record's cells, of which alone cells are measured; `nil` for what memory and time allow of
  /// every cell.
  public var forms: RecordedForms?
  /// Bytes that weights and scratch may take.
  public var memoryBytes: Int
  /// Seed of every random choice.
  public var seed: UInt64
  /// How much time rounds and the machine's ceilings take.
  public var effort: MeasuringEffort

  /// Tokens per pass unless asked otherwise: decode, a small batch, a prefill.
  public static let defaultTokens = [1, 16, 256]
  /// Seconds that the default suite takes unless asked otherwise.
  public static let standardSuiteBudgetSeconds = 120.0
  /// Seconds that chosen architectures take unless asked otherwise.
  public static let defaultBudgetSeconds = 60.0
  /// Tokens per pass of a sweep unless asked otherwise: powers of two to 4096.
  ///
  /// A sparse layer whose experts see T·K/E tokens each computes no faster than its weights arrive
  /// below some 14 tokens each in f32, so a layer of E/K = 32 needs about 450 tokens and one that is
  /// narrower or skewed some more; 4096 leaves room behind the valley.
  public static let sweepTokens = (0...12).map { 1 << $0 }
  /// Seconds that a sweep takes unless asked otherwise: nine for each token count.
  public static let sweepBudgetSeconds = 120.0
  /// The width of intervals that is enough unless asked otherwise: ratios are read to two digits.
  public static let defaultInterval = 0.05
  /// Bytes of memory unless asked otherwise: 8 GiB.
  public static let defaultMemoryBytes = 8 << 30
  /// The seed unless asked otherwise.
  public static let defaultSeed: UInt64 = 1

  /// A request.
  public init(
    suite: Suite, workload: any MeasurableWorkload = Workloads.usual,
    formats: FormatPlan = FormatPlan(.f32),
    sizes: WorkloadSizes = WorkloadSizes(tokens: Self.defaultTokens), threads: Int,
    budgetSeconds: Double = Self.defaultBudgetSeconds, interval: Double = Self.defaultInterval,
    width: ForcedWidth? = nil, forms: RecordedForms? = nil,
    memoryBytes: Int = Self.defaultMemoryBytes,
    seed: UInt64 = Self.defaultSeed,
    effort: MeasuringEffort = .full
  ) {
    self.suite = suite
    self.workload = workload
    self.formats = formats
    self.sizes = sizes
    self.threads = threads
    self.budgetSeconds = budgetSeconds
    self.interval = interval
    self.width = width
    self.forms = forms
    self.memoryBytes = memoryBytes
    self.seed = seed
    self.effort = effort
  }

  /// The request for one of several runs, by engine and number of threads, that share the budget.
  public func sharing(budgetAmong runs: Int) -> RunRequest {
    var request = self
    request.budgetSeconds /= Double(max(1, runs))
    return request
  }
}
