/// Factors that lead from the FLOP ratio to the time ratio: their product times `rest` is the
/// realised share.
public struct Explanation: Codable, Hashable, Sendable {
  /// One cause, and what it multiplies the ratio by.
  public struct Factor: Codable, Hashable, Sendable {
    /// The cause; no two factors of an explanation have the same.
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

  /// What a factor stands for.
  ///
  /// An open value: a phase of a later workload is a cause of its own name, and a record of a later version
  /// may name one that this version does not know, which is shown by its name.
  public struct Cause: RawRepresentable, Codable, Hashable, Sendable {
    /// The name: `memory-traffic`.
    public let rawValue: String

    /// The cause of that name, whether this version knows it or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// What a phase outside of products adds.
    public init(_ phase: Phase) { self.init(rawValue: phase.rawValue) }

    /// Roofline seconds / seconds of the FLOPs at peak: weights of distinct experts come from memory,
    /// whatever the engine.
    public static let memoryTraffic = Cause(rawValue: "memory-traffic")
    /// Roofline seconds at the rates that tiles of so many rows reach in cache / roofline seconds at
    /// peak: tiles of few rows leave vector units idle, where memory does not bound the layer anyway.
    ///
    /// 1 for an engine without tiles.
    public static let tileRemainder = Cause(rawValue: "tile-remainder")
    /// Multiplying, mean over the threads / what the ceilings and the tiles allow: what the engine, or
    /// a machine that gives less than at best, adds.
    public static let engineShortfall = Cause(rawValue: "engine-shortfall")
    /// Multiplying and waiting for the last thread / multiplying, means over the threads.
    public static let loadImbalance = Cause(rawValue: "load-imbalance")
    /// Wall-clock seconds of products / multiplying and waiting: waking threads and joining them.
    public static let synchronisation = Cause(rawValue: "synchronisation")
    /// Products and router / products: logits and choice of experts.
    public static let router = Cause(.router)
    /// All phases / products and router: sorting, gathering and staging of rows before the networks,
    /// and weighted sums after them.
    public static let dispatchAndCombine = Cause(.dispatchAndCombine)

    /// The causes that this version knows, in the order of the chain: first what counting says, then what
    /// was measured.
    public static var known: [Cause] { ofProducts + Phase.known.map(Cause.init) }

    /// The causes of every pass, in the order of the chain: what comes before its other phases.
    public static let ofProducts: [Cause] = [
      .memoryTraffic, .tileRemainder, .engineShortfall, .loadImbalance, .synchronisation,
    ]

    /// The causes of a workload of this kind; those of every pass for one that this version does not know.
    public static func causes(of kind: WorkloadKind) -> [Cause] {
      ofProducts + (kind.traits?.phases ?? []).map(Cause.init)
    }
  }

  /// The causes, in the order of the chain.
  public var factors: [Factor]
  /// The factor that no cause explains, 1 where the causes explain all.
  public var rest: Double

  /// Causes in the order of the chain, and the rest.
  public init(factors: [Factor], rest: Double) {
    self.factors = factors
    self.rest = rest
  }
}
