/// What a sweep made of its one architecture.
public struct SweepOptions: Codable, Hashable, Sendable {
  /// Id of the architecture, of which the candidates are variants.
  public var architecture: String
  /// E of the variants in the order given; empty where the architecture's own was kept.
  public var experts: [Int]
  /// K of the variants in the order given; empty where the architecture's own was kept.
  public var topK: [Int]

  /// Every number of experts with every number of experts per token.
  public init(architecture: String, experts: [Int] = [], topK: [Int] = []) {
    self.architecture = architecture
    self.experts = experts
    self.topK = topK
  }

  /// One combination.
  public struct Variant: Codable, Hashable, Sendable {
    /// E; `nil` for the architecture's own.
    public var experts: Int?
    /// K; `nil` for the architecture's own.
    public var topK: Int?

    /// So many experts, of which so many work for a token.
    public init(experts: Int? = nil, topK: Int? = nil) {
      self.experts = experts
      self.topK = topK
    }

    /// Id of this variant of an architecture: `olmoe-1b-7b E=32 K=4`, and only the letters that were
    /// chosen.
    public func id(of architecture: String) -> String {
      architecture + (experts.map { " E=\($0)" } ?? "") + (topK.map { " K=\($0)" } ?? "")
    }
  }

  /// All combinations, in the order of measuring.
  public var variants: [Variant] {
    let topKs = topK.isEmpty ? [nil] : topK.map(Optional.some)
    return (experts.isEmpty ? [nil] : experts.map(Optional.some)).flatMap { experts in
      topKs.map { Variant(experts: experts, topK: $0) }
    }
  }

  /// The variant that a record calls `candidate`; `nil` when there is none of that id.
  public func variant(called candidate: String) -> Variant? {
    variants.first { $0.id(of: architecture) == candidate }
  }
}
