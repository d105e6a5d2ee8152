import LayerSpec
import MoEKernel
import ModelSpec

/// A layer as its training step is measured: what it shares with its forward pass, and what a step has besides.
///
/// All of its experts are in memory: one that stood for several would have the gradients of all of them.
protocol LayerInTraining: MeasurableLayer {
  /// The same layer as its forward pass is measured.
  associatedtype Forward: MeasurableLayer

  var forward: Forward { get }

  init(_ forward: Forward)

  /// H.
  var hidden: Int { get }

  /// Routed experts of the layer; 0 of a dense one.
  var experts: Int { get }

  /// Bytes of the layer with its gradients and all that a step of so many tokens needs but inputs and outputs;
  /// `Int.max` where they cannot be counted.
  func stepBytes(tokens: Int, threads: Int, engine: any Engine, formats: FormatPlan) -> Int
}

extension LayerInTraining {
  var name: String { forward.name }

  var narrowestWidth: Int { forward.narrowestWidth }

  func narrowed(by divisor: Int) -> Self? { forward.narrowed(by: divisor).map(Self.init) }

  var segments: WeightSegments? { nil }

  var router: RouterShape? { forward.router }

  func weightBytes(_ part: WeightPart, formats: FormatPlan) -> Int {
    part == .segment
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
      Saturating.product(workload.tokens, Batches.count + 3), hidden * MemoryLayout<Float>.size)
    return Saturating.sum(
      stepBytes(
        tokens: workload.tokens, threads: threads, engine: engine, formats: formats), rows)
  }

  func operations(_ workload: Workload, formats: FormatPlan) -> [ModelSpec.Operation] {
    forward.operations(workload, formats: formats).trained
  }

  /// The layers of both sides of a pairing's forward passes, in training.
  static func inTraining(_ layers: PairedLayers) -> PairedLayers {
    func trained(_ layers: [PlannedLayer]) -> [PlannedLayer] {
      layers.map { planned in
        guard let layer = planned.layer as? Forward else {
          preconditionFailure("\(planned.layer.name) is no \(Forward.self)")
        }
        return PlannedLayer(Self(layer), count: planned.count)
      }
    }
    return PairedLayers(
      baseline: trained(layers.baseline), candidate: trained(layers.candidate))
  }
}
