import LayerSpec
import MoEKernel
import ModelSpec
import Testing

@testable import Runner

/// Training steps give the gradients that PyTorch's autograd gave of the modules of Hugging Face transformers.
@Suite struct TrainingVerifierTests {
  private static let names = GoldenFolder.trainingNames

  private func golden(_ name: String) throws -> GoldenLayer {
    let folder = try GoldenFolder(training: name)
    return try GoldenModel(config: folder.config).layer(
      tensors: folder.tensors, io: folder.io, gradients: folder.gradients)
  }

  private func verify(
    _ golden: GoldenLayer, engine: any Engine, _ format: WeightFormat = .f32, threads: Int = 2
  ) throws -> [VerifyResult] {
    try Verifier(
      engine: engine, formats: FormatPlan(format), pool: WorkerPool(threads: threads)
    ).verify(golden, family: "family", directory: "directory")
  }

  private static func engines() throws -> [any Engine] {
    ["v2", "v3", "v4", "neon"].compactMap { try? TileEngine(forcedLevel: $0) }
      + [BLASEngine(library: try BLASLibrary.open())]
  }

  @Test func everyGoldenStepIsFound() { #expect(Self.names.count >= 12) }

  @Test(arguments: names, [1, 2])
  func everyEngineReproducesTheGradients(name: String, threads: Int) throws {
    let golden = try golden(name)
    for engine in try Self.engines() {
      let results = try verify(golden, engine: engine, threads: threads)
      let isBlock = golden.layer is DecoderBlock
      let tokens = try #require(golden.training).pass.tokens
      #expect(
        results.map(\.case)
          == [isBlock ? "prefill" : nil, "gradient by input", "gradients by weights"])
      for result in results {
        #expect(
          result.passed,
          "\(name) \(engine.variant) \(result.case ?? ""): \(String(describing: result.maxRelativeError))"
        )
      }
      #expect(
        results.suffix(2).allSatisfy { $0.tolerance == 2e-5 && $0.tokens == tokens })
    }
  }

  /// A cotangent that is off by a twentieth in one place is not rounding.
  @Test(arguments: names)
  func aSmallErrorFails(name: String) throws {
    let golden = try golden(name)
    let training = try #require(golden.training)
    var cotangent = training.cotangent
    cotangent[5] += 0.05
    let changed = GoldenLayer(
      layer: golden.layer, cases: golden.cases,
      training: GoldenTraining(
        pass: training.pass, cotangent: cotangent, gradients: training.gradients))
    let results = try verify(changed, engine: try TileEngine(forcedLevel: nil))
    #expect(results.map(\.passed) == [true, false, false])
  }

  /// A gradient where there should be none is infinitely wrong, and so is a tensor that is not there.
  @Test func whatShouldBeZeroMustBe() {
    func gradients(_ name: String, _ values: [Float]) -> StepGradients {
      StepGradients(input: [], weights: [NamedTensor(name: name, values: values)])
    }
    let none = gradients("up", [0, 0])
    #expect(none.error(against: none) == 0)
    #expect(gradients("up", [0, 1e-30]).error(against: none) == .infinity)
    #expect(gradients("down", [0, 0]).error(against: none) == .infinity)
  }

  /// A golden gradient that is no number is the gradient of no step.
  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func gradientsThatAreNoNumbersFail(value: Float) throws {
    let good = StepGradients(
      input: [1, 2], weights: [NamedTensor(name: "a", values: [1]), .init(name: "b", values: [3])])
    for position in 0..<2 {
      var weights = good.weights
      weights[position] = NamedTensor(name: weights[position].name, values: [value])
      let golden = StepGradients(input: good.input, weights: weights)
      #expect(good.error(against: golden) == .infinity)
      #expect(golden.error(against: good) == .infinity)
    }
    #expect(OutputCheck.relativeError([1, 2], expected: [1, Double(value)]) == .infinity)
    #expect(good.error(against: good) == 0)
  }

  @Test func roundedWeightsAreRefused() throws {
    #expect(throws: UncountableLayer.self) {
      try verify(golden("mixtral_moe"), engine: try TileEngine(forcedLevel: nil), .bf16)
    }
  }

  @Test func gradientsOfAnotherShapeAreRefused() throws {
    let (folder, other) = (
      try GoldenFolder(training: "mixtral_moe"), try GoldenFolder(training: "qwen3_moe")
    )
    #expect(throws: GoldenLayerError.self) {
      try GoldenModel(config: folder.config).layer(
        tensors: folder.tensors, io: folder.io, gradients: other.gradients)
    }
  }
}
