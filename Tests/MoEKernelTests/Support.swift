import Foundation
import LayerSpec
import MoEKernel
import Tile

/// The library that tests multiply with: the default one, or the one that `TENFOLD_TEST_BLAS`
/// names, so that all tests may be run with another.
///
/// They fail where none is installed.
func blasEngine() throws -> BLASEngine {
  BLASEngine(library: try testLibrary())
}

/// The library behind it.
func testLibrary() throws -> BLASLibrary {
  try BLASLibrary.open(path: ProcessInfo.processInfo.environment["TENFOLD_TEST_BLAS"])
}

/// Every engine that this CPU runs: BLAS, and the tile engine of each instruction set.
func allEngines() throws -> [any Engine] {
  try [blasEngine()] + TileLevel.supported.map { TileEngine(level: $0) }
}

/// All weights in 32 bits.
let f32Formats = FormatPlan(.f32)

/// Small pseudo-random floats for weights and inputs, the same in every run.
struct TestNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 2 &+ 1 }

  /// `count` values in ±`amplitude`: Knuth's MMIX generator, upper bits.
  mutating func take(_ count: Int, amplitude: Float = 1) -> [Float] {
    (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (Float(state >> 40) / Float(1 << 23) - 1) * amplitude
    }
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
