import ModelSpec

/// The time ratio of one comparison over tokens per pass, everything else equal.
public struct Curve: Hashable, Sendable {
  /// Id of the architecture under test.
  public var candidate: String
  /// Id of what it is held against.
  public var baseline: String
  /// What all points share: `uniform routing, tile, f32, 2 threads`.
  public var conditions: String
  /// Points with ascending tokens, at least two.
  public var points: [Point]

  /// One token count.
  public struct Point: Hashable, Sendable {
    /// Tokens per pass.
    public var tokens: Int
    /// Baseline FLOPs / candidate FLOPs.
    public var flopRatio: Double
    /// What the ceilings allow; `nil` without ceilings.
    public var rooflineRatio: Double?
    /// What was measured.
    public var timeRatio: RatioEstimate
    /// S-MFU: the candidate's FLOPs of a pass / seconds / peak (MoE-CAP, arXiv 2412.07067); `nil`
    /// without ceilings.
    public var modelFLOPsUtilisation: Double?
    /// S-MBU: bytes of the experts that were really read / seconds / read bandwidth (same source);
    /// `nil` without ceilings.
    public var modelBandwidthUtilisation: Double?
    /// D, experts of one layer that a pass reads; `nil` where it is not known.
    public var distinctExperts: Double? = nil
    /// Tokens of an expert that is read, on average; `nil` where it is not known.
    public var tokensPerExpert: Double? = nil
  }

  /// Fewest points of a curve that is taken from a record: fewer have nothing between their ends.
  static let fewestPoints = 3
}

extension Curve.Point {
  /// Time ratio / FLOP ratio.
  public var realisedShare: Double { timeRatio.median / flopRatio }

  /// Roofline ratio / FLOP ratio: what this machine could realise at best; `nil` without ceilings.
  public var realisableShare: Double? { rooflineRatio.map { $0 / flopRatio } }
}
