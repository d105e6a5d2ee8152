import LayerSpec
import MoEKernel
import ModelSpec

/// `block-train`: every decoder block of a model once over one sequence, forward and backward, with the gradients
/// of its input and of all weights.
public struct BlockTrainWorkload: MeasurableWorkload {
  private let forward = BlockWorkload(.blockForward)

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
    func trained(_ layers: [PlannedLayer]) -> [PlannedLayer] {
      layers.map { planned in
        guard let layer = planned.layer as? DecoderBlockLayer else {
          preconditionFailure("\(planned.layer.name) is no decoder block")
        }
        return PlannedLayer(TrainedBlock(layer), count: planned.count)
      }
    }
    let layers = try forward.layers(of: pairing)
    return PairedLayers(
      baseline: trained(layers.baseline), candidate: trained(layers.candidate))
  }
}

/// A decoder block as its training step is measured, with all of its experts in memory.
struct TrainedBlock: MeasurableLayer {
  let forward: DecoderBlockLayer

  init(_ forward: DecoderBlockLayer) { self.forward = forward }

  var spec: BlockSpec { forward.spec }

  var name: String { forward.name }

  var narrowestWidth: Int { forward.narrowestWidth }

  func narrowed(by divisor: Int) -> TrainedBlock? {
    forward.narrowed(by: divisor).map(TrainedBlock.init)
  }

  var segments: WeightSegments? { nil }

  var router: RouterShape? { forward.router }

  func check(_ workload: Workload, formats: FormatPlan) throws(UncountableLayer) {
    if let refusal = BlockStep.refusal(of: spec, formats: formats) {
      throw UncountableLayer(refusal)
    }
    try forward.check(workload, formats: formats)
    // The half has three times the FLOPs of a pass, which must be countable too.
    try TrainedLayer(FeedForwardLayer(spec.feedForward)).check(
      Workload(.trainStep, tokens: workload.tokens), formats: formats)
  }

  func weightBytes(_ part: WeightPart, formats: FormatPlan) -> Int {
    let experts = spec.feedForward.routed?.experts ?? 0
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
    // Batches and their cotangent, the output and the gradient by the input.
    let rows = Saturating.product(
      Saturating.product(workload.tokens, Batches.count + 3),
      spec.hidden * MemoryLayout<Float>.size)
    return Saturating.sum(
      BlockStep.bytes(
        for: spec, maxTokens: workload.tokens, threads: threads, engine: engine, formats: formats),
      rows)
  }

  func operations(_ workload: Workload, formats: FormatPlan) -> [ModelSpec.Operation] {
    forward.operations(workload, formats: formats).trained
  }

  func prepare(
    _ plan: LayerPlan, for workload: Workload, with resources: PassResources
  ) -> any PreparedPass {
    PreparedBlockTraining(spec, plan: plan, mostTokens: workload.tokens, resources: resources)
  }
}
