/// The seconds of one side's pass, built up cause by cause from what its FLOPs alone would take.
///
/// Each step is what the step before it becomes when one more cause is counted, so the quotient of two
/// neighbours is what that cause multiplies the seconds by. The first three steps are computed from
/// counts and the machine's ceilings, the others are measured.
///
/// FLOPs and bytes of a router are in the computed steps, though its time is a later one: they are below
/// a hundredth of a layer's, and one roofline holds for the whole layer.
public struct CostChain: Hashable, Sendable {
  /// FLOPs / peak.
  public var flopSeconds: Double
  /// For each layer the larger of FLOPs / peak and bytes / read bandwidth.
  public var rooflineSeconds: Double
  /// The same with every tile of rows at the rate that tiles of so many rows reach in cache.
  public var tiledSeconds: Double
  /// Where the measured seconds went.
  public var phases: PhaseSeconds

  /// The chain of one side.
  public init(
    flopSeconds: Double, rooflineSeconds: Double, tiledSeconds: Double, phases: PhaseSeconds
  ) {
    self.flopSeconds = flopSeconds
    self.rooflineSeconds = rooflineSeconds
    self.tiledSeconds = tiledSeconds
    self.phases = phases
  }

  /// The chain of layers that follow each other.
  public init(_ work: [LayerWork], phases: PhaseSeconds, under ceiling: Ceiling) {
    self.init(
      flopSeconds: work.flopSeconds(under: ceiling),
      rooflineSeconds: work.rooflineSeconds(under: ceiling),
      tiledSeconds: work.tiledSeconds(under: ceiling), phases: phases)
  }

  /// What each cause multiplies the seconds by, in the order of `Explanation.Cause.allCases`.
  ///
  /// `nil` where a step is not a positive number, as for a pass without tokens.
  public var multipliers: [Double]? {
    let multiplying = phases.productBusySeconds + phases.productWaitingSeconds
    let routed = phases.productSeconds + phases.routerSeconds
    let steps = [
      flopSeconds, rooflineSeconds, tiledSeconds, phases.productBusySeconds, multiplying,
      phases.productSeconds, routed, routed + phases.dispatchAndCombineSeconds,
    ]
    guard steps.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    return zip(steps.dropFirst(), steps).map { $0 / $1 }
  }
}

extension Explanation {
  /// The causes that lead both sides from their FLOPs to their seconds.
  ///
  /// The rest is what the chains leave of the realised share, such as time outside all phases.
  ///
  /// - Returns: `nil` where a chain has no factors, or the share is not a positive number.
  public init?(baseline: CostChain, candidate: CostChain, realisedShare: Double) {
    guard let baseline = baseline.multipliers, let candidate = candidate.multipliers,
      realisedShare > 0, realisedShare.isFinite
    else { return nil }
    factors = zip(Cause.allCases, zip(baseline, candidate)).map { cause, costs in
      Factor(cause, baseline: costs.0, candidate: costs.1)
    }
    rest = 1
    rest = realisedShare / product
  }

  /// The product of all factors and the rest: the realised share.
  public var product: Double { factors.reduce(rest) { $0 * $1.factor } }
}
