/// What a timed pass does, and nothing else: stored in records and in claims.
///
/// An open value: a record of a later version may name another, which is shown by its name and never
/// judged.
public struct WorkloadKind: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
  /// The name, as `--workload` takes it and records carry it.
  public let rawValue: String

  /// The kind of that name, whether this version knows it or not.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Every feed-forward layer of a model once.
  public static let feedForward = WorkloadKind(rawValue: "ffn-forward")

  /// Every decoder block of a model once, over one sequence from its beginning: prefill.
  public static let blockForward = WorkloadKind(rawValue: "block-forward")

  /// Every decoder block of a model once, over one more token of each of some sequences: a step of decoding.
  public static let blockDecode = WorkloadKind(rawValue: "block-decode")

  /// Every feed-forward layer of a model once, forward and backward, with the gradients of all weights.
  public static let trainStep = WorkloadKind(rawValue: "train-step")

  /// Every decoder block of a model once over one sequence, forward and backward, with the gradients of all weights.
  public static let blockTrain = WorkloadKind(rawValue: "block-train")

  /// The kind that is measured, and meant, unless another is named.
  public static let usual = feedForward

  /// One matrix product, a row for each token.
  public static let matrixProduct = WorkloadKind(rawValue: "matrix-product")

  /// The name, for sentences.
  public var description: String { rawValue }
}

/// What one timed pass does, with its sizes.
public struct Workload: Hashable, Sendable {
  /// What a pass does.
  public var kind: WorkloadKind
  /// T, tokens of a pass: rows of the activation matrix.
  public var tokens: Int
  /// B, sequences that are decoded together.
  public var sequences: Int
  /// C, tokens already in each sequence's cache.
  public var context: Int
  /// P, processes that share one layer.
  public var ranks: Int

  /// A pass of `tokens` tokens; what a kind of pass does not have keeps its default.
  public init(
    _ kind: WorkloadKind, tokens: Int, sequences: Int = 1, context: Int = 0, ranks: Int = 1
  ) {
    self.kind = kind
    self.tokens = tokens
    self.sequences = sequences
    self.context = context
    self.ranks = ranks
  }

  /// A size that passes may have.
  public enum Size: String, CaseIterable, Hashable, Sendable {
    case tokens, sequences, context, ranks

    /// The value of a pass that does not have the size: one that sequences decode token by token has one
    /// token, one without a cache has no context.
    public var absent: Int {
      switch self {
      case .tokens, .sequences, .ranks: 1
      case .context: 0
      }
    }

    /// So much of it in words: `16 tokens`, `4 sequences`, `1 token of context`.
    public func counted(_ count: Int) -> String { counted("\(count)", isOne: count == 1) }

    /// Such a number or range of it in words: `16 to 64 tokens`.
    public func counted(_ numbers: String, isOne: Bool = false) -> String {
      let plural = isOne ? "" : "s"
      return switch self {
      case .tokens: "\(numbers) token\(plural)"
      case .sequences: "\(numbers) sequence\(plural)"
      case .context: "\(numbers) token\(plural) of context"
      case .ranks: "\(numbers) rank\(plural)"
      }
    }

    /// So much of it, said of a pass: `16 tokens per pass`, `1024 tokens of context`.
    public func perPass(_ count: Int) -> String { counted(count) + suffix }

    /// Such a range of it, said of a pass: `1 to 64 sequences per pass`.
    public func perPass(_ numbers: String) -> String { counted(numbers) + suffix }

    /// What is counted, said of passes: `tokens per pass`, `tokens of context`.
    public var title: String { String(counted("").dropFirst()) + suffix }

    private var suffix: String {
      switch self {
      case .tokens, .sequences: " per pass"
      case .context, .ranks: ""
      }
    }

    /// One value of it by name: `token count`, `number of sequences`.
    public var nameOfValue: String {
      switch self {
      case .tokens: "token count"
      case .sequences: "number of sequences"
      case .context: "context length"
      case .ranks: "number of ranks"
      }
    }

    /// Values of it by name: `token counts`, `numbers of sequences`.
    public var nameOfValues: String {
      switch self {
      case .tokens: "token counts"
      case .sequences: "numbers of sequences"
      case .context: "context lengths"
      case .ranks: "numbers of ranks"
      }
    }
  }

  /// The sizes that say what the pass is: those that passes of its kind have, and whatever else is there.
  public var sizes: [Size] {
    let own = kind.sizes
    return Size.allCases.filter { own.contains($0) || self[$0] != $0.absent }
  }

  /// The sizes in words: `16 tokens`, `4 sequences, 1024 tokens of context`.
  public var sizesInWords: String {
    sizes.map { $0.counted(self[$0]) }.joined(separator: ", ")
  }

  /// The smallest pass of its kind.
  public var smallest: Workload {
    Workload(
      kind, tokens: Size.tokens.absent, sequences: Size.sequences.absent,
      context: Size.context.absent, ranks: Size.ranks.absent)
  }

  /// The sizes, said of a pass: `16 tokens per pass`.
  public var perPass: String { sizes.map { $0.perPass(self[$0]) }.joined(separator: ", ") }

  /// Rows of the activation matrix, one for each token of each sequence; `Int.max` where they cannot be
  /// counted.
  public var rows: Int {
    let (rows, overflow) = tokens.multipliedReportingOverflow(by: sequences)
    return overflow ? .max : rows
  }

  /// The value of a size, its value of absence where the pass does not have it.
  public subscript(size: Size) -> Int {
    get {
      switch size {
      case .tokens: tokens
      case .sequences: sequences
      case .context: context
      case .ranks: ranks
      }
    }
    set {
      switch size {
      case .tokens: tokens = newValue
      case .sequences: sequences = newValue
      case .context: context = newValue
      case .ranks: ranks = newValue
      }
    }
  }

  /// True for a pass of the same kind that has more of something and less of nothing, so that it takes
  /// longer.
  public func exceeds(_ other: Workload) -> Bool {
    kind == other.kind && self != other && Size.allCases.allSatisfy { self[$0] >= other[$0] }
  }
}

extension Workload: Codable {
  private enum CodingKeys: String, CodingKey {
    case kind = "workload"
  }

  /// Reads the keys of a cell; those that older records do not have keep their defaults.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let sizes = try decoder.container(keyedBy: NameKey.self)
    self.init(
      try container.decode(WorkloadKind.self, forKey: .kind),
      tokens: try sizes.decode(Int.self, forKey: NameKey(Size.tokens.rawValue)))
    for size in Size.allCases where size != .tokens {
      let value = try sizes.decodeIfPresent(Int.self, forKey: NameKey(size.rawValue))
      self[size] = value ?? size.absent
    }
  }

  /// Writes the keys of a cell; sizes that the pass does not have are left out.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    var sizes = encoder.container(keyedBy: NameKey.self)
    for size in Size.allCases where size == .tokens || self[size] != size.absent {
      try sizes.encode(self[size], forKey: NameKey(size.rawValue))
    }
  }
}
