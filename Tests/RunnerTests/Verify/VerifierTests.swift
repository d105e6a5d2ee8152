import LayerSpec
import MoEKernel
import ModelSpec
import Testing

@testable import Runner

/// The kernel computes what Hugging Face transformers computed, from published files only.
@Suite struct VerifierTests {
  @Test func everyGoldenFolderIsFound() {
    #expect(GoldenFolder.names.count >= 19)
  }

  @Test(arguments: GoldenFolder.names, [1, 2])
  func blasReproducesTheOutput(folder name: String, threads: Int) throws {
    let folder = try GoldenFolder(name)
    let model = try GoldenModel(config: folder.config)
    let golden = try model.layer(tensors: folder.tensors, io: folder.io)
    let verifier = Verifier(
      engine: BLASEngine(library: try BLASLibrary.open()), formats: FormatPlan(.f32),
      pool: WorkerPool(threads: threads))
    let result = verifier.verify(golden, family: model.family, directory: name)
    #expect(result.passed, "\(name): \(String(describing: result.maxRelativeError))")
    #expect(result.family == name)
    #expect(result.tokens == 21)
    #expect(result.engine == "blas")
  }

  /// A weight of every expert that is off by a hundredth is not rounding.
  @Test(arguments: GoldenFolder.names)
  func aSmallErrorInTheWeightsFails(folder name: String) throws {
    let folder = try GoldenFolder(name)
    let model = try GoldenModel(config: folder.config)
    let golden = try model.layer(tensors: folder.tensors, io: folder.io)
    var weights = golden.weights
    for expert in weights.experts.indices { weights.experts[expert].down[0] += 1e-2 }
    let changed = GoldenLayer(
      spec: golden.spec, weights: weights, tokens: golden.tokens,
      hiddenStates: golden.hiddenStates, output: golden.output)
    let verifier = Verifier(
      engine: BLASEngine(library: try BLASLibrary.open()), formats: FormatPlan(.f32),
      pool: WorkerPool(threads: 1))
    let result = verifier.verify(changed, family: model.family, directory: name)
    #expect(!result.passed)
    #expect(try #require(result.maxRelativeError) > Verifier.tolerance)
  }

  @Test func anOutputThatIsNotANumberFails() throws {
    let folder = try GoldenFolder("mixtral")
    let golden = try GoldenModel(config: folder.config)
      .layer(tensors: folder.tensors, io: folder.io)
    var weights = golden.weights
    weights.experts[0].down[0] = .nan
    let changed = GoldenLayer(
      spec: golden.spec, weights: weights, tokens: golden.tokens,
      hiddenStates: golden.hiddenStates, output: golden.output)
    let verifier = Verifier(
      engine: BLASEngine(library: try BLASLibrary.open()), formats: FormatPlan(.f32),
      pool: WorkerPool(threads: 1))
    let result = verifier.verify(changed, family: "mixtral", directory: "d")
    #expect(!result.passed)
    #expect(result.maxRelativeError == nil)
  }
}
