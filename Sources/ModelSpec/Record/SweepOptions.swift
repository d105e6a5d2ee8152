/// The variants of one architecture that a sweep measured.
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

  /// One number of experts and one top-k.
  public struct Variant: Codable, Hashable, Sendable {
    /// E; `nil` for the architecture's own.
    public var experts: Int?
    /// K; `nil` for the architecture's own.
    public var topK: Int?

    /// E and K, each of them the architecture's own where it is not given.
    public init(experts: Int? = nil, topK: Int? = nil) {
      self.experts = experts
      self.topK = topK
    }

    /// Id of this variant of an architecture: `olmoe-1b-7b E=32 K=4`, and only the letters that were
    /// chosen.
    public func id(of architecture: String) -> String {
      architecture + (experts.map { " E=\($0)" } ?? "") + (topK.map { " K=\($0)" } ?? "")
    }

    /// The architecture and the variant that an id names, `olmoe-1b-7b E=32 K=4`; `nil` for other words
    /// after the architecture's id.
    public static func parse(id: String) -> (architecture: String, variant: Variant)? {
      let words = id.split(separator: " ")
      guard let architecture = words.first else { return nil }
      var variant = Variant()
      for word in words.dropFirst() {
        let parts = word.split(separator: "=")
        guard parts.count == 2, let value = Int(parts[1]), value > 0, value <= largestCount else {
          return nil
        }
        switch parts[0] {
        case "E": variant.experts = value
        case "K": variant.topK = value
        default: return nil
        }
      }
      return (String(architecture), variant)
    }

    /// More experts than any published layer has: what a file says beyond it is not counted.
    private static let largestCount = 4096
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
