import LayerSpec
import MoEKernel
import ModelSpec

/// `ffn-forward`: every feed-forward layer of a model once.
public struct FeedForwardWorkload: MeasurableWorkload {
  /// The workload has no settings.
  public init() {}

  /// `ffn-forward`.
  public let kind = WorkloadKind.feedForward
  /// True, whatever the layers of a pairing: records of dense ones say how they would have been routed.
  public let routes = true
  /// Both dense counterparts; in a sweep the one against which the FLOP saving of routing is E/K.
  public let defaultBaselines: (run: [Baseline], sweep: [Baseline]) = (
    [.isoActive, .isoTotal], [.isoTotal]
  )

  /// Published claims between models, and models of many small experts against their dense counterparts.
  public func standardSuite(routings: [Routing]?) -> Suite? { .standard(routings: routings) }

  /// The architecture with other numbers of experts in its routed layers.
  public func variant(
    _ variant: SweepOptions.Variant, of architecture: Architecture
  ) throws(PlanError) -> Architecture {
    guard architecture.firstRoutedLayer != nil || variant == SweepOptions.Variant() else {
      throw .nothingToVary(id: architecture.id)
    }
    do {
      return try architecture.varyingRoutedLayers(variant)
    } catch {
      throw .impossibleVariant(id: architecture.id, variant, reason: "\(error)")
    }
  }

  /// The layers of both sides, as `Architecture.ffnGroups(against:)` counts them.
  ///
  /// - Throws: `PlanError` when the candidate routes nothing and the baseline needs it to.
  public func layers(of pairing: Pairing) throws(PlanError) -> PairedLayers {
    guard let groups = pairing.candidate.ffnGroups(against: pairing.baseline) else {
      throw .unpairable(
        reason: "\(pairing.candidate.id) routes no tokens, so it has no \(pairing.baseline.id) "
          + "counterpart; name another model with --baseline")
    }
    func layers(_ groups: [FFNGroup]) -> [PlannedLayer] {
      groups.map { PlannedLayer(FeedForwardLayer($0.layer), count: $0.count) }
    }
    return PairedLayers(
      baseline: layers(groups.baseline), candidate: layers(groups.candidate))
  }
}

/// A feed-forward layer, dense or routed, as it is measured.
struct FeedForwardLayer: MeasurableLayer {
  /// What it computes.
  let spec: FFNLayerSpec

  init(_ spec: FFNLayerSpec) { self.spec = spec }

  var name: String { spec.label }

  var narrowestWidth: Int { spec.narrowestWidth }

  func narrowed(by divisor: Int) -> FeedForwardLayer? {
    spec.dividingWidth(by: divisor).map(FeedForwardLayer.init)
  }

  private var routed: SparseLayerSpec? { spec.routed }

  var router: RouterShape? { routed.map(RouterShape.init) }

  var segments: WeightSegments? {
    routed.map { WeightSegments(count: $0.experts, least: $0.topK, noun: "experts") }
  }

  func check(_ workload: Workload, formats: FormatPlan) throws(UncountableLayer) {
    do {
      _ = try spec.checkedMatmulFLOPs(tokens: workload.tokens)
    } catch {
      throw UncountableLayer("\(error)")
    }
    if let router,
      case let order = RoutedInputs.factored(choices: router.choices, hidden: spec.hidden),
      order > RoutedInputs.mostFactored
    {
      throw UncountableLayer(
        "inputs that a router of \(router.choices) choices and \(spec.hidden) columns sends where a "
          + "routing wants them take a factor of \(order)×\(order) numbers, and this version makes "
          + "them up to \(RoutedInputs.mostFactored); measure a model of fewer experts")
    }
    try checkRows(formats)
  }

  /// Refuses formats in which a row of weights is no whole number of blocks.
  func checkRows(_ formats: FormatPlan) throws(UncountableLayer) {
    for (format, columns) in rowLengths(formats)
    where format.bytes(rows: 1, columns: columns) == nil {
      throw UncountableLayer(
        format.block.map {
          "rows of \(columns) weights are no whole number of the blocks of \($0.elements) that "
            + "\(format) stores; choose another --precision"
        } ?? "this version does not know the precision \(format)")
    }
  }

  /// Lengths of the rows that are stored in each format.
  private func rowLengths(_ formats: FormatPlan) -> [(WeightFormat, Int)] {
    let networks =
      switch spec {
      case .dense(let network): [network]
      case .sparse(let layer): [layer.expert] + (layer.shared.map { [$0.network] } ?? [])
      }
    let projections = routed?.latent.map { [$0.width, spec.hidden] } ?? []
    return networks.flatMap { [(formats.networks, $0.width), (formats.networks, $0.intermediate)] }
      + projections.map { (formats.projections, $0) }
  }

  func weightBytes(_ part: WeightPart, formats: FormatPlan) -> Int {
    // With one expert in place of D, operations count what is stored.
    func bytes(experts: Double) -> Double {
      spec.operations(tokens: 0, use: ExpertUse(distinctExperts: experts), formats: formats)
        .reduce(0) { $0 + $1.weightBytes }
    }
    let common = bytes(experts: 0)
    return Int((part == .segment ? bytes(experts: 1) - common : common).rounded())
  }

  func memoryBytes(
    residentSegments: Int?, workload: Workload, threads: Int, engine: any Engine,
    formats: FormatPlan
  ) -> Int {
    let layerBytes =
      switch spec {
      case .dense(let network):
        DenseLayer.bytes(
          for: network, maxTokens: workload.tokens, threads: threads, engine: engine,
          formats: formats)
      case .sparse(let layer):
        Saturating.sum(
          SparseLayer.bytes(
            for: layer, residentExperts: residentSegments ?? layer.experts,
            maxTokens: workload.tokens, threads: threads, engine: engine, formats: formats),
          RoutedInputs.bytes(choices: layer.choices, hidden: layer.hidden))
      }
    let batches = Saturating.product(
      Saturating.product(workload.tokens, Batches.count + 1),
      spec.hidden * MemoryLayout<Float>.size)
    return Saturating.sum(layerBytes, batches)
  }

  func operations(_ workload: Workload, formats: FormatPlan) -> [Operation] {
    spec.operations(
      tokens: workload.tokens,
      use: ExpertUse(distinctExperts: Double(mostDistinctExperts(tokens: workload.tokens))),
      formats: formats)
  }

  /// The most experts that a pass can reach: all, or K per token.
  private func mostDistinctExperts(tokens: Int) -> Int {
    guard let layer = routed else { return 0 }
    let (reached, overflow) = tokens.multipliedReportingOverflow(by: layer.topK)
    return overflow ? layer.experts : min(layer.experts, reached)
  }

  func prepare(
    _ plan: LayerPlan, for workload: Workload, with resources: PassResources
  ) -> any PreparedPass {
    PreparedFeedForward(
      spec, plan: plan, mostTokens: workload.tokens, resources: resources)
  }
}
