import LayerSpec
import MoEKernel
import ModelSpec

/// `block-train`: every decoder block of a model once over one sequence, forward and backward, with the gradients
/// of its input and of all weights.
public struct BlockTrainWorkload: MeasurableWorkload {
  private let forward = BlockWorkload(.blockForward, named: .blockTrain)

  /// The workload has no settings.
  public init() {}

  /// `block-train`.
  public let kind = WorkloadKind.blockTrain

  /// Both dense counterparts; in a sweep the one of all parameters.
  public var defaultBaselines: (run: [Baseline], sweep: [Baseline]) { forward.defaultBaselines }

  /// A sequence of some length: a step of fewer tokens writes more gradients than it computes.
  public let defaultSizes = (
    run: WorkloadSizes(tokens: [256]), sweep: WorkloadSizes(tokens: [16, 64, 256, 1024])
  )

  /// The architecture with other numbers of experts in its routed layers.
  public func variant(
    _ variant: SweepOptions.Variant, of architecture: Architecture
  ) throws(PlanError) -> Architecture {
    try forward.variant(variant, of: architecture)
  }

  /// The blocks of both sides, as `block-forward` has them.
  public func layers(of pairing: Pairing) throws(PlanError) -> PairedLayers {
    TrainedBlock.inTraining(try forward.layers(of: pairing))
  }
}

/// A decoder block as its training step is measured.
struct TrainedBlock: LayerInTraining {
  let forward: DecoderBlockLayer

  init(_ forward: DecoderBlockLayer) { self.forward = forward }

  var spec: BlockSpec { forward.spec }

  var hidden: Int { spec.hidden }

  var experts: Int { spec.feedForward.routed?.experts ?? 0 }

  func check(_ workload: Workload, formats: FormatPlan) throws(UncountableLayer) {
    if let refusal = BlockStep.refusal(of: spec, formats: formats) {
      throw UncountableLayer(refusal)
    }
    try forward.check(workload, formats: formats)
    // The half has three times the FLOPs of a pass, which must be countable too.
    try TrainedLayer(FeedForwardLayer(spec.feedForward)).check(
      Workload(.trainStep, tokens: workload.tokens), formats: formats)
  }

  func stepBytes(tokens: Int, threads: Int, engine: any Engine, formats: FormatPlan) -> Int {
    BlockStep.bytes(
      for: spec, maxTokens: tokens, threads: threads, engine: engine, formats: formats)
  }

  func prepare(
    _ plan: LayerPlan, for workload: Workload, with resources: PassResources
  ) -> any PreparedPass {
    PreparedBlockTraining(spec, plan: plan, mostTokens: workload.tokens, resources: resources)
  }
}
