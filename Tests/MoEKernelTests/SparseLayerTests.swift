import LayerSpec
import MoEKernel
import Testing

/// A layer with a name, for parameterised tests.
struct LayerCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let spec: SparseLayerSpec

  /// 12 experts of odd sizes that no block or vector divides, unless a case says otherwise.
  init(
    _ name: String, experts: Int = 12, identity: Int = 0, topK: Int = 3, width: Int = 37,
    activation: Activation = .silu, isGated: Bool = true, hasBias: Bool = false,
    router: RouterPolicy = RouterPolicy(), shared: SparseLayerSpec.Shared? = nil,
    latent: SparseLayerSpec.Latent? = nil
  ) throws {
    testDescription = name
    spec = try SparseLayerSpec(
      hidden: 37, experts: experts, identityExperts: identity, topK: topK,
      expert: FeedForwardSpec(
        width: width, intermediate: 29, isGated: isGated, activation: activation, hasBias: hasBias),
      router: router, shared: shared, latent: latent)
  }

  static let all: [LayerCase] = (try? cases()) ?? []

  private static func cases() throws -> [LayerCase] {
    let shared = try FeedForwardSpec(width: 37, intermediate: 41)
    let groups = { (score: RouterPolicy.Groups.Score, masked: Float) in
      RouterPolicy.Groups(count: 4, kept: 2, score: score, maskedChoice: masked)
    }
    return [
      try LayerCase("softmax"),
      try LayerCase("softmax, normalised", router: .init(normalization: .sum(epsilon: 0))),
      try LayerCase("softmax over the selected", router: .init(score: .softmaxOverSelected)),
      try LayerCase(
        "DeepSeek-V2: groups by maximum, masked to 0, scaled",
        router: .init(groups: groups(.maximum, 0), scaling: 16)),
      try LayerCase(
        "DeepSeek-V3: sigmoid, bias, groups by top two, normalised, scaled",
        router: .init(
          score: .sigmoid, hasSelectionBias: true, groups: groups(.topTwoSum, -.infinity),
          normalization: .sum(epsilon: 1e-20), scaling: 2.5),
        shared: .init(network: shared)),
      try LayerCase(
        "DeepSeek-V4: square root of softplus",
        activation: .clampedSiLU(limit: 0.5),
        router: .init(
          score: .sqrtSoftplus, hasSelectionBias: true, normalization: .sum(epsilon: 1e-20))),
      try LayerCase(
        "Qwen2: gated shared expert", shared: .init(network: shared, isGated: true)),
      try LayerCase(
        "Llama 4: sigmoid on the input", topK: 1,
        router: .init(score: .sigmoid, application: .input), shared: .init(network: shared)),
      try LayerCase(
        "gpt-oss: biases and clamps", activation: .clampedSwiGLU(alpha: 1.702, limit: 0.7),
        hasBias: true, router: .init(score: .softmaxOverSelected, hasBias: true)),
      try LayerCase(
        "Muse Spark: latent experts", width: 21,
        router: .init(
          score: .sigmoid, logitMultiplier: 0.17678, hasSelectionBias: true,
          normalization: .sum(epsilon: 1e-15)),
        latent: .init(width: 21, inputNormEpsilon: 1e-6, expertNormEpsilon: 1e-8)),
      try LayerCase(
        "latent experts and a shared one", width: 21, shared: .init(network: shared),
        latent: .init(width: 21, inputNormEpsilon: 1e-6, expertNormEpsilon: 1e-8)),
      try LayerCase("Phi: sparse mixer", topK: 2, router: .init(score: .sparseMixer(jitter: 0.2))),
      try LayerCase(
        "ERNIE: clamped sum",
        router: .init(hasSelectionBias: true, normalization: .clampedSum(minimum: 0.9))),
      try LayerCase(
        "LongCat: identity experts", experts: 7, identity: 5,
        router: .init(hasSelectionBias: true, scaling: 6)),
      try LayerCase("soft cap", router: .init(softcap: 0.8)),
      try LayerCase(
        "not gated, relu², bias", activation: .reluSquared, isGated: false,
        hasBias: true),
      try LayerCase("relu", activation: .relu),
      try LayerCase("gelu", activation: .gelu),
      try LayerCase("gelu by tanh", activation: .geluTanh),
      try LayerCase("one expert", experts: 1, topK: 1),
      try LayerCase("every expert", topK: 12),
    ]
  }
}

@Suite struct SparseLayerTests {
  @Test func theCasesExist() { #expect(LayerCase.all.count == 21) }

  /// Token counts around the vector width, the rows that change the way of multiplying, and the
  /// strips of a projection.
  @Test(arguments: LayerCase.all, [0, 1, 2, 15, 65])
  func agreesWithTheDefinition(_ test: LayerCase, tokens: Int) throws {
    var numbers = TestNumbers(seed: 7)
    let weights = numbers.layer(test.spec)
    let naive = NaiveLayer(spec: test.spec, weights: weights)
    let pool = WorkerPool(threads: 2)
    let input = Matrix(rows: tokens, columns: 37, elements: numbers.take(tokens * 37))
    // The first and the last rows: what lies between is the same code in the same block.
    let checked = (0..<tokens).filter { $0 < 4 || $0 >= tokens - 12 }
    let expected = checked.map { naive.output(input.row($0)) }
    for engine in try allEngines() {
      let layer = SparseLayer(spec: test.spec, weights: weights, engine: engine, formats: f32Formats)
      let workspace = layer.makeWorkspace(maxTokens: tokens, pool: pool)
      let output = Matrix(rows: tokens, columns: 37)
      layer.forward(input, into: output, workspace: workspace, pool: pool)
      #expect(workspace.tokensPerExpert.count == test.spec.experts)
      for (token, expected) in zip(checked, expected) {
        for (value, tracked) in zip(output.row(token), expected) {
          #expect(
            abs(Double(value) - tracked.value) <= naive.rounding * tracked.magnitude,
            "\(engine.name), token \(token)")
        }
      }
      guard let last = expected.last else { continue }
      let reference = layer.reference(of: input, token: tokens - 1, pool: pool)
      #expect(reference.experts == workspace.experts(ofToken: tokens - 1))
      for (value, tracked) in zip(reference.output, last) {
        // Both are in double precision: 2⁻²⁹ times the rounding of 32-bit floats.
        #expect(abs(value - tracked.value) <= naive.rounding * tracked.magnitude * 0x1p-29)
      }
    }
  }

  @Test(arguments: [1, 3])
  func doesNotDependOnThreads(threads: Int) throws {
    let test = try #require(LayerCase.all.first { $0.testDescription.hasPrefix("DeepSeek-V3") })
    func run(_ threads: Int) throws -> [Float] {
      let pool = WorkerPool(threads: threads)
      let layer = SparseLayer(
        spec: test.spec, seed: 3, residentExperts: 5, engine: try blasEngine(), formats: f32Formats, pool: pool)
      let workspace = layer.makeWorkspace(maxTokens: 70, pool: pool)
      let input = Matrix(rows: 70, columns: 37)
      input.fill(seed: 11, pool: pool)
      let output = Matrix(rows: 70, columns: 37)
      layer.forward(input, into: output, workspace: workspace, pool: pool)
      return output.elements
    }
    let (some, two) = (try run(threads), try run(2))
    #expect(some == two)
  }

  /// A workspace that was used for many tokens must leave nothing behind for a pass of few.
  @Test func repeatsInAUsedWorkspace() throws {
    let test = LayerCase.all[0]
    let pool = WorkerPool(threads: 2)
    let layer = SparseLayer(
      spec: test.spec, seed: 3, residentExperts: 12, engine: try blasEngine(), formats: f32Formats, pool: pool)
    let workspace = layer.makeWorkspace(maxTokens: 33, pool: pool)
    let many = Matrix(rows: 33, columns: 37)
    many.fill(seed: 1, pool: pool)
    let few = Matrix(rows: 3, columns: 37, elements: Array(many.elements.prefix(3 * 37)))
    let (first, again) = (Matrix(rows: 3, columns: 37), Matrix(rows: 3, columns: 37))
    layer.forward(few, into: first, workspace: workspace, pool: pool)
    let routed = workspace.tokensPerExpert
    layer.forward(
      many, into: Matrix(rows: 33, columns: 37), workspace: workspace, pool: pool)
    layer.forward(few, into: again, workspace: workspace, pool: pool)
    #expect(first.elements == again.elements)
    #expect(workspace.tokensPerExpert == routed)
    #expect(routed.reduce(0, +) == 9)
  }

  /// Weights of whole numbers, so that logits are exact: expert 2 alone wins for every token.
  @Test func allTokensOnOneExpert() throws {
    let spec = try SparseLayerSpec(
      hidden: 16, experts: 4, topK: 1, expert: FeedForwardSpec(width: 16, intermediate: 8),
      router: RouterPolicy(normalization: .sum(epsilon: 0)))
    var numbers = TestNumbers(seed: 1)
    var weights = numbers.layer(spec)
    weights.router = (0..<64).map { $0 / 16 == 2 ? 1 : 0 }
    let pool = WorkerPool(threads: 2)
    let layer = SparseLayer(spec: spec, weights: weights, engine: try blasEngine(), formats: f32Formats)
    let workspace = layer.makeWorkspace(maxTokens: 20, pool: pool)
    let input = Matrix(
      rows: 20, columns: 16, elements: [Float](repeating: 1, count: 320))
    let output = Matrix(rows: 20, columns: 16)
    layer.forward(input, into: output, workspace: workspace, pool: pool)
    #expect(workspace.tokensPerExpert == [0, 0, 20, 0])
    #expect(workspace.distinctExperts == 1)
    #expect(workspace.weights(ofToken: 19) == [1])
    let naive = NaiveLayer(spec: spec, weights: weights)
    let expected = naive.output(input.row(0))
    for token in 0..<20 {
      for (value, tracked) in zip(output.row(token), expected) {
        #expect(abs(Double(value) - tracked.value) <= naive.rounding * tracked.magnitude)
      }
    }
  }

  /// One hidden unit, one-element rows, by hand: silu(2)·3·0.5 with the weight 1 of a single expert.
  @Test func oneNumberByHand() throws {
    let spec = try SparseLayerSpec(
      hidden: 1, experts: 1, topK: 1, expert: FeedForwardSpec(width: 1, intermediate: 1),
      router: RouterPolicy())
    let weights = SparseLayerWeights(
      router: [5], experts: [FeedForwardWeights(gate: [2], up: [3], down: [0.5])])
    let pool = WorkerPool(threads: 1)
    let layer = SparseLayer(spec: spec, weights: weights, engine: try blasEngine(), formats: f32Formats)
    let output = Matrix(rows: 1, columns: 1)
    layer.forward(
      Matrix(rows: 1, columns: 1, elements: [1]), into: output,
      workspace: layer.makeWorkspace(maxTokens: 1, pool: pool), pool: pool)
    // silu(2) = 2 / (1 + e⁻²) = 1.761594156; times 1.5. Ten roundings at most.
    #expect(abs(Double(output[0, 0]) - 2.642391234) <= gamma(10) * 2.642391234)
  }

  @Test func nanInOneTokenStaysThere() throws {
    let test = LayerCase.all[0]
    let pool = WorkerPool(threads: 2)
    let layer = SparseLayer(
      spec: test.spec, seed: 3, residentExperts: 12, engine: try blasEngine(), formats: f32Formats, pool: pool)
    let workspace = layer.makeWorkspace(maxTokens: 3, pool: pool)
    let input = Matrix(rows: 3, columns: 37)
    input.fill(seed: 1, pool: pool)
    input[1, 5] = .nan
    let output = Matrix(rows: 3, columns: 37)
    layer.forward(input, into: output, workspace: workspace, pool: pool)
    #expect(workspace.experts(ofToken: 1) == [0, 1, 2])
    let broken = (0..<3).map { token in output.row(token).count { $0.isNaN } }
    #expect(broken == [0, 37, 0])
  }

  @Test func estimateCoversTheWeights() throws {
    let spec = LayerCase.all[0].spec
    for engine in try allEngines() {
      func bytes(_ tokens: Int) -> Int {
        SparseLayer.bytes(
          for: spec, residentExperts: 12, maxTokens: tokens, threads: 2, engine: engine,
          formats: f32Formats)
      }
      #expect(bytes(0) >= spec.parameters * 4)
      #expect(bytes(100) > bytes(0) + 100 * 3 * 37 * 4)
      #expect(bytes(.max / 2) == .max)
    }
  }
}
