import LayerSpec
import MoEKernel
import ModelSpec

/// One planned layer in memory with the inputs of a cell, ready to be timed.
final class LayerInstance {
  /// Batches that passes take in turn: a router timed on one batch would be timed with its answers
  /// in the branch predictor.
  static let batchCount = 4

  /// What was planned.
  let plan: LayerPlan

  private enum Copy {
    case dense(DenseLayer)
    case sparse(SparseLayer)
  }

  private let copies: [Copy]
  private let workspace: Workspace
  private let pool: WorkerPool
  private let routedInputs: RoutedInputs?
  private var batches: [Matrix] = []
  private var output: Matrix
  /// Where the trace of the loaded batches begins, `nil` when none is replayed.
  private var replayed: TraceCursor?

  /// Allocates the weights and fills them from the seed.
  init(plan: LayerPlan, mostTokens: Int, engine: Engine, pool: WorkerPool, seed: UInt64) {
    self.plan = plan
    self.pool = pool
    // All copies have the same weights: inputs are made for one router, and one copy is checked.
    copies = (0..<plan.copies).map { _ in
      switch plan.measured {
      case .dense(let network):
        return .dense(DenseLayer(spec: network, seed: seed, engine: engine, pool: pool))
      case .sparse(let layer):
        return .sparse(
          SparseLayer(
            spec: layer, seed: seed, residentExperts: plan.residentExperts ?? layer.experts,
            engine: engine, pool: pool))
      }
    }
    switch copies[0] {
    case .dense(let layer):
      workspace = layer.makeWorkspace(maxTokens: mostTokens, pool: pool)
      routedInputs = nil
    case .sparse(let layer):
      workspace = layer.makeWorkspace(maxTokens: mostTokens, pool: pool)
      routedInputs = RoutedInputs(
        router: layer.routerWeights.elements, choices: layer.spec.choices,
        hidden: layer.spec.hidden)
    }
    output = Matrix(rows: 0, columns: plan.measured.hidden)
  }

  /// Draws the batches of a cell; a routed layer gets inputs that its router sends as wanted.
  func load(tokens: Int, routing: Routing, seed: UInt64) {
    var noise = SeededGenerator(seed: seed, purpose: "activations")
    let hidden = plan.measured.hidden
    output = Matrix(rows: tokens, columns: hidden)
    replayed = nil
    guard case .sparse(let layer) = plan.measured, let routedInputs else {
      batches = (0..<Self.batchCount).map { _ in
        let batch = Matrix(rows: tokens, columns: hidden)
        for row in 0..<tokens { batch.setRow(row, to: noise.normals(count: hidden)) }
        return batch
      }
      return
    }
    replayed = routing.trace.map { TraceCursor($0, seed: seed) }
    var draw = RoutingDraw(routing, choices: layer.choices, topK: layer.topK, seed: seed)
    batches = (0..<Self.batchCount).map { _ in
      let batch = Matrix(rows: tokens, columns: hidden)
      for row in 0..<tokens {
        // The router multiplies its logits before it compares them; the product has to undo that.
        let logits = draw.nextLogits().map { $0 / layer.router.logitMultiplier }
        batch.setRow(row, to: routedInputs.activations(logits: logits, noise: &noise))
      }
      return batch
    }
  }

  /// Runs one pass on the batch and the copy of its number.
  ///
  /// At full width, what depends on the intermediate width takes as many times longer as the width is
  /// larger; the rest (router, dispatch, combine) takes what it took.
  func pass(_ number: Int) -> PassTime {
    let input = batches[number % batches.count]
    let clock = SuspendingClock()
    let start = clock.now
    forward(input, copy: number % copies.count)
    let seconds = start.duration(to: clock.now).seconds
    let narrowed = Double(plan.divisor - 1) * workspace.phases.networks.wall
    return PassTime(
      measured: seconds, atFullWidth: seconds + narrowed,
      phases: PhaseSeconds(workspace.phases, divisor: plan.divisor))
  }

  /// How the loaded batches use the experts, empty for a dense layer; all copies are alike.
  func routingStatistics(ofCopy copy: Int = 0) -> [RoutingStatistics] {
    guard case .sparse = plan.measured else { return [] }
    return batches.map { batch in
      forward(batch, copy: copy)
      return RoutingStatistics(tokensPerExpert: workspace.tokensPerExpert)
    }
  }

  /// The first token of the batches that the router sends elsewhere than the trace says; `nil` when
  /// there is none, or no trace.
  ///
  /// A router with more choices than the layer is wide cannot be made to send every token as wanted.
  func strayToken() -> (batch: Int, token: Int)? {
    guard var cursor = replayed else { return nil }
    for (number, batch) in batches.enumerated() {
      forward(batch, copy: 0)
      for token in 0..<batch.rows {
        guard workspace.experts(ofToken: token) == cursor.next().map(Int.init).sorted() else {
          return (number, token)
        }
      }
    }
    return nil
  }

  /// Compares sampled tokens of a pass with the reference; the largest relative error.
  ///
  /// - Returns: max|y − ŷ| / max|ŷ| over the sampled tokens, or infinity where an output is not a
  ///   number.
  func outputError(sampling tokens: [Int]) -> Double {
    let input = batches[0]
    forward(input, copy: 0)
    var worst = 0.0
    for token in tokens where token < input.rows {
      let expected: [Double] =
        switch copies[0] {
        case .dense(let layer): layer.referenceOutput(of: input, token: token, pool: pool)
        case .sparse(let layer): layer.referenceOutput(of: input, token: token, pool: pool)
        }
      worst = max(worst, relativeError(output.row(token), expected: expected))
    }
    return worst
  }

  private func forward(_ input: Matrix, copy: Int) {
    switch copies[copy] {
    case .dense(let layer): layer.forward(input, into: output, workspace: workspace, pool: pool)
    case .sparse(let layer): layer.forward(input, into: output, workspace: workspace, pool: pool)
    }
  }
}

extension PhaseSeconds {
  /// The phases of a pass as they would be at full width: what depends on the intermediate width takes
  /// `divisor` times as long, and so does what its threads spend in it.
  fileprivate init(_ pass: PassPhases, divisor: Int) {
    let factor = Double(divisor)
    self.init(
      productSeconds: factor * pass.networks.wall + pass.projections.wall,
      productBusySeconds: factor * pass.networks.busy + pass.projections.busy,
      productWaitingSeconds: factor * pass.networks.waiting + pass.projections.waiting,
      routerSeconds: pass.routerSeconds,
      dispatchAndCombineSeconds: pass.dispatchSeconds + pass.combineSeconds)
  }
}

/// max|y − ŷ| / max|ŷ|; infinite when a value is not a number or the reference is all zeros.
func relativeError(_ values: [Float], expected: [Double]) -> Double {
  precondition(values.count == expected.count, "as many values as expected ones")
  var difference = 0.0
  var magnitude = 0.0
  for (value, reference) in zip(values, expected) {
    let distance = abs(Double(value) - reference)
    guard distance.isFinite else { return .infinity }
    difference = max(difference, distance)
    magnitude = max(magnitude, abs(reference))
  }
  return difference == 0 ? 0 : difference / magnitude
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
