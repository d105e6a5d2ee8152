/// Factors that lead from the FLOP ratio to the time ratio: their product times `rest` is the
/// realised share.
public struct Explanation: Codable, Hashable, Sendable {
  /// One named cause.
  public struct Factor: Codable, Hashable, Sendable {
    /// The cause.
    public var name: Cause
    /// What the cause multiplies the ratio by: `baseline / candidate`.
    public var factor: Double
    /// What the cause multiplies the baseline's seconds by; 1 is no cost.
    public var baseline: Double
    /// What the cause multiplies the candidate's seconds by; 1 is no cost.
    public var candidate: Double

    /// One cause and what it costs each side.
    public init(_ name: Cause, baseline: Double, candidate: Double) {
      self.name = name
      self.factor = baseline / candidate
      self.baseline = baseline
      self.candidate = candidate
    }
  }

  /// The causes, in the order of the chain: first what counting says, then what was measured.
  public enum Cause: String, Codable, Hashable, Sendable, CaseIterable {
    /// Roofline seconds / FLOP seconds: weights of distinct experts come from memory, whatever the
    /// engine.
    case memoryTraffic = "memory-traffic"
    /// What tiles of fewer rows than the largest cost, at speeds measured in cache.
    case tileRemainder = "tile-remainder"
    /// Time in products / what the ceilings and the tiles allow.
    case engineShortfall = "engine-shortfall"
    /// Time of the busiest thread / mean of all threads, within products.
    case loadImbalance = "load-imbalance"
    /// Starting and joining threads around products.
    case synchronisation
    /// Router product and choice of experts.
    case router
    /// Sorting and gathering of rows before the experts, and weighted sums after them.
    case dispatchAndCombine = "dispatch-and-combine"
  }

  /// The causes, in the order of the chain.
  public var factors: [Factor]
  /// What no cause explains.
  public var rest: Double

  /// A chain of causes.
  public init(factors: [Factor], rest: Double) {
    self.factors = factors
    self.rest = rest
  }
}
