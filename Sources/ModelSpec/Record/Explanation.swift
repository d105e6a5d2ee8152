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
    /// Roofline seconds / seconds of the FLOPs at peak: weights of distinct experts come from memory,
    /// whatever the engine.
    case memoryTraffic = "memory-traffic"
    /// Roofline seconds at the rates that tiles of so many rows reach in cache / roofline seconds at
    /// peak: tiles of few rows leave vector units idle, where memory does not bound the layer anyway.
    ///
    /// 1 for an engine without tiles.
    case tileRemainder = "tile-remainder"
    /// Multiplying, mean over the threads / what the ceilings and the tiles allow: what the engine, or
    /// a machine that gives less than at best, adds.
    case engineShortfall = "engine-shortfall"
    /// Multiplying and waiting for the last thread / multiplying, means over the threads.
    case loadImbalance = "load-imbalance"
    /// Products on the wall's clock / multiplying and waiting: waking threads and joining them.
    case synchronisation
    /// Products and router / products: logits and choice of experts.
    case router
    /// All phases / products and router: sorting, gathering and staging of rows before the networks,
    /// and weighted sums after them.
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
