import LayerSpec
import MoEKernel
import Testing

@testable import Checkpoint

/// Every family's published tensors, read into the canonical layout, compute what transformers
/// computed: in the double-precision oracle, and so in whatever is held against it.
@Suite struct GoldenLayerTests {
  /// The golden outputs are sums of about K·F products in 32-bit floats, whose rounding is of the
  /// order √(K·F)·2⁻²⁴ ≈ 1e-6 of the largest output; a misplaced tensor is an error of
  /// order 1.
  static let tolerance: Float = 1e-5

  @Test(arguments: goldenFamilies)
  func publishedTensorsReproduceTheOutput(family: String) throws {
    let golden = try GoldenLayer(family)
    let spec = try #require(goldenSpecs[family])
    let reader = try LayerReader(file: golden.layer, modelType: family)
    #expect(reader.layerIndex == 1)
    let layer = SparseLayer(
      spec: spec, weights: try reader.weights(for: spec), engine: try TileEngine(forcedLevel: nil),
      formats: FormatPlan(.f32))
    let tokens = golden.hiddenStates.count / spec.hidden
    let input = Matrix(rows: tokens, columns: spec.hidden, elements: golden.hiddenStates)
    let pool = WorkerPool(threads: 1)
    let output = (0..<tokens).flatMap {
      layer.referenceOutput(of: input, token: $0, pool: pool).map { Float($0) }
    }
    try #require(output.count == golden.output.count)
    let scale = try #require(golden.output.map(abs).max())
    let error = try #require(zip(output, golden.output).map { abs($0 - $1) }.max())
    #expect(error <= Self.tolerance * scale, "\(family): \(error / scale)")
  }
}
