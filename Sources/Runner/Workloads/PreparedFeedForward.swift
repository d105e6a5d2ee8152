import LayerSpec
import MoEKernel
import ModelSpec
import Statistics

/// A feed-forward layer in memory with the inputs of a cell.
final class PreparedFeedForward: PreparedPass {
  private let full: FFNLayerSpec
  private let measured: FFNLayerSpec
  private let divisor: Int
  private let resources: PassResources

  /// Copies that passes take in turn, all with the same weights: inputs are made for one router, and one
  /// copy is checked.
  private let copies: [any ExecutableLayer<FeedForwardWorkspace>]
  private let workspace: FeedForwardWorkspace
  private let drawn: FeedForwardBatches
  private var nextCopy = 0
  /// What the output is of; `nil` before the first pass.
  private var last: (batch: Int, copy: Int)?

  private var batches: [Matrix] { drawn.inputs }
  private var output: Matrix
  private var workload = Workload(.feedForward, tokens: 0)
  /// How the loaded batches were routed, each once a pass has seen it.
  private var countedRouting: [RoutingStatistics?] = []
  /// What the first check found right for sampled tokens of the first batch; `nil` before it.
  private var reference: (tokens: [Int], outputs: [[Double]])?

  /// Allocates the weights and fills them from the seed.
  init(
    _ measured: FFNLayerSpec, plan: LayerPlan, mostTokens: Int, resources: PassResources
  ) {
    guard let full = plan.full.layer as? FeedForwardLayer else {
      preconditionFailure("\(plan.full.layer.name) is no feed-forward layer")
    }
    self.full = full.spec
    self.measured = measured
    self.resources = resources
    divisor = plan.divisor
    let (engine, formats, pool) = (resources.engine, resources.formats, resources.pool)
    switch measured {
    case .dense(let network):
      let layers = (0..<plan.copies).map { _ in
        DenseLayer(
          spec: network, seed: resources.seed, engine: engine, formats: formats, pool: pool,
          in: resources.memory)
      }
      workspace = layers[0].makeWorkspace(maxTokens: mostTokens, pool: pool)
      copies = layers
      drawn = FeedForwardBatches(measured, router: nil)
    case .sparse(let layer):
      let layers = (0..<plan.copies).map { _ in
        SparseLayer(
          spec: layer, seed: resources.seed,
          residentExperts: plan.residentSegments ?? layer.experts, engine: engine, formats: formats,
          pool: pool, in: resources.memory)
      }
      workspace = layers[0].makeWorkspace(maxTokens: mostTokens, pool: pool)
      copies = layers
      drawn = FeedForwardBatches(measured, router: layers[0].routerWeights)
    }
    output = Matrix(rows: 0, columns: measured.hidden)
  }

  /// Draws the batches; a routed layer gets inputs that its router sends as wanted.
  func load(_ workload: Workload, routing: Routing, seed: UInt64) {
    self.workload = workload
    drawn.load(tokens: workload.tokens, routing: routing, seed: seed)
    output = Matrix(rows: workload.tokens, columns: measured.hidden)
    last = nil
    reference = nil
    countedRouting = Array(repeating: nil, count: Batches.count)
  }

  /// Of passes over the loaded batches; those that none went over yet get one.
  var routingStatistics: [RoutingStatistics] {
    guard measured.routed != nil else { return [] }
    return batches.indices.map { batch in
      if countedRouting[batch] == nil {
        forward(batch, copy: 0)
        countRouting(of: batch)
      }
      return countedRouting[batch] ?? RoutingStatistics(tokensPerExpert: [])
    }
  }

  /// Keeps how the last pass sent its tokens, which were those of a batch.
  private func countRouting(of batch: Int) {
    countedRouting[batch] = RoutingStatistics(tokensPerExpert: workspace.tokensPerExpert)
  }

  /// Runs one pass on the batch of its number and on the next copy.
  ///
  /// At full width, threads multiply as many times longer as the width is larger; waking them, waiting for
  /// the last and joining takes what it took, and so does the rest (router, dispatch, combine).
  func pass(_ number: Int) -> PassTime {
    let batch = number % batches.count
    let watch = Stopwatch()
    forward(batch, copy: nextCopy)
    let seconds = watch.seconds
    if measured.routed != nil && countedRouting[batch] == nil { countRouting(of: batch) }
    nextCopy = (nextCopy + 1) % copies.count
    let narrowed = Double(divisor - 1) * workspace.phases.networks.busy
    return PassTime(
      measured: seconds, atFullWidth: seconds + narrowed,
      phases: PhaseSeconds(workspace.phases, divisor: divisor))
  }

  var operations: [Operation] {
    full.operations(
      tokens: workload.tokens,
      use: ExpertUse(tokensPerExpert: routingStatistics.map(\.tokensPerExpert)),
      formats: resources.formats)
  }

  /// The routing first, for a wrong one would also spoil the output.
  ///
  /// The reference is computed at the first check of a batch, since weights and inputs stay what they are.
  func check(seed: UInt64) throws(PassFault) {
    if let (batch, token) = misroutedToken() { throw .misrouted(batch: batch, token: token) }
    let error = outputError(sampling: OutputCheck.sample(tokens: workload.tokens, seed: seed))
    let tolerance = OutputCheck.tolerance(
      for: measured, engine: resources.engine, formats: resources.formats)
    guard error <= tolerance else { throw .wrongOutput(error: error, tolerance: tolerance) }
  }

  private func misroutedToken() -> (batch: Int, token: Int)? {
    drawn.misroutedToken(pass: { forward($0, copy: 0) }, experts: workspace.experts(ofToken:))
  }

  /// max|y − ŷ| / max|ŷ| over the sampled tokens, or infinity where an output is not a number.
  private func outputError(sampling tokens: [Int]) -> Double {
    let input = batches[0]
    // A first trial left just this output.
    if last ?? (-1, 0) != (0, 0) { forward(0, copy: 0) }
    let known = reference.flatMap { $0.tokens == tokens ? $0.outputs : nil }
    let expected =
      known ?? copies[0].referenceOutputs(of: input, tokens: tokens, pool: resources.pool)
    reference = (tokens, expected)
    return zip(tokens, expected).reduce(0) { worst, sample in
      max(worst, OutputCheck.relativeError(output.row(sample.0), expected: sample.1))
    }
  }

  var cautions: [String] { drawn.cautions(of: full) }

  private func forward(_ batch: Int, copy: Int) {
    copies[copy].forward(
      batches[batch], into: output, workspace: workspace, pool: resources.pool)
    last = (batch, copy)
  }
}

extension PhaseSeconds {
  /// The phases of a pass as they would be at full width, where threads multiply `divisor` times as long.
  init(_ pass: PassPhases, divisor: Int) {
    let narrowed = Double(divisor - 1) * pass.networks.busy
    self.init(
      productSeconds: pass.networks.wall + narrowed + pass.projections.wall,
      productBusySeconds: pass.networks.busy + narrowed + pass.projections.busy,
      productWaitingSeconds: pass.networks.waiting + pass.projections.waiting,
      others: [
        .router: pass.routerSeconds,
        .dispatchAndCombine: pass.dispatchSeconds + pass.combineSeconds,
      ])
  }
}
