import LayerSpec
import Statistics
import Testing

@testable import MoEKernel

/// Gradients of every kind of layer against difference quotients of the forward oracle, which share no formula with
/// a step.
@Suite struct TrainingStepTests {
  private static let cases = LayerCase.all.filter {
    TrainableLayer.refusal(of: .sparse($0.spec), formats: FormatPlan(.f32)) == nil
  }

  private struct Run {
    let step: TrainingStep
    let input: Matrix
    let cotangent: Matrix
    let output: Matrix
    let gradient: Matrix

    init(_ layer: TrainableLayer, tokens: Int, pool: WorkerPool, most: Int? = nil) {
      step = TrainingStep(layer, maxTokens: most ?? tokens, pool: pool)
      let hidden = layer.spec.hidden
      var numbers = TestNumbers(seed: 11)
      input = Matrix(rows: tokens, columns: hidden, elements: numbers.take(tokens * hidden))
      cotangent = Matrix(rows: tokens, columns: hidden, elements: numbers.take(tokens * hidden))
      output = Matrix(rows: tokens, columns: hidden)
      gradient = Matrix(rows: tokens, columns: hidden)
      step.run(input, cotangent: cotangent, into: output, inputGradient: gradient, pool: pool)
    }
  }

  private func sparse(_ spec: SparseLayerSpec, _ engine: any Engine) -> TrainableLayer {
    var numbers = TestNumbers(seed: 7)
    return .sparse(
      SparseLayer(
        spec: spec, weights: numbers.layer(spec), engine: engine, formats: FormatPlan(.f32)))
  }

  private func dense(
    _ width: Int, _ units: Int, isGated: Bool = true, activation: Activation = .silu,
    hasBias: Bool = false, _ engine: any Engine
  ) throws -> TrainableLayer {
    let spec = try FeedForwardSpec(
      width: width, intermediate: units, isGated: isGated, activation: activation,
      hasBias: hasBias)
    var numbers = TestNumbers(seed: 9)
    return .dense(
      DenseLayer(
        spec: spec, weights: numbers.network(spec), engine: engine, formats: FormatPlan(.f32)))
  }

  /// Twice what an output may be off by, since as many sums are behind a gradient again, and a sum over tokens.
  private func expectRight(_ run: Run, _ tokens: [Int], _ name: String, pool: WorkerPool) {
    let way = EngineFormat(engine: run.step.layer.engine, format: .f32)
    let bound =
      2 * tolerance(for: run.step.layer.spec, way)
      + 8 * 0x1p-24 * Double(run.input.rows).squareRoot()
    for unit in [0, 13] {
      let samples = run.step.samples(
        of: run.input, cotangent: run.cotangent, inputGradient: run.gradient, tokens: tokens,
        unit: unit, pool: pool)
      #expect(samples.count >= tokens.count + 2)
      for sample in samples {
        expectClose(
          sample.values, sample.expected, within: bound, "\(name) \(way): \(sample.name)")
      }
    }
  }

  @Test(arguments: cases)
  func everyKindOfLayerHasRightGradients(layer: LayerCase) throws {
    let pool = WorkerPool(threads: 2)
    for engine in try allEngines() {
      let run = Run(sparse(layer.spec, engine), tokens: 29, pool: pool, most: 40)
      expectRight(run, [0, 7, 28], layer.testDescription, pool: pool)
    }
  }

  @Test(arguments: [1, 5, 300])
  func denseLayersHaveRightGradients(tokens: Int) throws {
    let pool = WorkerPool(threads: 2)
    for engine in try allEngines() {
      for layer in [
        try dense(37, 29, engine), try dense(37, 53, isGated: false, activation: .gelu, engine),
        try dense(70, 300, hasBias: true, engine), try dense(600, 64, engine),
      ] {
        let run = Run(layer, tokens: tokens, pool: pool)
        expectRight(run, [0, tokens - 1], "dense, \(tokens) tokens", pool: pool)
      }
    }
  }

  /// Every weight's gradient, biases among them, against a difference quotient of the loss itself.
  @Test(arguments: ["gpt-oss", "latent experts and a shared one"])
  func theLossChangesAsTheGradientsSay(name: String) throws {
    let pool = WorkerPool(threads: 1)
    let spec = try #require(LayerCase.all.first { $0.testDescription.hasPrefix(name) }).spec
    var numbers = TestNumbers(seed: 7)
    let weights = numbers.layer(spec)
    let engine = try TileEngine(forcedLevel: nil)
    func layer(_ weights: SparseLayerWeights) -> SparseLayer {
      SparseLayer(spec: spec, weights: weights, engine: engine, formats: FormatPlan(.f32))
    }
    let run = Run(.sparse(layer(weights)), tokens: 11, pool: pool)
    let gradients = run.step.sparseGradients
    func loss(_ weights: SparseLayerWeights) -> Double {
      let changed = layer(weights)
      return (0..<11).reduce(0) { sum, token in
        let row = changed.referenceOutput(of: run.input, token: token, pool: pool)
        return sum
          + zip(row, run.cotangent.row(token)).reduce(0) { $0 + $1.0 * Double($1.1) }
      }
    }
    func check(_ path: WritableKeyPath<SparseLayerWeights, [Float]?>, _ name: String) throws {
      let gradient = try #require(gradients[keyPath: path])
      let largest = gradient.indices.max { abs(gradient[$0]) < abs(gradient[$1]) } ?? 0
      // A quotient may step over the edge of a choice or of a clamp: the smaller the step the less.
      let errors = [Float(0x1p-10), 0x1p-13, 0x1p-16].map { step in
        var (more, less) = (weights, weights)
        more[keyPath: path]?[largest] += step
        less[keyPath: path]?[largest] -= step
        let moved =
          Double(more[keyPath: path]?[largest] ?? 0) - Double(less[keyPath: path]?[largest] ?? 0)
        let expected = (loss(more) - loss(less)) / moved
        return abs(Double(gradient[largest]) - expected) / abs(expected)
      }
      #expect(try #require(errors.min()) < 1e-4, "\(name): \(errors)")
    }
    let busiest = run.step.workspace.tokensPerExpert
    let expert = busiest.indices.max { busiest[$0] < busiest[$1] } ?? 0
    try check(\.experts[expert].gate, "gate")
    if spec.latent != nil {
      try check(\.inputProjection, "input projection")
      try check(\.inputNorm, "norm of what experts read")
      try check(\.expertNorm, "norm of what experts return")
      try check(\.outputProjection, "output projection")
    } else {
      try check(\.routerBias, "router bias")
      try check(\.experts[expert].gateBias, "gate bias")
      try check(\.experts[expert].upBias, "up bias")
      try check(\.experts[expert].downBias, "down bias")
    }
  }

  @Test func threadsDoNotChangeTheTileEnginesGradients() throws {
    let spec = try #require(LayerCase.all.first).spec
    let engine = try TileEngine(forcedLevel: nil)
    let runs = [1, 3].map { Run(sparse(spec, engine), tokens: 29, pool: WorkerPool(threads: $0)) }
    #expect(runs[0].gradient.elements == runs[1].gradient.elements)
    let gradients = runs.map { $0.step.sparseGradients }
    #expect(gradients[0].router == gradients[1].router)
    for (one, other) in zip(gradients[0].experts, gradients[1].experts) {
      #expect(one.gate == other.gate && one.up == other.up && one.down == other.down)
    }
  }

  /// A step leaves nothing of the one before: experts that it does not reach have no gradient.
  @Test func unreachedExpertsHaveNoGradient() throws {
    let pool = WorkerPool(threads: 2)
    let spec = try #require(
      LayerCase.all.first { $0.testDescription.hasPrefix("gpt-oss") }
    ).spec
    for engine in try allEngines() {
      let run = Run(sparse(spec, engine), tokens: 29, pool: pool)
      let one = Matrix(rows: 1, columns: spec.hidden, elements: run.input.row(0))
      let (output, gradient) = (
        Matrix(rows: 1, columns: spec.hidden), Matrix(rows: 1, columns: spec.hidden)
      )
      run.step.run(
        one, cotangent: one, into: output, inputGradient: gradient, pool: pool)
      let counts = run.step.workspace.tokensPerExpert
      #expect(counts.count { $0 == 0 } == spec.experts - spec.topK)
      for (count, network) in zip(counts, run.step.sparseGradients.experts) {
        for values in [network.gate, network.up, network.down, network.upBias, network.downBias] {
          let isZero = try #require(values).allSatisfy { $0 == 0 }
          #expect(isZero == (count == 0))
        }
      }
      let nothing = Matrix(rows: 0, columns: spec.hidden)
      run.step.run(
        nothing, cotangent: Matrix(rows: 0, columns: spec.hidden),
        into: Matrix(rows: 0, columns: spec.hidden),
        inputGradient: Matrix(rows: 0, columns: spec.hidden), pool: pool)
      #expect(
        run.step.sparseGradients.experts.allSatisfy { $0.down.allSatisfy { $0 == 0 } })
    }
  }

  /// Copies of a layer take steps in turn with one set of gradients.
  @Test func aStepGoesThroughTheLayerThatItIsGiven() throws {
    let pool = WorkerPool(threads: 1)
    let spec = try #require(LayerCase.all.first { $0.spec.shared?.isGated == true }).spec
    let engine = try TileEngine(forcedLevel: nil)
    var numbers = TestNumbers(seed: 123)
    let other = SparseLayer(
      spec: spec, weights: numbers.layer(spec), engine: engine, formats: FormatPlan(.f32))
    let run = Run(sparse(spec, engine), tokens: 9, pool: pool)
    let alone = Run(.sparse(other), tokens: 9, pool: pool)
    run.step.use(.sparse(other))
    run.step.run(
      run.input, cotangent: run.cotangent, into: run.output, inputGradient: run.gradient,
      pool: pool)
    #expect(run.gradient.elements == alone.gradient.elements)
    #expect(run.step.sparseGradients.sharedGate == alone.step.sparseGradients.sharedGate)
  }

  @Test func bytesAreCountedBeforeTheyAreTaken() throws {
    for engine in try allEngines() {
      for layer in [
        sparse(try #require(LayerCase.all.first { $0.spec.shared != nil }).spec, engine),
        try dense(600, 300, hasBias: true, engine),
      ] {
        let step = TrainingStep(layer, maxTokens: 50, pool: WorkerPool(threads: 2))
        let plan = TrainingStep.bytes(
          for: layer.spec, maxTokens: 50, threads: 2, engine: engine, formats: FormatPlan(.f32))
        #expect(step.rowBytes <= plan)
        #expect(plan < 1 << 30)
      }
    }
    let huge = try FeedForwardSpec(width: 1 << 20, intermediate: 1 << 30)
    #expect(
      TrainingStep.bytes(
        for: .dense(huge), maxTokens: 1 << 50, threads: 2, engine: try TileEngine(forcedLevel: nil),
        formats: FormatPlan(.f32)) == .max)
  }

  @Test func whatHasNoBackwardPassIsRefused() throws {
    func refusal(_ name: String, _ format: WeightFormat = .f32) throws -> String? {
      let spec = try #require(LayerCase.all.first { $0.testDescription.hasPrefix(name) }).spec
      return TrainableLayer.refusal(of: .sparse(spec), formats: FormatPlan(format))
    }
    #expect(try refusal("softmax") == nil)
    #expect(try refusal("softmax", .bf16)?.contains("--precision f32") == true)
    #expect(try refusal("Muse Spark") == nil)
    let narrow = try SparseLayerSpec(
      hidden: 8, experts: 2, topK: 1, expert: FeedForwardSpec(width: 1, intermediate: 4),
      router: try #require(LayerCase.all.first).spec.router,
      latent: .init(width: 1, inputNormEpsilon: 1e-6, expertNormEpsilon: 1e-8))
    #expect(
      TrainableLayer.refusal(of: .sparse(narrow), formats: FormatPlan(.f32))?
        .contains("a width is 1") == true)
    #expect(try refusal("Phi")?.contains("sparse mixer") == true)
  }
}

/// The tensors of a latent space, as those of other parts are: `nil` for none.
extension SparseLayerWeights {
  fileprivate var inputProjection: [Float]? {
    get { latent?.inputProjection }
    set { if let newValue { latent?.inputProjection = newValue } }
  }
  fileprivate var inputNorm: [Float]? {
    get { latent?.inputNorm }
    set { if let newValue { latent?.inputNorm = newValue } }
  }
  fileprivate var expertNorm: [Float]? {
    get { latent?.expertNorm }
    set { if let newValue { latent?.expertNorm = newValue } }
  }
  fileprivate var outputProjection: [Float]? {
    get { latent?.outputProjection }
    set { if let newValue { latent?.outputProjection = newValue } }
  }
}
