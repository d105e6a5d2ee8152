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

  /// The largest such error of a gradient: twice the products of an output are behind it.
  public static let gradientTolerance = 2e-5

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

  /// Runs all cases of the layer.
  ///
  /// - Throws: `UncountableLayer` when its weights cannot be stored in the formats.
  public func verify(
    _ golden: GoldenLayer, family: String, directory: String
  ) throws(UncountableLayer) -> [VerifyResult] {
    try golden.layer.check(formats: formats)
    // The golden output is of weights as published, so that storing them stands between too.
    let rounding = RoundingTolerance(engine: engine, formats: formats, seesStoredWeights: false)
    let cases = golden.cases.map { test in
      let outputs = golden.layer.outputs(
        of: test.passes, engine: engine, formats: formats, pool: pool)
      return VerifyResult(
        directory: directory, family: family, case: test.name, engine: engine.name,
        precision: formats.networks, tokens: test.tokens,
        error: OutputCheck.relativeError(
          outputs.suffix(test.compared).flatMap { $0 }, expected: test.output.map(Double.init)),
        tolerance: golden.layer.tolerance(rounding, elements: test.output.count) + Self.tolerance)
    }
    guard let training = golden.training else { return cases }
    let gradients = try golden.layer.gradients(
      of: training.pass, cotangent: training.cotangent, engine: engine, formats: formats,
      pool: pool)
    func result(_ name: String, _ error: Double) -> VerifyResult {
      VerifyResult(
        directory: directory, family: family, case: name, engine: engine.name,
        precision: formats.networks, tokens: training.pass.tokens, error: error,
        tolerance: Self.gradientTolerance)
    }
    return cases + [
      result(
        "gradient by input",
        OutputCheck.relativeError(
          gradients.input, expected: training.gradients.input.map(Double.init))),
      result("gradients by weights", gradients.error(against: training.gradients)),
    ]
  }
}
