import LayerSpec
import MoEKernel
import ModelSpec

/// `train-step`: every feed-forward layer of a model once, forward and backward, with the gradients of its input
/// and of all weights.
public struct TrainStepWorkload: MeasurableWorkload {
  private let forward = FeedForwardWorkload()

  /// The workload has no settings.
  public init() {}

  /// `train-step`.
  public let kind = WorkloadKind.trainStep
  /// True, as for the forward pass.
  public let routes = true

  /// Both dense counterparts; in a sweep the one of all parameters.
  public var defaultBaselines: (run: [Baseline], sweep: [Baseline]) { forward.defaultBaselines }

  /// Batches of a few sequences: a step of fewer tokens writes more gradients than it computes.
  public let defaultSizes = (
    run: WorkloadSizes(tokens: [256]), sweep: WorkloadSizes(tokens: [16, 64, 256, 1024])
  )

  /// The architecture with other numbers of experts in its routed layers.
  public func variant(
    _ variant: SweepOptions.Variant, of architecture: Architecture
  ) throws(PlanError) -> Architecture {
    try forward.variant(variant, of: architecture)
  }

  /// The layers of both sides, as `ffn-forward` has them.
  public func layers(of pairing: Pairing) throws(PlanError) -> PairedLayers {
    func trained(_ layers: [PlannedLayer]) -> [PlannedLayer] {
      layers.map { planned in
        guard let layer = planned.layer as? FeedForwardLayer else {
          preconditionFailure("\(planned.layer.name) is no feed-forward layer")
        }
        return PlannedLayer(TrainedLayer(layer), count: planned.count)
      }
    }
    let layers = try forward.layers(of: pairing)
    return PairedLayers(
      baseline: trained(layers.baseline), candidate: trained(layers.candidate))
  }
}

/// A feed-forward layer as its training step is measured.
///
/// All of its experts are in memory: one that stood for several would have the gradients of all of them.
struct TrainedLayer: MeasurableLayer {
  let forward: FeedForwardLayer

  init(_ forward: FeedForwardLayer) { self.forward = forward }

  var spec: FFNLayerSpec { forward.spec }

  var name: String { forward.name }

  var narrowestWidth: Int { forward.narrowestWidth }

  func narrowed(by divisor: Int) -> TrainedLayer? {
    forward.narrowed(by: divisor).map(TrainedLayer.init)
  }

  var segments: WeightSegments? { nil }

  var router: RouterShape? { forward.router }

  func check(_ workload: Workload, formats: FormatPlan) throws(UncountableLayer) {
    if let refusal = TrainableLayer.refusal(of: spec, formats: formats) {
      throw UncountableLayer(refusal)
    }
    try forward.check(workload, formats: formats)
    // A step has three times the FLOPs of a pass, which must be countable too.
    let (_, overflow) = workload.tokens.multipliedReportingOverflow(by: 3)
    guard !overflow else { throw UncountableLayer("\(workload.tokens) tokens are too many") }
    try forward.check(Workload(workload.kind, tokens: 3 * workload.tokens), formats: formats)
  }

  func weightBytes(_ part: WeightPart, formats: FormatPlan) -> Int {
    let experts = spec.routed?.experts ?? 0
    return part == .segment
      ? 0
      : forward.weightBytes(.common, formats: formats)
        + experts * forward.weightBytes(.segment, formats: formats)
  }

  /// Weights alone of a pass without tokens, which are what lies in an arena; gradients belong to a pass.
  func memoryBytes(
    residentSegments: Int?, workload: Workload, threads: Int, engine: any Engine,
    formats: FormatPlan
  ) -> Int {
    guard workload.tokens > 0 else {
      return forward.memoryBytes(
        residentSegments: nil, workload: workload, threads: threads, engine: engine,
        formats: formats)
    }
    let inputs = spec.routed.map { RoutedInputs.bytes(choices: $0.choices, hidden: $0.hidden) }
    // Batches and their cotangent, the output and the gradient by the input.
    let rows = Saturating.product(
      Saturating.product(workload.tokens, Batches.count + 3),
      spec.hidden * MemoryLayout<Float>.size)
    return Saturating.sum([
      TrainingStep.bytes(
        for: spec, maxTokens: workload.tokens, threads: threads, engine: engine, formats: formats),
      inputs ?? 0, rows,
    ])
  }

  func operations(_ workload: Workload, formats: FormatPlan) -> [ModelSpec.Operation] {
    forward.operations(workload, formats: formats).trained
  }

  func prepare(
    _ plan: LayerPlan, for workload: Workload, with resources: PassResources
  ) -> any PreparedPass {
    PreparedTraining(spec, plan: plan, mostTokens: workload.tokens, resources: resources)
  }
}
