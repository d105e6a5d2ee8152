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
    let result = try verifier.onlyResult(golden, family: model.family, directory: name)
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
    var weights = try golden.routed.weights
    for expert in weights.experts.indices { weights.experts[expert].down[0] += 1e-2 }
    let changed = try golden.withWeights(weights)
    let verifier = Verifier(
      engine: BLASEngine(library: try BLASLibrary.open()), formats: FormatPlan(.f32),
      pool: WorkerPool(threads: 1))
    let result = try verifier.onlyResult(changed, family: model.family, directory: name)
    #expect(!result.passed)
    #expect(try #require(result.maxRelativeError) > Verifier.tolerance)
  }

  @Test func anOutputThatIsNotANumberFails() throws {
    let folder = try GoldenFolder("mixtral")
    let golden = try GoldenModel(config: folder.config)
      .layer(tensors: folder.tensors, io: folder.io)
    var weights = try golden.routed.weights
    weights.experts[0].down[0] = .nan
    let changed = try golden.withWeights(weights)
    let verifier = Verifier(
      engine: BLASEngine(library: try BLASLibrary.open()), formats: FormatPlan(.f32),
      pool: WorkerPool(threads: 1))
    let result = try verifier.onlyResult(changed, family: "mixtral", directory: "d")
    #expect(!result.passed)
    #expect(result.maxRelativeError == nil)
  }

  /// No row of a golden layer is a whole number of such blocks.
  @Test func aFormatThatDoesNotFitTheRowsIsRefused() throws {
    let folder = try GoldenFolder("mixtral")
    let golden = try GoldenModel(config: folder.config)
      .layer(tensors: folder.tensors, io: folder.io)
    let blocks = WeightFormat(
      name: "blocks", blockElements: 4096, blockBytes: 4096, roundingError: 0, arithmetic: .f32)
    let verifier = Verifier(
      engine: BLASEngine(library: try BLASLibrary.open()), formats: FormatPlan(blocks),
      pool: WorkerPool(threads: 1))
    let error = #expect(throws: UncountableLayer.self) {
      try verifier.verify(golden, family: "mixtral", directory: "d")
    }
    #expect(try #require(error).description.contains("blocks of 4096"))
  }

  /// A kind of layer that nothing here knows, of which the verifier sees the protocol alone.
  private struct ProductAlone: VerifiableLayer {
    let room: Double

    func check(formats: FormatPlan) throws(UncountableLayer) {
      guard formats.projections == .f32 else { throw UncountableLayer("only f32 is stored") }
    }

    func product(engine: any Engine, formats: FormatPlan) -> MatrixProduct {
      MatrixProduct(
        outputs: 3, inputs: 5, seed: 7, engine: engine, format: formats.projections,
        pool: WorkerPool(threads: 1))
    }

    func outputs(
      of passes: [GoldenPass], engine: any Engine, formats: FormatPlan, pool: WorkerPool
    ) -> [[Float]] {
      outputs(of: passes, by: product(engine: engine, formats: formats), pool: pool)
    }

    func tolerance(_ rounding: RoundingTolerance, elements: Int) -> Double {
      elements == 6 ? room : .nan
    }
  }

  @Test(arguments: [(0.0, 0.0, true), (1e-3, 0, false), (1e-3, 1e-2, true), (1e-1, 1e-2, false)])
  func everyKindOfLayerIsHeldAgainstItsOwnTolerance(
    error: Double, room: Double, passes: Bool
  ) throws {
    let engine = BLASEngine(library: try BLASLibrary.open())
    let pool = WorkerPool(threads: 1)
    let layer = ProductAlone(room: room)
    let input = Matrix(rows: 2, columns: 5, elements: (1...10).map(Float.init))
    let product = layer.product(engine: engine, formats: FormatPlan(.f32))
    var expected = (0..<2).flatMap { product.referenceOutput(of: input, token: $0, pool: pool) }
    let largest = try #require(expected.indices.max { abs(expected[$0]) < abs(expected[$1]) })
    expected[largest] *= 1 + error
    let golden = GoldenLayer(
      layer: layer,
      cases: [
        GoldenCase(
          passes: [GoldenPass(tokens: 2, input.elements)], output: expected.map(Float.init))
      ])
    let result = try Verifier(engine: engine, formats: FormatPlan(.f32), pool: pool)
      .onlyResult(golden, family: "product", directory: "d")
    #expect(result.passed == passes, "\(String(describing: result.maxRelativeError))")
    #expect(result.tolerance == room + Verifier.tolerance)
  }
}
