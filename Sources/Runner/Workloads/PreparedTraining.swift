import LayerSpec
import MoEKernel
import ModelSpec
import Statistics

/// A feed-forward layer in memory, with its gradients and the inputs of a cell.
///
/// Copies take steps in turn and share gradients and scratch.
final class PreparedTraining: PreparedPass {
  private let full: FFNLayerSpec
  private let measured: FFNLayerSpec
  private let divisor: Int
  private let resources: PassResources
  private let copies: [TrainableLayer]
  private let step: TrainingStep
  private let drawn: FeedForwardBatches
  private var nextCopy = 0
  private var workload = Workload(.trainStep, tokens: 0)
  private var cotangent: Matrix
  private var output: Matrix
  private var inputGradient: Matrix
  /// How the loaded batches were routed, each once a step has seen it.
  private var countedRouting: [RoutingStatistics?] = []
  /// Whether the first batch was found right.
  private var isChecked = false

  /// Allocates weights and gradients, and fills the weights from the seed.
  init(_ measured: FFNLayerSpec, plan: LayerPlan, mostTokens: Int, resources: PassResources) {
    guard let full = plan.full.layer as? TrainedLayer else {
      preconditionFailure("\(plan.full.layer.name) is no layer that is trained")
    }
    self.full = full.spec
    self.measured = measured
    self.resources = resources
    divisor = plan.divisor
    let (engine, formats, pool) = (resources.engine, resources.formats, resources.pool)
    var router: Matrix?
    switch measured {
    case .dense(let network):
      copies = (0..<plan.copies).map { _ in
        .dense(
          DenseLayer(
            spec: network, seed: resources.seed, engine: engine, formats: formats, pool: pool,
            in: resources.memory))
      }
    case .sparse(let spec):
      let layers = (0..<plan.copies).map { _ in
        SparseLayer(
          spec: spec, seed: resources.seed, residentExperts: spec.experts, engine: engine,
          formats: formats, pool: pool, in: resources.memory)
      }
      router = layers[0].routerWeights
      copies = layers.map { .sparse($0) }
    }
    step = TrainingStep(copies[0], maxTokens: mostTokens, pool: pool)
    drawn = FeedForwardBatches(measured, router: router)
    let none = { Matrix(rows: 0, columns: measured.hidden) }
    (cotangent, output, inputGradient) = (none(), none(), none())
  }

  /// Draws the batches and one gradient by the output for all of them.
  func load(_ workload: Workload, routing: Routing, seed: UInt64) {
    self.workload = workload
    let (tokens, hidden) = (workload.tokens, measured.hidden)
    drawn.load(tokens: tokens, routing: routing, seed: seed)
    var noise = SeededGenerator(seed: seed, purpose: "gradients of outputs")
    cotangent = Matrix(rows: tokens, columns: hidden)
    for row in 0..<tokens { cotangent.setRow(row, to: noise.normals(count: hidden)) }
    output = Matrix(rows: tokens, columns: hidden)
    inputGradient = Matrix(rows: tokens, columns: hidden)
    countedRouting = Array(repeating: nil, count: Batches.count)
    isChecked = false
  }

  /// Of steps over the loaded batches; those that none went over yet get one.
  var routingStatistics: [RoutingStatistics] {
    guard measured.routed != nil else { return [] }
    return drawn.inputs.indices.map { batch in
      if countedRouting[batch] == nil { run(batch, copy: 0) }
      return countedRouting[batch] ?? RoutingStatistics(tokensPerExpert: [])
    }
  }

  /// Runs one step on the batch of its number and on the next copy.
  ///
  /// At full width, threads multiply as many times longer as the width is larger, as in a forward pass.
  func pass(_ number: Int) -> PassTime {
    let batch = number % drawn.inputs.count
    step.use(copies[nextCopy])
    let watch = Stopwatch()
    step.run(
      drawn.inputs[batch], cotangent: cotangent, into: output, inputGradient: inputGradient,
      pool: resources.pool)
    let seconds = watch.seconds
    countRouting(of: batch)
    nextCopy = (nextCopy + 1) % copies.count
    let phases = step.workspace.phases
    return PassTime(
      measured: seconds,
      atFullWidth: seconds + Double(divisor - 1) * phases.networks.busy,
      phases: PhaseSeconds(phases, divisor: divisor))
  }

  private func run(_ batch: Int, copy: Int) {
    step.use(copies[copy])
    step.run(
      drawn.inputs[batch], cotangent: cotangent, into: output, inputGradient: inputGradient,
      pool: resources.pool)
    countRouting(of: batch)
  }

  private func countRouting(of batch: Int) {
    guard measured.routed != nil, countedRouting[batch] == nil else { return }
    countedRouting[batch] = RoutingStatistics(tokensPerExpert: step.workspace.tokensPerExpert)
  }

  var operations: [ModelSpec.Operation] {
    full.operations(
      tokens: workload.tokens,
      use: ExpertUse(tokensPerExpert: routingStatistics.map(\.tokensPerExpert)),
      formats: resources.formats
    ).trained
  }

  /// Outputs and gradients by the input of sampled tokens, and gradients of sampled weights; once for the loaded
  /// batches, since weights and inputs stay what they are.
  func check(seed: UInt64) throws(PassFault) {
    if let (batch, token) = drawn.misroutedToken(
      pass: { run($0, copy: 0) }, experts: step.workspace.experts(ofToken:))
    {
      throw .misrouted(batch: batch, token: token)
    }
    guard !isChecked, workload.tokens > 0 else { return }
    run(0, copy: 0)
    let tokens = OutputCheck.sample(tokens: workload.tokens, seed: seed)
    let input = drawn.inputs[0]
    var error = 0.0
    for (token, expected) in zip(
      tokens, copies[0].referenceOutputs(of: input, tokens: tokens, pool: resources.pool))
    {
      error = max(error, OutputCheck.relativeError(output.row(token), expected: expected))
    }
    for sample in step.samples(
      of: input, cotangent: cotangent, inputGradient: inputGradient, tokens: tokens,
      unit: Int(truncatingIfNeeded: seed % Self.manyUnits), pool: resources.pool)
    {
      error = max(
        error, OutputCheck.relativeError(sample.values, expected: sample.expected))
    }
    let tolerance = OutputCheck.trainingTolerance(
      for: measured, tokens: workload.tokens, engine: resources.engine, formats: resources.formats)
    guard error <= tolerance else { throw .wrongOutput(error: error, tolerance: tolerance) }
    isChecked = true
  }

  /// More than any layer has hidden units.
  private static let manyUnits: UInt64 = 1 << 20

  var cautions: [String] {
    var cautions = drawn.cautions(of: full)
    if copies.count > Self.mostCopies {
      cautions.append(
        "the gradients of so small a layer may stay in a cache from step to step")
    }
    return cautions
  }

  /// Copies are as many as fill eight last-level caches: gradients of one, and the weights of another, are more
  /// than one cache up to here.
  private static let mostCopies = 16
}
