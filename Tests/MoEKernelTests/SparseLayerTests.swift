import LayerSpec
import MoEKernel
import Testing

@Suite struct SparseLayerTests {
  @Test func theCasesExist() { #expect(LayerCase.all.count == 21) }

  /// Token counts around the vector width, the rows that change the way of multiplying, and the
  /// strips of a projection; in every format of every engine.
  ///
  /// The oracle reads the weights from a layer of the BLAS engine, where they lie as they were given.
  @Test(arguments: LayerCase.all, [0, 1, 2, 15, 65])
  func agreesWithTheOracle(_ test: LayerCase, tokens: Int) throws {
    var numbers = TestNumbers(seed: 7)
    let weights = numbers.layer(test.spec)
    let pool = WorkerPool(threads: 2)
    let input = Matrix(rows: tokens, columns: 37, elements: numbers.take(tokens * 37))
    let checked = checkedTokens(of: tokens)
    let ways = try EngineFormat.all()
    for format in Set(ways.map(\.format)) {
      let oracle = SparseLayer(
        spec: test.spec, weights: weights, engine: try blasEngine(codecs: [BF16Codec()]),
        formats: FormatPlan(format))
      let expected = checked.map { oracle.reference(of: input, token: $0, pool: pool) }
      for way in ways where way.format == format {
        let layer = SparseLayer(
          spec: test.spec, weights: weights, engine: way.engine, formats: way.formats)
        let workspace = layer.makeWorkspace(maxTokens: tokens, pool: pool)
        let output = Matrix(rows: tokens, columns: 37)
        layer.forward(input, into: output, workspace: workspace, pool: pool)
        #expect(workspace.tokensPerExpert.count == test.spec.experts)
        for (token, expected) in zip(checked, expected) {
          #expect(workspace.experts(ofToken: token) == expected.experts, "\(way), \(token)")
          expectClose(
            output.row(token), expected.output, within: tolerance(for: .sparse(test.spec), way),
            "\(way), token \(token)")
        }
        guard let last = expected.last else { continue }
        let reference = layer.referenceOutput(of: input, token: tokens - 1, pool: pool)
        #expect(reference == last.output, "\(way)")
      }
    }
  }

  @Test(arguments: [1, 3])
  func doesNotDependOnThreads(threads: Int) throws {
    let test = try #require(LayerCase.all.first { $0.testDescription.hasPrefix("DeepSeek-V3") })
    for way in try EngineFormat.usual() {
      let outputs = [threads, 2].map { threads in
        let pool = WorkerPool(threads: threads)
        let layer = SparseLayer(
          spec: test.spec, seed: 3, residentExperts: 5, engine: way.engine, formats: way.formats,
          pool: pool)
        let input = Matrix(rows: 70, columns: 37)
        input.fill(seed: 11, pool: pool)
        return layer.output(of: input, pool: pool).elements
      }
      #expect(outputs[0] == outputs[1], "\(way)")
    }
  }

  /// A workspace that was used for many tokens must leave nothing behind for a pass of few.
  @Test func repeatsInAUsedWorkspace() throws {
    let test = LayerCase.all[0]
    let pool = WorkerPool(threads: 2)
    for way in try EngineFormat.usual() {
      let layer = SparseLayer(
        spec: test.spec, seed: 3, residentExperts: 12, engine: way.engine, formats: way.formats,
        pool: pool)
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
      #expect(first.elements == again.elements, "\(way)")
      #expect(workspace.tokensPerExpert == routed, "\(way)")
      #expect(routed.reduce(0, +) == 9, "\(way)")
    }
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
    let input = Matrix(
      rows: 20, columns: 16, elements: [Float](repeating: 1, count: 320))
    for way in try EngineFormat.usual() {
      let layer = SparseLayer(
        spec: spec, weights: weights, engine: way.engine, formats: way.formats)
      let workspace = layer.makeWorkspace(maxTokens: 20, pool: pool)
      let output = Matrix(rows: 20, columns: 16)
      layer.forward(input, into: output, workspace: workspace, pool: pool)
      #expect(workspace.tokensPerExpert == [0, 0, 20, 0], "\(way)")
      #expect(workspace.distinctExperts == 1, "\(way)")
      #expect(workspace.weights(ofToken: 19) == [1], "\(way)")
      let expert = DenseLayer(
        spec: spec.expert, weights: weights.experts[2], engine: way.engine, formats: way.formats)
      let expected = expert.referenceOutput(of: input, token: 0, pool: pool)
      for token in 0..<20 {
        expectClose(
          output.row(token), expected, within: tolerance(for: .sparse(spec), way),
          "\(way), token \(token)")
      }
    }
  }

  /// One hidden unit, one-element rows, by hand: silu(2)·3·0.5 with the weight 1 of a single expert.
  ///
  /// Every number that is stored or multiplied is one of bf16, but for silu(2)·3.
  @Test func oneNumberByHand() throws {
    let spec = try SparseLayerSpec(
      hidden: 1, experts: 1, topK: 1, expert: FeedForwardSpec(width: 1, intermediate: 1),
      router: RouterPolicy())
    let weights = SparseLayerWeights(
      router: [5], experts: [FeedForwardWeights(gate: [2], up: [3], down: [0.5])])
    let pool = WorkerPool(threads: 1)
    let input = Matrix(rows: 1, columns: 1, elements: [1])
    for way in try EngineFormat.all() {
      let layer = SparseLayer(
        spec: spec, weights: weights, engine: way.engine, formats: way.formats)
      // silu(2) = 2 / (1 + e⁻²) = 1.761594156; times 1.5. Ten roundings at most, and 2⁻⁸ of bf16.
      let rounding = gamma(10) + way.worstActivationError
      let value = layer.output(of: input, pool: pool)[0, 0]
      #expect(abs(Double(value) - 2.642391234) <= rounding * 2.642391234, "\(way)")
      let reference = layer.referenceOutput(of: input, token: 0, pool: pool)[0]
      #expect(abs(reference - 2.642391234) <= 1e-9, "\(way)")
    }
  }

  /// Two choices, an expert that doubles and an identity expert, with weights ½ each: 1.5 times the input.
  @Test func anIdentityExpertReturnsTheTokenByHand() throws {
    let spec = try SparseLayerSpec(
      hidden: 1, experts: 1, identityExperts: 1, topK: 2,
      expert: FeedForwardSpec(width: 1, intermediate: 1, isGated: false, activation: .relu),
      router: RouterPolicy())
    let weights = SparseLayerWeights(
      router: [1, 1], experts: [FeedForwardWeights(gate: nil, up: [1], down: [2])])
    let pool = WorkerPool(threads: 1)
    let input = Matrix(rows: 1, columns: 1, elements: [3])
    for way in try EngineFormat.all() {
      let layer = SparseLayer(
        spec: spec, weights: weights, engine: way.engine, formats: way.formats)
      #expect(layer.output(of: input, pool: pool)[0, 0] == 4.5, "\(way)")
      #expect(layer.referenceOutput(of: input, token: 0, pool: pool) == [4.5], "\(way)")
    }
  }

  @Test func nanInOneTokenStaysThere() throws {
    let test = LayerCase.all[0]
    let pool = WorkerPool(threads: 2)
    for way in try EngineFormat.usual() {
      let layer = SparseLayer(
        spec: test.spec, seed: 3, residentExperts: 12, engine: way.engine, formats: way.formats,
        pool: pool)
      let workspace = layer.makeWorkspace(maxTokens: 3, pool: pool)
      let input = Matrix(rows: 3, columns: 37)
      input.fill(seed: 1, pool: pool)
      input[1, 5] = .nan
      let output = Matrix(rows: 3, columns: 37)
      layer.forward(input, into: output, workspace: workspace, pool: pool)
      #expect(workspace.experts(ofToken: 1) == [0, 1, 2], "\(way)")
      let broken = (0..<3).map { token in output.row(token).count { $0.isNaN } }
      #expect(broken == [0, 37, 0], "\(way)")
    }
  }

  @Test func estimateCoversTheWeights() throws {
    for way in try EngineFormat.all() {
      for spec in LayerCase.all.map(\.spec) {
        func bytes(_ tokens: Int) -> Int {
          SparseLayer.bytes(
            for: spec, residentExperts: spec.experts, maxTokens: tokens, threads: 2,
            engine: way.engine, formats: way.formats)
        }
        let bytesPerWeight = way.format == .f32 ? 4 : 2
        #expect(bytes(0) >= spec.parameters * bytesPerWeight, "\(way)")
        #expect(bytes(100) > bytes(0) + 100 * spec.topK * spec.expertWidth * 4, "\(way)")
        #expect(bytes(.max / 2) == .max, "\(way)")
      }
    }
  }
}
