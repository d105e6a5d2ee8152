import LayerSpec
import MoEKernel
import ModelSpec
import Testing

@testable import Runner

/// bf16 passes where only bf16 is at work, and nowhere else.
@Suite struct RoundingToleranceTests {
  /// The tile engine in bf16 at every instruction set of this CPU: widened weights and, where the CPU
  /// has them, dot products of bf16.
  private static func engines() -> [any Engine] {
    ["v2", "v3", "v4", "neon"].compactMap { try? TileEngine(forcedLevel: $0) }
  }

  private func golden(_ name: String) throws -> GoldenLayer {
    let folder = try GoldenFolder(name)
    return try GoldenModel(config: folder.config).layer(tensors: folder.tensors, io: folder.io)
  }

  private func results(of golden: GoldenLayer) throws -> [VerifyResult] {
    try Self.engines().map { engine in
      try Verifier(engine: engine, formats: FormatPlan(.bf16), pool: WorkerPool(threads: 2))
        .onlyResult(golden, family: "family", directory: "directory")
    }
  }

  @Test func thereIsAnEngine() { #expect(!Self.engines().isEmpty) }

  @Test(arguments: GoldenFolder.names)
  func everyFamilyPasses(_ name: String) throws {
    for result in try results(of: golden(name)) {
      #expect(result.passed, "\(name): \(String(describing: result.maxRelativeError))")
      #expect(result.precision == .bf16)
      // A tolerance that rounding does not use up by a good part would let mistakes pass.
      let error = try #require(result.maxRelativeError)
      #expect(error > result.tolerance / 8)
    }
  }

  @Test(arguments: GoldenFolder.names)
  func gateAndUpExchangedFail(_ name: String) throws {
    var weights = try golden(name).routed.weights
    for expert in weights.experts.indices {
      guard let gate = weights.experts[expert].gate else { continue }
      weights.experts[expert].gate = weights.experts[expert].up
      weights.experts[expert].up = gate
    }
    try expectMismatch(name, weights)
  }

  @Test(arguments: GoldenFolder.names)
  func missingExpertsFail(_ name: String) throws {
    var weights = try golden(name).routed.weights
    // One alone may be one that no token of the golden inputs chooses.
    for expert in weights.experts.indices where expert % 2 == 0 {
      weights.experts[expert].down = weights.experts[expert].down.map { _ in 0 }
    }
    try expectMismatch(name, weights)
  }

  @Test func aMissingBiasFails() throws {
    let weights = try golden("gpt_oss").routed.weights
    for part: WritableKeyPath<FeedForwardWeights, [Float]?> in [\.gateBias, \.upBias, \.downBias] {
      var changed = weights
      for expert in weights.experts.indices {
        changed.experts[expert][keyPath: part] = weights.experts[expert][keyPath: part].map {
          [Float](repeating: 0, count: $0.count)
        }
      }
      try expectMismatch("gpt_oss", changed)
    }
  }

  private func expectMismatch(_ name: String, _ weights: SparseLayerWeights) throws {
    let changed = try golden(name).withWeights(weights)
    for result in try results(of: changed) {
      #expect(!result.passed, "\(name): \(String(describing: result.maxRelativeError))")
    }
  }

  /// Three weights and, where the engine rounds them, three activations of a network.
  @Test func toleranceCountsWhatIsRounded() throws {
    let layer = FFNLayerSpec.dense(try FeedForwardSpec(width: 8, intermediate: 8))
    for engine in Self.engines() {
      func tolerance(_ format: WeightFormat, seesStored: Bool = false) -> Double {
        RoundingTolerance(
          engine: engine, formats: FormatPlan(format), seesStoredWeights: seesStored
        ).tolerance(for: layer, elements: 100)
      }
      let activations = engine.activationError(.bf16) > 0 ? 3.0 : 0
      #expect(tolerance(.f32) == 0)
      #expect(tolerance(.bf16, seesStored: true) == 2 * activations.squareRoot() / 512)
      #expect(tolerance(.bf16) == 2 * (3 + activations).squareRoot() / 512)
    }
  }

  /// A format that nothing here knows brings its own error, and projections count by theirs.
  @Test func everyFormatBringsItsError() throws {
    let coarse = WeightFormat(
      name: "coarse", blockElements: 4, blockBytes: 5, roundingError: 0.125, arithmetic: .f32)
    let engine = try TileEngine(forcedLevel: nil)
    let latent = FFNLayerSpec.sparse(try golden("muse_spark_text").routed.spec)
    func tolerance(_ layer: FFNLayerSpec, _ formats: FormatPlan) -> Double {
      RoundingTolerance(engine: engine, formats: formats, seesStoredWeights: false)
        .tolerance(for: layer, elements: 100)
    }
    let dense = FFNLayerSpec.dense(try FeedForwardSpec(width: 4, intermediate: 4))
    #expect(tolerance(dense, FormatPlan(coarse)) == 2 * 3.0.squareRoot() / 8)
    let projections = FormatPlan(networks: .f32, projections: coarse)
    #expect(tolerance(dense, projections) == 0)
    #expect(tolerance(latent, projections) == 2 * 3.0.squareRoot() / 8)
    #expect(tolerance(latent, FormatPlan(coarse)) == 2 * 6.0.squareRoot() / 8)
  }

  /// The largest of a few values may be small where the largest error is not: an honest layer of eight
  /// outputs was refused.
  @Test(arguments: [(1, 4.0), (99, 4), (100, 2), (1 << 20, 2)])
  func fewElementsAreGivenMoreRoom(elements: Int, factor: Double) throws {
    let dense = FFNLayerSpec.dense(try FeedForwardSpec(width: 8, intermediate: 8))
    let rounding = RoundingTolerance(
      engine: try TileEngine(forcedLevel: nil),
      formats: FormatPlan(networks: .f32, projections: .f32),
      seesStoredWeights: false)
    #expect(rounding.tolerance(for: dense, elements: elements) == 0, "nothing is rounded")
    #expect(RoundingTolerance.maximumOverDeviation(elements: elements) == factor)
  }

  /// Small layers in bf16, whatever their seed.
  @Test func tinyLayersPassTheirCheck() throws {
    let engine = try TileEngine(forcedLevel: nil)
    let pool = WorkerPool(threads: 1)
    for (width, seed) in [8, 16].flatMap({ width in (0..<40).map { (width, UInt64($0)) } }) {
      let spec = try FeedForwardSpec(width: width, intermediate: width)
      let layer = DenseLayer(
        spec: spec, seed: seed, engine: engine, formats: FormatPlan(.bf16), pool: pool)
      let input = Matrix(rows: 3, columns: width)
      input.fill(seed: seed, pool: pool)
      let output = Matrix(rows: 3, columns: width)
      layer.forward(
        input, into: output, workspace: layer.makeWorkspace(maxTokens: 3, pool: pool), pool: pool)
      for token in 0..<3 {
        let error = OutputCheck.relativeError(
          output.row(token), expected: layer.referenceOutput(of: input, token: token, pool: pool))
        #expect(
          error
            <= OutputCheck.tolerance(for: .dense(spec), engine: engine, formats: FormatPlan(.bf16)))
      }
    }
  }

  /// The check before timing sees the weights as stored: with widened weights nothing of bf16 is left.
  @Test func theCheckBeforeTimingDoesNotForgiveWidenedWeights() throws {
    let layer = FFNLayerSpec.dense(try FeedForwardSpec(width: 64, intermediate: 64))
    for engine in Self.engines() {
      let (half, single) = (
        OutputCheck.tolerance(for: layer, engine: engine, formats: FormatPlan(.bf16)),
        OutputCheck.tolerance(for: layer, engine: engine, formats: FormatPlan(.f32))
      )
      #expect(engine.activationError(.bf16) > 0 ? half > 0x1p-9 : half == single)
    }
  }

  /// A stream that is long dilutes no error of what is added to it, and rounding of the stream is within the
  /// tolerance.
  @Test func errorsOfBranchesAreNotDiluted() {
    let tolerance = 1e-5
    func error(_ values: [Float]) -> Double {
      OutputCheck.branchError(
        values, expected: [1001, -1002], addedTo: [1000, -1000], tolerance: tolerance)
    }
    #expect(error([1001, -1002]) == 0)
    // A thousandth of what is added is a millionth of the stream, and above the tolerance.
    #expect(error([1001, -1001.998]) > 10 * tolerance)
    let rounded = error([Float(1001).nextUp, -1002])
    #expect(rounded > 0 && rounded < tolerance)
    #expect(error([.nan, -1002]) == .infinity)
  }
}
