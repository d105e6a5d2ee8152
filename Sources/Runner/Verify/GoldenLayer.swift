import LayerSpec
import MoEKernel
import ModelSpec

/// A layer with inputs and the outputs that another implementation computed from them.
public struct GoldenLayer: Sendable {
  /// What is computed, with everything learned.
  public var layer: any VerifiableLayer
  /// T, rows of both matrices; at least one.
  public let tokens: Int
  /// T×H, the input, row by row.
  public let hiddenStates: [Float]
  /// T×H, the output that the other implementation computed, row by row.
  public let output: [Float]
}

/// A layer with its weights as published, which an engine can be made to compute: all that `Verifier`
/// knows of a kind of layer.
public protocol VerifiableLayer: Sendable {
  /// Refuses formats that the weights cannot be stored in.
  ///
  /// - Throws: `UncountableLayer` with the reason.
  func check(formats: FormatPlan) throws(UncountableLayer)

  /// The layer in memory, its weights stored in these formats.
  func executable(engine: any Engine, formats: FormatPlan) -> any ExecutableLayer

  /// The relative error of an output that rounding of weights and activations explains.
  ///
  /// - Parameter elements: of the output, that are compared by their largest.
  func tolerance(_ rounding: RoundingTolerance, elements: Int) -> Double
}

/// A mixture-of-experts layer.
struct RoutedLayer: VerifiableLayer {
  let spec: SparseLayerSpec
  var weights: SparseLayerWeights

  func check(formats: FormatPlan) throws(UncountableLayer) {
    try FeedForwardLayer(.sparse(spec)).checkRows(formats)
  }

  func executable(engine: any Engine, formats: FormatPlan) -> any ExecutableLayer {
    SparseLayer(spec: spec, weights: weights, engine: engine, formats: formats)
  }

  func tolerance(_ rounding: RoundingTolerance, elements: Int) -> Double {
    rounding.tolerance(for: .sparse(spec), elements: elements)
  }
}
