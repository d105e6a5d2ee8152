import LayerSpec
import MoEKernel
import Testing

/// A format that an engine knows by its codec alone is multiplied right, on every engine and in every
/// role, for all shapes whose rows are whole blocks.
@Suite struct WeightCodecTests {
  private static func engines() throws -> [any Engine] { try allEngines(codecs: [ToyCodec()]) }

  private static let everywhere = FormatPlan(ToyFormat.format)

  @Test func isAmongTheFormats() throws {
    for engine in try Self.engines() {
      #expect(engine.formats.last == ToyFormat.format)
      #expect(engine.supports(ToyFormat.format))
      #expect(engine.activationError(ToyFormat.format) == 0)
      #expect(engine.tileRows(of: 5, format: ToyFormat.format) == nil)
      #expect(engine.makeTileWork(format: ToyFormat.format, threads: 1) == nil)
    }
    for engine in try allEngines() { #expect(!engine.supports(ToyFormat.format)) }
  }

  /// The weights lie in memory as the codec writes them, and a row that is no whole number of blocks
  /// cannot be counted.
  @Test func bytesAreTheFormatsOwn() throws {
    let network = try FeedForwardSpec(width: 48, intermediate: 32)
    for engine in try Self.engines() {
      func bytes(_ outputs: Int, _ inputs: Int) -> Int {
        engine.matrixBytes(outputs: outputs, inputs: inputs, format: ToyFormat.format)
      }
      #expect(bytes(33, 48) == 33 * 3 * 20)
      #expect(bytes(33, 40) == .max)
      #expect(bytes(.max, 48) == .max)
      #expect(
        engine.networkBytes(network, format: ToyFormat.format) == 2 * 32 * 60 + 48 * 2 * 20)
    }
  }

  /// Outputs around panels and blocks, rows around tiles, groups of tiles and the methods of BLAS.
  @Test(arguments: [1, 31, 33, 300], [0, 1, 5, 13, 70])
  func productsAgreeWithPlainLoops(outputs: Int, rows: Int) throws {
    let (inputs, pool) = (64, WorkerPool(threads: 2))
    for engine in try Self.engines() {
      let product = MatrixProduct(
        outputs: outputs, inputs: inputs, seed: 3, engine: engine, format: ToyFormat.format,
        pool: pool)
      let input = Matrix(rows: rows, columns: inputs)
      input.fill(seed: 9, pool: pool)
      let output = Matrix(rows: rows, columns: outputs)
      product.forward(
        input, into: output, workspace: product.makeWorkspace(maxTokens: rows, pool: pool),
        pool: pool)
      for row in 0..<rows {
        let expected = product.referenceOutput(of: input, token: row, pool: pool)
        // |x| < 1 and |w| < √(3/K): a sum of K products is at most √(3K).
        let bound = gamma(inputs + 64) * (3 * Double(inputs)).squareRoot()
        let error = zip(output.row(row), expected).map { abs(Double($0) - $1) }.max() ?? 0
        #expect(error <= bound, "\(engine.name) \(engine.variant), row \(row)")
      }
    }
  }

  /// The oracle multiplies weights that the test rounded and a layer in 32 bits stored.
  @Test(arguments: [1, 16, 31, 272], [0, 1, 13, 65])
  func denseLayersAgreeWithTheOracle(blocks: Int, tokens: Int) throws {
    let units = 16 * blocks
    for (isGated, hasBias) in [(true, false), (true, true), (false, true)] {
      let spec = try FeedForwardSpec(
        width: 48, intermediate: units, isGated: isGated,
        activation: isGated ? .silu : .relu, hasBias: hasBias)
      var numbers = TestNumbers(seed: 5)
      let weights = numbers.network(spec)
      let pool = WorkerPool(threads: 2)
      let input = Matrix(rows: tokens, columns: 48, elements: numbers.take(tokens * 48))
      let oracle = DenseLayer(
        spec: spec, weights: ToyFormat.rounded(weights), engine: try blasEngine(),
        formats: FormatPlan(.f32))
      let checked = checkedTokens(of: tokens)
      let expected = checked.map { oracle.referenceOutput(of: input, token: $0, pool: pool) }
      for engine in try Self.engines() {
        let way = EngineFormat(engine: engine, format: ToyFormat.format)
        let layer = DenseLayer(
          spec: spec, weights: weights, engine: engine, formats: Self.everywhere)
        let output = layer.output(of: input, pool: pool)
        for (token, expected) in zip(checked, expected) {
          expectClose(
            output.row(token), expected, within: tolerance(for: .dense(spec), way),
            "\(way), token \(token)")
          #expect(layer.referenceOutput(of: input, token: token, pool: pool) == expected)
        }
      }
    }
  }

  /// Roles that have formats of their own: every plan of the toy format and 32 bits.
  private static let plans: [FormatPlan] = [
    everywhere, FormatPlan(networks: ToyFormat.format, projections: .f32),
    FormatPlan(networks: .f32, projections: ToyFormat.format),
  ]

  @Test(arguments: plans.indices, [1, 2, 15, 65])
  func sparseLayersAgreeWithTheOracle(plan: Int, tokens: Int) throws {
    let plan = Self.plans[plan]
    for spec in try Self.layers() {
      var numbers = TestNumbers(seed: 7)
      let weights = numbers.layer(spec)
      let pool = WorkerPool(threads: 2)
      let input = Matrix(rows: tokens, columns: 48, elements: numbers.take(tokens * 48))
      let oracle = SparseLayer(
        spec: spec, weights: stored(weights, plan), engine: try blasEngine(),
        formats: FormatPlan(.f32))
      let checked = checkedTokens(of: tokens)
      let expected = checked.map { oracle.referenceOutput(of: input, token: $0, pool: pool) }
      for engine in try Self.engines() {
        let way = EngineFormat(engine: engine, format: ToyFormat.format)
        let layer = SparseLayer(spec: spec, weights: weights, engine: engine, formats: plan)
        let output = layer.output(of: input, pool: pool)
        for (token, expected) in zip(checked, expected) {
          expectClose(
            output.row(token), expected, within: tolerance(for: .sparse(spec), way),
            "\(way), token \(token)")
          #expect(layer.referenceOutput(of: input, token: token, pool: pool) == expected)
        }
      }
    }
  }

  private static func layers() throws -> [SparseLayerSpec] {
    let shared = SparseLayerSpec.Shared(
      network: try FeedForwardSpec(width: 48, intermediate: 112), isGated: true)
    return [
      try SparseLayerSpec(
        hidden: 48, experts: 7, topK: 3,
        expert: FeedForwardSpec(width: 48, intermediate: 80, hasBias: true),
        router: RouterPolicy(), shared: shared),
      try SparseLayerSpec(
        hidden: 48, experts: 5, topK: 1, expert: FeedForwardSpec(width: 48, intermediate: 16),
        router: RouterPolicy(score: .sigmoid, application: .input), shared: shared),
      try SparseLayerSpec(
        hidden: 48, experts: 6, topK: 2, expert: FeedForwardSpec(width: 32, intermediate: 48),
        router: RouterPolicy(score: .sigmoid, normalization: .sum(epsilon: 1e-15)),
        shared: shared,
        latent: .init(width: 32, inputNormEpsilon: 1e-6, expertNormEpsilon: 1e-8)),
    ]
  }

  /// The weights of a layer as the plan's formats hold them.
  private func stored(_ weights: SparseLayerWeights, _ plan: FormatPlan) -> SparseLayerWeights {
    var weights = weights
    if plan[.network] == ToyFormat.format {
      weights.experts = weights.experts.map(ToyFormat.rounded)
      weights.shared = weights.shared.map(ToyFormat.rounded)
    }
    if plan[.projection] == ToyFormat.format, var latent = weights.latent {
      latent.inputProjection = ToyFormat.rounded(latent.inputProjection)
      latent.outputProjection = ToyFormat.rounded(latent.outputProjection)
      weights.latent = latent
    }
    return weights
  }

  /// With its codec BLAS multiplies the bf16 weights that the tile engine stores.
  @Test func bf16OnBLASHasTheWeightsOfTheTileEngine() throws {
    let pool = WorkerPool(threads: 1)
    let blas = try blasEngine(codecs: [BF16Codec()])
    #expect(blas.formats == [.f32, .bf16])
    let input = Matrix(rows: 2, columns: 51)
    input.fill(seed: 2, pool: pool)
    func product(_ engine: any Engine) -> MatrixProduct {
      MatrixProduct(
        outputs: 37, inputs: 51, seed: 5, engine: engine, format: .bf16, pool: pool)
    }
    let decoded = product(blas)
    let expected = decoded.referenceOutput(of: input, token: 1, pool: pool)
    #expect(
      expected
        == product(try TileEngine(forcedLevel: nil)).referenceOutput(
          of: input, token: 1, pool: pool))
    let output = Matrix(rows: 2, columns: 37)
    decoded.forward(
      input, into: output, workspace: decoded.makeWorkspace(maxTokens: 2, pool: pool),
      pool: pool)
    let bound = gamma(51 + 64) * (3 * 51.0).squareRoot()
    #expect(zip(output.row(1), expected).allSatisfy { abs(Double($0) - $1) <= bound })
  }

  @Test func refusesWhatItCannotStore() async {
    await #expect(processExitsWith: .failure) {
      let pool = WorkerPool(threads: 1)
      _ = DenseLayer(
        spec: try FeedForwardSpec(width: 16, intermediate: 16), seed: 1,
        engine: try TileEngine(forcedLevel: nil), formats: FormatPlan(ToyFormat.format),
        pool: pool)
    }
    await #expect(processExitsWith: .failure) {
      _ = DenseLayer(
        spec: try FeedForwardSpec(width: 24, intermediate: 16), seed: 1,
        engine: try TileEngine(forcedLevel: nil, codecs: [ToyCodec()]),
        formats: FormatPlan(ToyFormat.format), pool: WorkerPool(threads: 1))
    }
  }
}
