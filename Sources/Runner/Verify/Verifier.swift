import LayerSpec
import MoEKernel
import ModelSpec

/// Runs golden layers on an engine and compares.
public struct Verifier {
  /// The largest max|y − ŷ| / max|ŷ| that passes, in 32-bit floats.
  ///
  /// An output is a sum over F of products of sums over H: with √n·2⁻²⁴ for each sum (Higham and
  /// Mary 2019, SIAM J. Sci. Comput. 41, A2815) and widths in the thousands, rounding of both sides
  /// stays below it, and a wrong weight or expert is far above.
  public static let tolerance = 1e-5

  private let engine: any Engine
  private let formats: FormatPlan
  private let pool: WorkerPool

  /// A verifier of one engine with weights in these formats.
  public init(engine: any Engine, formats: FormatPlan, pool: WorkerPool) {
    self.engine = engine
    self.formats = formats
    self.pool = pool
  }

  /// A verifier of an opened engine with one worker: golden layers are small.
  public init(engine: OpenedEngine, formats: FormatPlan) {
    self.init(engine: engine.engine, formats: formats, pool: WorkerPool(threads: 1))
  }

  /// Runs the layer once on all its tokens.
  ///
  /// - Throws: `UncountableLayer` when its weights cannot be stored in the formats.
  public func verify(
    _ golden: GoldenLayer, family: String, directory: String
  ) throws(UncountableLayer) -> VerifyResult {
    try golden.layer.check(formats: formats)
    let output = run(golden.layer.executable(engine: engine, formats: formats), on: golden)
    // The golden output is of weights as published, so that storing them stands between too.
    let rounding = RoundingTolerance(engine: engine, formats: formats, seesStoredWeights: false)
    return VerifyResult(
      directory: directory, family: family, engine: engine.name, precision: formats.networks,
      tokens: golden.tokens,
      error: OutputCheck.relativeError(output, expected: golden.output.map(Double.init)),
      tolerance: golden.layer.tolerance(rounding, elements: golden.output.count) + Self.tolerance)
  }

  /// The layer's output, T×H.
  private func run(_ layer: some ExecutableLayer, on golden: GoldenLayer) -> [Float] {
    let input = Matrix(rows: golden.tokens, columns: layer.width, elements: golden.hiddenStates)
    let output = Matrix(rows: golden.tokens, columns: layer.outputWidth)
    let workspace = layer.makeWorkspace(maxTokens: golden.tokens, pool: pool)
    layer.forward(input, into: output, workspace: workspace, pool: pool)
    return output.elements
  }
}
