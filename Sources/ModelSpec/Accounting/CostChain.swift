import LayerSpec

/// The seconds of one side's pass, built up cause by cause from what its FLOPs alone would take.
///
/// Each step is what the step before it becomes when one more cause is counted, so the quotient of two
/// neighbours is what that cause multiplies the seconds by. The first steps are computed from the
/// operations and the machine's ceilings, the others are measured.
///
/// The FLOPs and bytes of a router are counted in the computed steps although its time is a step of
/// its own: they are less than a hundredth of a layer's.
public struct CostChain: Hashable, Sendable {
  /// FLOPs / peak: the seconds of the pass if nothing but arithmetic took time.
  public var flopSeconds: Double
  /// For each operation the larger of FLOPs / peak and bytes / read bandwidth.
  public var rooflineSeconds: Double
  /// `rooflineSeconds` with each tile computed at the rate that tiles of as many rows reach in
  /// cache.
  public var tiledSeconds: Double
  /// The measured seconds by phase, from which all later steps follow.
  public var phases: PhaseSeconds

  /// A chain of seconds that are known already; `multipliers` refuses those that are not positive.
  public init(
    flopSeconds: Double, rooflineSeconds: Double, tiledSeconds: Double, phases: PhaseSeconds
  ) {
    self.flopSeconds = flopSeconds
    self.rooflineSeconds = rooflineSeconds
    self.tiledSeconds = tiledSeconds
    self.phases = phases
  }

  /// The chain of layers that follow each other; `nil` where a peak is not known.
  public init?(
    _ work: [LayerWork], phases: PhaseSeconds, under ceilings: Ceilings,
    tiles: TileCut
  ) {
    guard let flops = work.flopSeconds(under: ceilings),
      let roofline = work.rooflineSeconds(under: ceilings),
      let tiled = work.tiledSeconds(under: ceilings, tiles: tiles)
    else { return nil }
    self.init(
      flopSeconds: flops, rooflineSeconds: roofline, tiledSeconds: tiled, phases: phases)
  }

  /// What each cause multiplies the seconds by, in the order of the chain: computing, products, and then
  /// one cause for each of `others`.
  ///
  /// - Parameter others: phases outside of products; one that this side does not have multiplies by 1.
  /// - Returns: `nil` where a step is not a positive number, as for a pass without tokens.
  public func multipliers(
    phases others: [Phase]
  ) -> [(cause: Explanation.Cause, multiplier: Double)]? {
    var steps: [(cause: Explanation.Cause?, seconds: Double)] = [
      (nil, flopSeconds), (.memoryTraffic, rooflineSeconds), (.tileRemainder, tiledSeconds),
      (.engineShortfall, phases.productBusySeconds),
      (.loadImbalance, phases.productBusySeconds + phases.productWaitingSeconds),
      (.synchronisation, phases.productSeconds),
    ]
    var seconds = phases.productSeconds
    for phase in others {
      seconds += phases[phase]
      steps.append((.init(phase), seconds))
    }
    guard steps.allSatisfy({ $0.seconds > 0 && $0.seconds.isFinite }) else { return nil }
    return zip(steps.dropFirst(), steps).compactMap { step, before in
      step.cause.map { ($0, step.seconds / before.seconds) }
    }
  }
}

extension Explanation {
  /// The causes that lead both sides from their FLOPs to their seconds.
  ///
  /// The rest is what the chains leave of the realised share, such as time outside all phases.
  ///
  /// - Returns: `nil` where a chain has no factors, or the share is not a positive number.
  public init?(baseline: CostChain, candidate: CostChain, realisedShare: Double) {
    let phases = Self.phases(of: [baseline, candidate])
    guard let baseline = baseline.multipliers(phases: phases),
      let candidate = candidate.multipliers(phases: phases),
      realisedShare > 0, realisedShare.isFinite
    else { return nil }
    factors = zip(baseline, candidate).map { baseline, candidate in
      Factor(baseline.cause, baseline: baseline.multiplier, candidate: candidate.multiplier)
    }
    rest = 1
    rest = realisedShare / product
  }

  /// The product of all factors and the rest: the realised share.
  public var product: Double { factors.reduce(rest) { $0 * $1.factor } }

  /// The phases that either side has: those that this version knows in their order, then others by
  /// name.
  private static func phases(of chains: [CostChain]) -> [Phase] {
    let others = chains.reduce(into: Set<Phase>()) { $0.formUnion($1.phases.others.keys) }
    return Phase.known.filter(others.contains)
      + others.subtracting(Phase.known).sorted { $0.rawValue < $1.rawValue }
  }
}
