/// The routing of a cell's timed passes: what was asked for, and what came of it.
public struct RoutingSummary: Codable, Hashable, Sendable {
  /// The kind by name, such as `zipf` (`RoutingCondition.knownKinds`).
  public var kind: String
  /// Exponent of a Zipf routing, absent for other kinds.
  public var alpha: Double?
  /// Seed of the draw.
  public var seed: UInt64
  /// Experts of one layer that received a token, mean over batches.
  public var distinctExperts: Double
  /// Tokens of the busiest expert over the mean of all experts, mean over batches.
  public var maxOverMean: Double
  /// Gini coefficient of tokens per expert: 0 when all are equal, towards 1 when one has all.
  public var gini: Double
  /// Tokens of an expert that received any, mean over experts and batches; absent in older records.
  public var tokensPerExpert: Double?
  /// The file of a recorded routing as its user named it, absent for other kinds.
  public var source: String?
  /// The recorded layer, absent where the file names none.
  public var layer: Int?
  /// Checksum of the recorded routing, which tells files of one name apart.
  public var digest: String?
  /// Tokens that were recorded, absent where only counts were.
  public var tokensInTrace: Int?
  /// Exponent of the Zipf routing that resembles the recorded one most.
  public var fittedAlpha: Double?

  /// A summary of a drawn routing; what only recorded ones have is absent until it is set.
  public init(
    kind: String, alpha: Double?, seed: UInt64, distinctExperts: Double, maxOverMean: Double,
    gini: Double, tokensPerExpert: Double? = nil
  ) {
    self.kind = kind
    self.alpha = alpha
    self.seed = seed
    self.distinctExperts = distinctExperts
    self.maxOverMean = maxOverMean
    self.gini = gini
    self.tokensPerExpert = tokensPerExpert
  }

  /// What was asked for, apart from what came of it.
  public var condition: RoutingCondition {
    RoutingCondition(kind: kind, alpha: alpha, source: source, layer: layer)
  }
}
