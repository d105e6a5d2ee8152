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
    TrainedLayer.inTraining(try forward.layers(of: pairing))
  }
}

/// A feed-forward layer as its training step is measured.
struct TrainedLayer: LayerInTraining {
  let forward: FeedForwardLayer

  init(_ forward: FeedForwardLayer) { self.forward = forward }

  var spec: FFNLayerSpec { forward.spec }

  var hidden: Int { spec.hidden }

  var experts: Int { spec.routed?.experts ?? 0 }

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

  func stepBytes(tokens: Int, threads: Int, engine: any Engine, formats: FormatPlan) -> Int {
    let inputs = spec.routed.map { RoutedInputs.bytes(choices: $0.choices, hidden: $0.hidden) }
    return Saturating.sum(
      TrainingStep.bytes(
        for: spec, maxTokens: tokens, threads: threads, engine: engine, formats: formats),
      inputs ?? 0)
  }

  func prepare(
    _ plan: LayerPlan, for workload: Workload, with resources: PassResources
  ) -> any PreparedPass {
    PreparedTraining(spec, plan: plan, mostTokens: workload.tokens, resources: resources)
  }
}
