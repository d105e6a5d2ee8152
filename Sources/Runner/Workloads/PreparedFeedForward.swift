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
  private let routedInputs: RoutedInputs?
  private var nextCopy = 0
  /// What the output is of; `nil` before the first pass.
  private var last: (batch: Int, copy: Int)?

  private var batches: [Matrix] = []
  private var output: Matrix
  private var workload = Workload(.feedForward, tokens: 0)
  /// What the trace of the loaded batches is, `nil` when none is replayed.
  private var replayed: (cursor: TraceCursor, trace: RoutingTrace)?
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
      routedInputs = nil
    case .sparse(let layer):
      let layers = (0..<plan.copies).map { _ in
        SparseLayer(
          spec: layer, seed: resources.seed,
          residentExperts: plan.residentSegments ?? layer.experts, engine: engine, formats: formats,
          pool: pool, in: resources.memory)
      }
      workspace = layers[0].makeWorkspace(maxTokens: mostTokens, pool: pool)
      copies = layers
      routedInputs = RoutedInputs(
        router: layers[0].routerWeights.elements, choices: layer.choices, hidden: layer.hidden)
    }
    output = Matrix(rows: 0, columns: measured.hidden)
  }

  /// Draws the batches; a routed layer gets inputs that its router sends as wanted.
  func load(_ workload: Workload, routing: Routing, seed: UInt64) {
    self.workload = workload
    var noise = SeededGenerator(seed: seed, purpose: "activations")
    let (tokens, hidden) = (workload.tokens, measured.hidden)
    output = Matrix(rows: tokens, columns: hidden)
    replayed = nil
    last = nil
    reference = nil
    countedRouting = Array(repeating: nil, count: Batches.count)
    guard let layer = measured.routed, let routedInputs else {
      batches = (0..<Batches.count).map { _ in
        let batch = Matrix(rows: tokens, columns: hidden)
        for row in 0..<tokens { batch.setRow(row, to: noise.normals(count: hidden)) }
        return batch
      }
      return
    }
    replayed = routing.trace.map { (TraceCursor($0, seed: seed), $0) }
    var draw = RoutingDraw(routing, choices: layer.choices, topK: layer.topK, seed: seed)
    batches = (0..<Batches.count).map { _ in
      let batch = Matrix(rows: tokens, columns: hidden)
      for row in 0..<tokens {
        // The router multiplies its logits before it compares them; the product has to undo that.
        let logits = draw.nextLogits().map { $0 / layer.router.logitMultiplier }
        batch.setRow(row, to: routedInputs.activations(logits: logits, noise: &noise))
      }
      return batch
    }
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

  /// The first token of the batches that the router sends elsewhere than the trace says; `nil` when
  /// there is none, or no trace.
  ///
  /// A router with more choices than the layer is wide cannot be made to send every token as wanted.
  private func misroutedToken() -> (batch: Int, token: Int)? {
    guard var cursor = replayed?.cursor else { return nil }
    for (number, batch) in batches.enumerated() {
      forward(number, copy: 0)
      for token in 0..<batch.rows {
        guard workspace.experts(ofToken: token) == cursor.next().map(Int.init).sorted() else {
          return (number, token)
        }
      }
    }
    return nil
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

  var cautions: [String] {
    var cautions: [String] = []
    if let trace = replayed?.trace, trace.tokens < Batches.count * workload.tokens {
      cautions.append(
        "\(Batches.count) different batches take more than the \(trace.tokens) tokens of "
          + "the trace, so they share tokens")
    }
    if let layer = full.routed, layer.identityExperts > 0 {
      cautions.append(
        "\(layer.identityExperts) of the router's choices return the token unchanged; FLOPs count "
          + "every choice as a computing expert")
    }
    return cautions
  }

  private func forward(_ batch: Int, copy: Int) {
    copies[copy].forward(
      batches[batch], into: output, workspace: workspace, pool: resources.pool)
    last = (batch, copy)
  }
}

extension PhaseSeconds {
  /// The phases of a pass as they would be at full width, where threads multiply `divisor` times as long.
  fileprivate init(_ pass: PassPhases, divisor: Int) {
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
