import LayerSpec
import MoEKernel

/// A training step and the gradients that another implementation computed.
public struct GoldenTraining: Sendable {
  /// What the step reads.
  let pass: GoldenPass
  /// The gradient by the output, as many rows.
  let cotangent: [Float]
  /// What comes out.
  let gradients: StepGradients
}

/// Gradients of one step.
public struct StepGradients: Sendable {
  /// By the input, row after row.
  let input: [Float]
  /// By every weight, in the canonical layout.
  let weights: [NamedTensor]

  /// The largest error of all tensors, each relative to the largest element of its own; infinite where one has a
  /// gradient that should have none, or is not there.
  func error(against expected: StepGradients) -> Double {
    guard weights.map(\.name) == expected.weights.map(\.name) else { return .infinity }
    return zip(weights, expected.weights).reduce(0) { worst, pair in
      max(
        worst,
        OutputCheck.relativeError(pair.0.values, expected: pair.1.values.map(Double.init)))
    }
  }
}

/// A tensor with what it is called in messages.
public struct NamedTensor: Sendable {
  /// The name: `expert 3 gate`.
  let name: String
  /// Its elements in the canonical layout.
  let values: [Float]
}

extension FeedForwardWeights {
  /// The tensors that there are, their names behind a prefix.
  func tensors(_ prefix: String) -> [NamedTensor] {
    [
      ("gate", gate), ("up", up), ("down", down), ("gate bias", gateBias), ("up bias", upBias),
      ("down bias", downBias),
    ].compactMap { name, values in values.map { NamedTensor(name: prefix + name, values: $0) } }
  }
}

extension SparseLayerWeights {
  /// The tensors that have gradients.
  var tensors: [NamedTensor] {
    [("router", Optional(router)), ("router bias", routerBias), ("shared gate", sharedGate)]
      .compactMap { name, values in values.map { NamedTensor(name: name, values: $0) } }
      + experts.enumerated().flatMap { $1.tensors("expert \($0) ") }
      + (shared?.tensors("shared ") ?? [])
  }
}

extension BlockWeights {
  /// The tensors that have gradients.
  var tensors: [NamedTensor] {
    func linear(_ name: String, _ map: SelfAttentionWeights.Linear) -> [NamedTensor] {
      [NamedTensor(name: name, values: map.matrix)]
        + (map.bias.map { [NamedTensor(name: "\(name) bias", values: $0)] } ?? [])
    }
    var tensors = linear("query", attention.query) + linear("output", attention.output)
    switch attention.keysAndValues {
    case .grouped(let key, let value): tensors += linear("key", key) + linear("value", value)
    case .latent(let compress, let norm, let expand):
      tensors +=
        linear("compression", compress) + [
          NamedTensor(name: "norm of latent vectors", values: norm),
          NamedTensor(name: "expansion", values: expand),
        ]
    }
    if let rank = attention.queryRank {
      tensors +=
        linear("query rank", rank.compress) + [
          NamedTensor(name: "norm of query ranks", values: rank.norm)
        ]
    }
    tensors += [
      ("query norm", attention.queryNorm), ("key norm", attention.keyNorm),
      ("sinks", attention.sinks), ("norm before attention", attentionNorms.before),
      ("norm after attention", attentionNorms.after), ("norm before", feedForwardNorms.before),
      ("norm after", feedForwardNorms.after),
    ].compactMap { name, values in values.map { NamedTensor(name: name, values: $0) } }
    switch feedForward {
    case .dense(let network): return tensors + network.tensors("")
    case .sparse(let layer): return tensors + layer.tensors
    }
  }
}

extension BlockSpec {
  /// The same block without what has no gradient.
  var withoutSelectionBias: BlockSpec {
    get throws(LayerSpecError) {
      guard case .sparse(let layer) = feedForward else { return self }
      return try with(feedForward: .sparse(layer.withoutSelectionBias))
    }
  }
}

extension SparseLayerSpec {
  /// The same layer without what has no gradient.
  var withoutSelectionBias: SparseLayerSpec {
    get throws(LayerSpecError) {
      var policy = router
      policy.hasSelectionBias = false
      return try SparseLayerSpec(
        hidden: hidden, experts: experts, identityExperts: identityExperts, topK: topK,
        expert: expert, router: policy, shared: shared, latent: latent)
    }
  }
}

extension VerifiableLayer {
  /// One step of a feed-forward layer from a golden cotangent.
  ///
  /// - Parameter weights: the gradients of the step's weights.
  func gradients(
    of pass: GoldenPass, cotangent: [Float], layer: TrainableLayer, pool: WorkerPool,
    weights: (TrainingStep) -> [NamedTensor]
  ) -> StepGradients {
    let hidden = layer.spec.hidden
    func matrix(_ elements: [Float]) -> Matrix {
      Matrix(rows: pass.tokens, columns: hidden, elements: elements)
    }
    let step = TrainingStep(layer, maxTokens: pass.tokens, pool: pool)
    let (output, gradient) = (
      Matrix(rows: pass.tokens, columns: hidden), Matrix(rows: pass.tokens, columns: hidden)
    )
    step.run(
      matrix(pass.hiddenStates), cotangent: matrix(cotangent), into: output,
      inputGradient: gradient, pool: pool)
    return StepGradients(input: gradient.elements, weights: weights(step))
  }

  /// Refuses what is not trained.
  func requireTrainable(_ spec: FFNLayerSpec, formats: FormatPlan) throws(UncountableLayer) {
    if let refusal = TrainableLayer.refusal(of: spec, formats: formats) {
      throw UncountableLayer(refusal)
    }
  }
}

extension RoutedLayer {
  func gradients(
    of pass: GoldenPass, cotangent: [Float], engine: any Engine, formats: FormatPlan,
    pool: WorkerPool
  ) throws(UncountableLayer) -> StepGradients {
    try requireTrainable(.sparse(spec), formats: formats)
    let layer = SparseLayer(spec: spec, weights: weights, engine: engine, formats: formats)
    return gradients(of: pass, cotangent: cotangent, layer: .sparse(layer), pool: pool) {
      $0.sparseGradients.tensors
    }
  }
}

/// A dense feed-forward layer.
struct DenseNetwork: VerifiableLayer {
  let spec: FeedForwardSpec
  var weights: FeedForwardWeights

  func check(formats: FormatPlan) throws(UncountableLayer) {
    try FeedForwardLayer(.dense(spec)).checkRows(formats)
  }

  func outputs(
    of passes: [GoldenPass], engine: any Engine, formats: FormatPlan, pool: WorkerPool
  ) -> [[Float]] {
    outputs(
      of: passes,
      by: DenseLayer(spec: spec, weights: weights, engine: engine, formats: formats), pool: pool)
  }

  func gradients(
    of pass: GoldenPass, cotangent: [Float], engine: any Engine, formats: FormatPlan,
    pool: WorkerPool
  ) throws(UncountableLayer) -> StepGradients {
    try requireTrainable(.dense(spec), formats: formats)
    let layer = DenseLayer(spec: spec, weights: weights, engine: engine, formats: formats)
    return gradients(of: pass, cotangent: cotangent, layer: .dense(layer), pool: pool) {
      $0.denseGradients.tensors("")
    }
  }

  func tolerance(_ rounding: RoundingTolerance, elements: Int) -> Double {
    rounding.tolerance(for: .dense(spec), elements: elements)
  }
}

extension DecoderBlock {
  func gradients(
    of pass: GoldenPass, cotangent: [Float], engine: any Engine, formats: FormatPlan,
    pool: WorkerPool
  ) throws(UncountableLayer) -> StepGradients {
    if let refusal = BlockStep.refusal(of: spec, formats: formats) {
      throw UncountableLayer(refusal)
    }
    func matrix(_ elements: [Float]) -> Matrix {
      Matrix(rows: pass.tokens, columns: spec.hidden, elements: elements)
    }
    let layer = BlockLayer(spec: spec, weights: weights, engine: engine, formats: formats)
    let step = BlockStep(layer, maxTokens: pass.tokens, pool: pool)
    let (output, gradient) = (
      Matrix(rows: pass.tokens, columns: spec.hidden),
      Matrix(rows: pass.tokens, columns: spec.hidden)
    )
    step.run(
      matrix(pass.hiddenStates), cotangent: matrix(cotangent), into: output,
      inputGradient: gradient, pool: pool)
    return StepGradients(input: gradient.elements, weights: step.gradients.tensors)
  }
}
