import LayerSpec
import MoEKernel
import ModelSpec

extension MeasuredCell {
  /// The record of a measured cell.
  init(
    _ plan: CellPlan, baseline: PreparedSide, candidate: PreparedSide, rounds: [PairedRound],
    estimate: RatioEstimate, engine: Engine, request: RunRequest, beside: Ceiling?
  ) {
    // The trial and the check ran the same batches, so counting them again tells what was timed.
    let routings = candidate.layers.map { $0.routingStatistics() }
    candidateWork = candidate.work(tokens: plan.tokens, routings: routings, engine: engine)
    baselineWork = baseline.work(
      tokens: plan.tokens, routings: baseline.layers.map { $0.routingStatistics() },
      engine: engine)
    let sides = Sides(
      baseline: Side(
        baseline, work: baselineWork, seconds: rounds.map(\.baselineSeconds).median),
      candidate: Side(
        candidate, work: candidateWork, seconds: rounds.map(\.candidateSeconds).median))
    let flopRatio = Double(sides.baseline.flops) / Double(sides.candidate.flops)
    measured = Cell(
      candidate: plan.comparison.candidate.id, baseline: plan.comparison.baseline.id,
      workload: "ffn-forward", tokens: plan.tokens, threads: request.threads, engine: engine.name,
      precision: engine.precision,
      routing: RoutingSummary(
        plan.routing, seed: request.seed, routed: candidate.routedLayer,
        batches: routings.first { !$0.isEmpty } ?? [RoutingStatistics(tokensPerExpert: [])]),
      flopRatio: flopRatio, timeRatio: estimate, realisedShare: estimate.median / flopRatio,
      sides: sides, rounds: rounds,
      cautions: Self.cautions(plan, estimate: estimate, sides: [baseline, candidate]))
    self.beside = beside
  }

  /// An interval wider than this, high over low, says that the machine was busy with other things.
  private static let wideInterval = 1.10

  private static func cautions(
    _ plan: CellPlan, estimate: RatioEstimate, sides: [PreparedSide]
  ) -> [String] {
    var cautions: [String] = []
    if estimate.high / estimate.low > wideInterval {
      cautions.append(
        "the interval spans more than 10 %; measure again on an idle machine or with a larger "
          + "--budget")
    }
    for plan in sides.flatMap(\.layers).map(\.plan) where plan.mayStayInCache {
      cautions.append(
        "\(plan.name) is so small that \(plan.copies) copies of it do not fill "
          + "\(LayerPlan.cacheMultiple) last-level caches; passes may have found its weights in a "
          + "cache")
    }
    if let trace = plan.routing.trace, trace.tokens < LayerInstance.batchCount * plan.tokens {
      cautions.append(
        "\(LayerInstance.batchCount) different batches take more than the \(trace.tokens) tokens of "
          + "the trace, so they share tokens")
    }
    for case .sparse(let layer) in sides.flatMap(\.layers).map(\.plan.full.layer)
    where layer.identityExperts > 0 {
      cautions.append(
        "\(layer.identityExperts) of the router's choices return the token unchanged; FLOPs count "
          + "every choice as a computing expert")
    }
    return cautions
  }
}

extension PreparedSide {
  /// The first routed layer, whose routing is recorded; `nil` when there is none.
  fileprivate var routedLayer: SparseLayerSpec? {
    for case .sparse(let layer) in layers.map(\.plan.full.layer) { return layer }
    return nil
  }

  /// What the layers of a pass at full size ask of the machine, with the experts that the batches
  /// reach.
  ///
  /// - Parameter routings: how the batches of each layer used its experts.
  fileprivate func work(
    tokens: Int, routings: [[RoutingStatistics]], engine: Engine
  ) -> [LayerWork] {
    zip(layers, routings).map { layer, statistics in
      let full = layer.plan.full
      let distinct =
        statistics.isEmpty
        ? 0
        : statistics.reduce(0.0) { $0 + Double($1.distinctExperts) } / Double(statistics.count)
      return LayerWork(
        count: full.count, flops: full.layer.matmulFLOPs(tokens: tokens),
        bytes: full.layer.bytes(
          tokens: tokens, distinctExperts: distinct, precision: engine.precision),
        tileFlops: full.layer.tileFLOPs(tokens: tokens, batches: statistics, engine: engine))
    }
  }
}

extension Side {
  fileprivate init(_ side: PreparedSide, work: [LayerWork], seconds: Double) {
    self.init(
      flops: work.reduce(0) { $0 + $1.count * $1.flops },
      bytes: work.reduce(0) { $0 + $1.count * $1.bytes }, secondsMedian: seconds,
      scaled: side.scaled, residentExperts: side.residentExperts,
      phases: side.phases(ofPass: seconds), layers: side.groups)
  }
}
