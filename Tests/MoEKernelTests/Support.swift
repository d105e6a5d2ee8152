import Foundation
import LayerSpec
import MoEKernel
import Statistics
import Testing
import Tile

// MARK: Engines

/// The library that tests multiply with: the default one, or the one that `TENFOLD_TEST_BLAS`
/// names, so that all tests may be run with another.
///
/// They fail where none is installed.
func blasEngine(codecs: [any WeightCodec] = []) throws -> BLASEngine {
  BLASEngine(
    library: try BLASLibrary.open(
      path: ProcessInfo.processInfo.environment["TENFOLD_TEST_BLAS"]),
    codecs: codecs)
}

/// Every engine that this CPU runs: BLAS, and the tile engine of each instruction set.
func allEngines(codecs: [any WeightCodec] = []) throws -> [any Engine] {
  try [blasEngine(codecs: codecs)]
    + TileLevel.supported.map { TileEngine(level: $0, codecs: codecs) }
}

/// An engine with one of its formats.
struct EngineFormat: CustomStringConvertible {
  let engine: any Engine
  let format: WeightFormat

  var description: String { "\(engine.name) \(engine.variant) \(format)" }
  var formats: FormatPlan { FormatPlan(format) }

  /// The largest relative error of a rounded activation: half a step at the low end of a binade, where the
  /// root mean square is at most half of that (`WeightFormat.bf16RoundingError`).
  var worstActivationError: Double { 2 * engine.activationError(format) }

  /// Every engine in every format that it has products for.
  static func all() throws -> [EngineFormat] { try allEngines().flatMap(ways) }

  /// The engines that users get without asking for another, in all their formats.
  static func usual() throws -> [EngineFormat] {
    try ways(blasEngine()) + ways(TileEngine(forcedLevel: nil))
  }

  private static func ways(_ engine: any Engine) -> [EngineFormat] {
    engine.formats.map { EngineFormat(engine: engine, format: $0) }
  }
}

// MARK: Tolerances

/// γ(n) = n·u / (1 − n·u), u = 2⁻²⁴ the unit roundoff of 32-bit floats: an n-term sum is off by at most
/// γ(n)·Σ|terms|, in any order of addition (Higham, Accuracy and Stability of Numerical Algorithms, 2nd
/// ed., (3.1) and (3.5)).
func gamma(_ n: Int) -> Double {
  let product = Double(n) * 0x1p-24
  return product / (1 - product)
}

/// The largest max|y − ŷ| / max|ŷ| of a row that rounding explains, ŷ of the weights as they are stored.
///
/// A sum of n products of random signs carries a rounding error of about √n·u relative to its own size
/// (Higham and Mary 2019, SIAM J. Sci. Comput. 41, A2815). An output is a sum over F of products of sums
/// over H, and a routed one a sum over K of those; the errors add, with 16 units for exponentials,
/// divisions, norms and activations. Outputs are compared by their maximum, which stays within 8 standard
/// deviations.
///
/// Where activations are rounded to bf16, each rounding is 2⁻⁹ of a value in the root mean square: of the
/// input, seen by gate and by up, and of hidden units; a latent space has as many again. Of some hundred
/// elements the largest error lies 4 deviations out, where the largest output may be one deviation when the
/// rows of a few experts cancel.
func tolerance(for layer: FFNLayerSpec, _ way: EngineFormat) -> Double {
  var lengths: [Int]
  var roundings = 3
  switch layer {
  case .dense(let network): lengths = [network.width, network.intermediate]
  case .sparse(let layer):
    lengths = [
      layer.hidden, layer.expertWidth, layer.expert.intermediate, layer.topK,
      layer.shared?.network.intermediate ?? 0,
    ]
    if layer.latent != nil {
      lengths += [layer.hidden, layer.expertWidth]
      roundings *= 2
    }
  }
  let units = lengths.reduce(16) { $0 + Double($1).squareRoot() }
  return 8 * 0x1p-24 * units
    + 4 * Double(roundings).squareRoot() * way.engine.activationError(way.format)
}

/// Expects a row to be the reference, but for `tolerance` of its largest element.
func expectClose(
  _ row: [Float], _ expected: [Double], within tolerance: Double,
  _ place: @autoclosure () -> String, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(row.count == expected.count, sourceLocation: sourceLocation)
  let bound = tolerance * (expected.map(abs).max() ?? 0)
  let wrong = zip(row, expected).map { abs(Double($0) - $1) }.firstIndex { !($0 <= bound) }
  #expect(
    wrong == nil,
    "\(place()), column \(wrong ?? 0): \(row[wrong ?? 0]), not \(expected[wrong ?? 0]) ± \(bound)",
    sourceLocation: sourceLocation)
}

// MARK: Numbers

/// Small pseudo-random floats for weights and inputs, the same in every run.
struct TestNumbers {
  private var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed, purpose: "weights and inputs") }

  /// `count` values in ±`amplitude`, of 24 bits each.
  mutating func take(_ count: Int, amplitude: Float = 1) -> [Float] {
    (0..<count).map { _ in (Float(generator.next() >> 40) / Float(1 << 23) - 1) * amplitude }
  }

  mutating func network(_ spec: FeedForwardSpec) -> FeedForwardWeights {
    let (width, units) = (spec.width, spec.intermediate)
    let (fromWidth, fromUnits) = (1 / Float(width).squareRoot(), 1 / Float(units).squareRoot())
    return FeedForwardWeights(
      gate: spec.isGated ? take(units * width, amplitude: 2 * fromWidth) : nil,
      up: take(units * width, amplitude: 2 * fromWidth),
      down: take(width * units, amplitude: 2 * fromUnits),
      gateBias: spec.hasBias && spec.isGated ? take(units) : nil,
      upBias: spec.hasBias ? take(units) : nil, downBias: spec.hasBias ? take(width) : nil)
  }

  mutating func layer(_ spec: SparseLayerSpec) -> SparseLayerWeights {
    SparseLayerWeights(
      router: take(spec.choices * spec.hidden, amplitude: 0.5),
      routerBias: spec.router.hasBias ? take(spec.choices) : nil,
      selectionBias: spec.router.hasSelectionBias ? take(spec.choices, amplitude: 0.3) : nil,
      experts: (0..<spec.experts).map { _ in network(spec.expert) },
      shared: spec.shared.map { network($0.network) },
      sharedGate: spec.shared?.isGated == true ? take(spec.hidden) : nil,
      latent: spec.latent.map { latent in
        LatentWeights(
          inputProjection: take(latent.width * spec.hidden, amplitude: 0.5),
          inputNorm: take(latent.width).map { 1 + $0 / 2 },
          expertNorm: take(latent.width).map { 1 + $0 / 2 },
          outputProjection: take(spec.hidden * latent.width, amplitude: 0.5))
      })
  }
}

// MARK: Passes

extension ExecutableLayer {
  /// The output of one pass in a workspace of its own.
  func output(of input: Matrix, pool: WorkerPool) -> Matrix {
    let output = Matrix(rows: input.rows, columns: outputWidth)
    forward(
      input, into: output, workspace: makeWorkspace(maxTokens: input.rows, pool: pool),
      pool: pool)
    return output
  }
}

/// Tokens of a pass that are checked: the first and the last ones, because what lies between is the same
/// code in the same block.
func checkedTokens(of tokens: Int) -> [Int] {
  (0..<tokens).filter { $0 < 4 || $0 >= tokens - 12 }
}
