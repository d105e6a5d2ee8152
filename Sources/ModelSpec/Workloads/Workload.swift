/// What a timed pass does, and nothing else: stored in records and in claims.
///
/// An open value: a record of a later version may name another, which is shown by its name and never
/// judged.
public struct WorkloadKind: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
  /// The name, as `--workload` takes it and records carry it.
  public let rawValue: String

  /// The kind of that name.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Every feed-forward layer of a model once.
  public static let feedForward = WorkloadKind(rawValue: "ffn-forward")

  /// One matrix product, a row for each token.
  public static let matrixProduct = WorkloadKind(rawValue: "matrix-product")

  /// The name.
  public var description: String { rawValue }

  /// What this version says of the kind; `nil` for one that it does not know, which it cannot judge.
  public var text: WorkloadText? { WorkloadText.known[self] }
}

/// What legends and limits say of a workload.
public struct WorkloadText: Hashable, Sendable {
  /// What one pass is: `one pass through all feed-forward layers`.
  public let pass: String
  /// What passes go through: `feed-forward layers`.
  public let subject: String
  /// What the workload leaves out, as a whole sentence.
  public let limits: String

  /// The kinds that this version can explain.
  static let known: [WorkloadKind: WorkloadText] = [
    .feedForward: WorkloadText(
      pass: "one pass through all feed-forward layers", subject: "feed-forward layers",
      limits: "Attention, embeddings and the output head are not timed: measured ratios are of "
        + "feed-forward layers, with random weights of the published shapes."),
    .matrixProduct: WorkloadText(
      pass: "one matrix product", subject: "matrix products",
      limits: "A product alone is timed: no activation, no routing and no other layer."),
  ]
}

/// A kind of pass with its sizes.
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
}

extension Workload: Codable {
  private enum CodingKeys: String, CodingKey {
    case kind = "workload"
    case tokens, sequences, context, ranks
  }

  /// Reads the keys of a cell; those that older records do not have keep their defaults.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      try container.decode(WorkloadKind.self, forKey: .kind),
      tokens: try container.decode(Int.self, forKey: .tokens),
      sequences: try container.decodeIfPresent(Int.self, forKey: .sequences) ?? 1,
      context: try container.decodeIfPresent(Int.self, forKey: .context) ?? 0,
      ranks: try container.decodeIfPresent(Int.self, forKey: .ranks) ?? 1)
  }

  /// Writes the keys of a cell; sizes that the pass does not have are left out.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    try container.encode(tokens, forKey: .tokens)
    if sequences != 1 { try container.encode(sequences, forKey: .sequences) }
    if context != 0 { try container.encode(context, forKey: .context) }
    if ranks != 1 { try container.encode(ranks, forKey: .ranks) }
  }
}
