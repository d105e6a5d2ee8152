import LayerSpec

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
  /// Sequences decoded together, where a workload has them and one was asked for.
  public var sequences: [Int]?
  /// Tokens already in each sequence's cache, where a workload has them and one was asked for.
  public var context: [Int]?
  /// Processes that share a layer, where a workload has them and one was asked for.
  public var ranks: [Int]?
  /// Worker threads, the most where a sweep took several numbers of them.
  public var threads: Int
  /// Every number of worker threads in the order of measuring; absent where there was one.
  public var threadCounts: [Int]?
  /// Engines by name.
  public var engines: [String]
  /// The library that was named in place of the default one; absent for the default.
  public var blas: String?
  /// The instruction set that was asked for by `TENFOLD_ISA`; absent for the best one.
  public var instructionSet: String?
  /// The weight format of networks.
  public var precision: WeightFormat
  /// Routings as given on the command line: `uniform`, `zipf:0.8`.
  public var routing: [String]
  /// Checksums of the recorded routings among them, which tell two files of one name apart; absent
  /// where none was recorded.
  public var routingDigests: [String]?
  /// Seconds that the whole run may take.
  public var budgetSeconds: Double
  /// How wide an interval may be, high over low minus 1, for its cell to be visited no further; absent for
  /// the usual 5 %.
  public var interval: Double?
  /// The fraction of the width that was asked for, and the one that it was held against where that was asked
  /// for too; absent for as much as the time allowed.
  public var width: [String]?
  /// The record whose cells were measured in their forms; absent where memory and time decided.
  public var like: RecordOrigin?
  /// Bytes that weights and scratch may take.
  public var memoryBytes: Int
  /// Seed of every random choice.
  public var seed: UInt64
  /// The effort of a run whose figures got too little time to be relied on: `token`, for tests;
  /// absent for the full effort.
  public var effort: String?
  /// What a pass does, absent for `ffn-forward`.
  public var workload: WorkloadKind?
  /// What a sweep varied; absent for other suites.
  public var sweep: SweepOptions?

  /// The values of one condition that were asked for, as its option takes them; none for the usual
  /// workload, and for a size that was not asked for.
  public subscript(name: Conditions.Name) -> [String] {
    switch name {
    case .workload: workload.map { [$0.rawValue] } ?? []
    case .size(.tokens) where !(workload ?? .usual).sizes.contains(.tokens) && tokens == [1]: []
    case .size(let size): (self[size] ?? []).map(String.init)
    case .routing: routing
    case .engine: engines
    case .precision: [precision.name]
    case .threads: (threadCounts ?? [threads]).map(String.init)
    }
  }

  /// The values of one size of passes, `nil` where none was asked for; tokens are in every record, also of
  /// passes that have no such size.
  public subscript(size: Workload.Size) -> [Int]? {
    switch size {
    case .tokens: tokens
    case .sequences: sequences
    case .context: context
    case .ranks: ranks
    }
  }

  /// The options that every run has; all others are absent until they are set.
  public init(
    suite: String, candidates: [String], baselines: [String], tokens: [Int], threads: Int,
    threadCounts: [Int]? = nil, engines: [String], precision: WeightFormat, routing: [String],
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

/// Which record a run went by, to tell it from others.
public struct RecordOrigin: Codable, Hashable, Sendable {
  /// The record as the run's user named it.
  public var name: String
  /// When its measuring began, RFC 3339.
  public var created: String
  /// The source revision of the build that it measured, `unknown` where it does not know it.
  public var commit: String

  /// A record as it is named and what it says of itself.
  public init(name: String, created: String, commit: String) {
    self.name = name
    self.created = created
    self.commit = commit
  }
}
