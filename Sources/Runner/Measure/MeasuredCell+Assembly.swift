import ModelSpec
import Statistics

extension MeasuredCell {
  /// The record of a measured cell.
  ///
  /// - Parameter cautions: what was noticed while it was timed.
  init(
    _ plan: CellPlan, baseline: PreparedSide, candidate: PreparedSide, rounds: [PairedRound],
    estimate: RatioEstimate, fractionCheck: FractionCheck? = nil, seed: UInt64,
    beside: [Ceiling], cautions: [String] = []
  ) {
    // The trial and the check ran the same batches, so what they ask of the machine was timed.
    candidateWork = candidate.work
    baselineWork = baseline.work
    sideResources = (plan.limits.baseline, plan.limits.candidate)
    let sides = Sides(
      baseline: Side(baseline, work: baselineWork, seconds: rounds.map(\.baselineSeconds).median),
      candidate: Side(
        candidate, work: candidateWork, seconds: rounds.map(\.candidateSeconds).median))
    let flopRatio = Double(sides.baseline.flops) / Double(sides.candidate.flops)
    var cell = Cell(
      candidate: plan.candidateID, baseline: plan.baselineID, workload: plan.workload,
      threads: plan.limits.threads, engine: plan.limits.candidate.engine.name,
      precision: plan.limits.candidate.formats.networks,
      routing: plan.routing.map { candidate.routingSummary($0, seed: seed) },
      flopRatio: flopRatio, timeRatio: estimate, realisedShare: estimate.median / flopRatio,
      sides: sides, rounds: rounds,
      cautions: cautions + Self.cautions(estimate, rounds, sides: [baseline, candidate]))
    cell.fractionCheck = fractionCheck
    if cell.scaled != nil, fractionCheck == nil {
      cell.cautions.append(
        "what measuring a fraction of the width does to the ratio was not measured; its interval does "
          + "not hold it")
    }
    measured = cell
    self.beside = beside
    mayStayInCache = [baseline, candidate].contains {
      $0.layers.contains(where: \.plan.mayStayInCache)
    }
  }

  /// An interval wider than this, high over low, says that the machine was busy with other things.
  private static let wideInterval = 1.10

  private static func cautions(
    _ estimate: RatioEstimate, _ rounds: [PairedRound], sides: [PreparedSide]
  ) -> [String] {
    var cautions: [String] = []
    let visits = Set(rounds.map(\.visit)).count
    if visits < RatioEstimate.fewestVisits {
      cautions.append(
        "measured in \(visits) \(visits == 1 ? "visit" : "visits") of \(RatioEstimate.fewestVisits), "
          + "since the run ended early; its interval may not hold what differs between visits")
    }
    if estimate.high / estimate.low > wideInterval {
      cautions.append(
        "the interval spans more than 10 %; measure again on an idle machine or with a larger "
          + "--budget")
    }
    let layers = sides.flatMap(\.layers)
    for plan in layers.map(\.plan) where plan.mayStayInCache {
      cautions.append(
        "\(plan.name) is so small that \(plan.copies) copies of it do not fill "
          + "\(Residence.fewestCaches) last-level caches; passes may have found its weights in a "
          + "cache")
    }
    for caution in layers.flatMap(\.pass.cautions) where !cautions.contains(caution) {
      cautions.append(caution)
    }
    return cautions
  }
}

extension PreparedSide {
  /// The routing of the first layer that routes, or what was asked for where none does.
  fileprivate func routingSummary(_ routing: Routing, seed: UInt64) -> RoutingSummary {
    for layer in layers {
      guard let router = layer.plan.full.layer.router else { continue }
      return RoutingSummary(
        routing, seed: seed, router: router, batches: layer.pass.routingStatistics)
    }
    return RoutingSummary(unrouted: routing, seed: seed)
  }
}

extension Side {
  fileprivate init(_ side: PreparedSide, work: [LayerWork], seconds: Double) {
    // A plan refuses layers whose FLOPs do not fit.
    self.init(
      flops: Int(work.flops), bytes: work.bytes, secondsMedian: seconds, scaled: side.scaled,
      residentExperts: side.residentSegments, phases: side.phases(ofPass: seconds),
      layers: side.groups)
  }
}
