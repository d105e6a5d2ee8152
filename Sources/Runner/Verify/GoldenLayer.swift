import LayerSpec
import MoEKernel
import ModelSpec

/// A layer with inputs and the outputs that another implementation computed from them.
public struct GoldenLayer: Sendable {
  /// What is computed, with everything learned.
  public var layer: any VerifiableLayer
  /// What is compared, one result each.
  public let cases: [GoldenCase]
  /// What a training step is to give; `nil` for a layer that came without gradients.
  public let training: GoldenTraining?

  /// A layer with what it is compared by.
  public init(
    layer: any VerifiableLayer, cases: [GoldenCase], training: GoldenTraining? = nil
  ) {
    self.layer = layer
    self.cases = cases
    self.training = training
  }
}

/// Passes of a golden layer, and what comes out of the last of them.
public struct GoldenCase: Sendable {
  /// The name in results; `nil` for the only case of a layer that has no others.
  public let name: String?
  /// One after the other, each with what the ones before left in the caches.
  public let passes: [GoldenPass]
  /// Passes whose outputs are compared, counted from the last.
  public let compared: Int
  /// What these came to in another implementation, row after row.
  public let output: [Float]

  /// Passes of a layer, the last of which are compared.
  public init(name: String? = nil, passes: [GoldenPass], compared: Int = 1, output: [Float]) {
    self.name = name
    self.passes = passes
    self.compared = compared
    self.output = output
  }

  /// Rows that are compared.
  var tokens: Int { passes.suffix(compared).reduce(0) { $0 + $1.tokens } }
}

/// Rows that a layer is given at once.
public struct GoldenPass: Sendable {
  /// How many of the rows belong to each sequence; those of the first come first.
  public let rows: [Int]
  /// The rows of H elements.
  public let hiddenStates: [Float]

  /// Rows of one sequence.
  public init(tokens: Int, _ hiddenStates: [Float]) { self.init(rows: [tokens], hiddenStates) }

  /// Rows of several sequences.
  public init(rows: [Int], _ hiddenStates: [Float]) {
    self.rows = rows
    self.hiddenStates = hiddenStates
  }

  /// Rows of all sequences.
  var tokens: Int { rows.reduce(0, +) }
}

/// A layer with its weights as published, which an engine can be made to compute: all that `Verifier`
/// knows of a kind of layer.
public protocol VerifiableLayer: Sendable {
  /// Refuses formats that the weights cannot be stored in.
  ///
  /// - Throws: `UncountableLayer` with the reason.
  func check(formats: FormatPlan) throws(UncountableLayer)

  /// The outputs of passes one after the other, by the layer with its weights stored in these formats.
  func outputs(
    of passes: [GoldenPass], engine: any Engine, formats: FormatPlan, pool: WorkerPool
  ) -> [[Float]]

  /// The gradients of a training step.
  ///
  /// - Throws: `UncountableLayer` with the reason why the layer is not trained so.
  func gradients(
    of pass: GoldenPass, cotangent: [Float], engine: any Engine, formats: FormatPlan,
    pool: WorkerPool
  ) throws(UncountableLayer) -> StepGradients

  /// The relative error of an output that rounding of weights and activations explains.
  ///
  /// - Parameter elements: of the output, that are compared by their largest.
  func tolerance(_ rounding: RoundingTolerance, elements: Int) -> Double
}

extension VerifiableLayer {
  /// Refused, as for every kind of layer without a backward pass.
  func gradients(
    of pass: GoldenPass, cotangent: [Float], engine: any Engine, formats: FormatPlan,
    pool: WorkerPool
  ) throws(UncountableLayer) -> StepGradients {
    throw UncountableLayer("this kind of layer has no backward pass")
  }

  /// The outputs of a layer that nothing is left in from one pass to the next.
  func outputs(
    of passes: [GoldenPass], by layer: some ExecutableLayer, pool: WorkerPool
  ) -> [[Float]] {
    let workspace = layer.makeWorkspace(
      maxTokens: passes.map(\.tokens).max() ?? 0, pool: pool)
    return passes.map { pass in
      let input = Matrix(rows: pass.tokens, columns: layer.width, elements: pass.hiddenStates)
      let output = Matrix(rows: pass.tokens, columns: layer.outputWidth)
      layer.forward(input, into: output, workspace: workspace, pool: pool)
      return output.elements
    }
  }
}

/// A mixture-of-experts layer.
struct RoutedLayer: VerifiableLayer {
  let spec: SparseLayerSpec
  var weights: SparseLayerWeights

  func check(formats: FormatPlan) throws(UncountableLayer) {
    try FeedForwardLayer(.sparse(spec)).checkRows(formats)
  }

  func outputs(
    of passes: [GoldenPass], engine: any Engine, formats: FormatPlan, pool: WorkerPool
  ) -> [[Float]] {
    outputs(
      of: passes,
      by: SparseLayer(spec: spec, weights: weights, engine: engine, formats: formats), pool: pool)
  }

  func tolerance(_ rounding: RoundingTolerance, elements: Int) -> Double {
    rounding.tolerance(for: .sparse(spec), elements: elements)
  }
}

/// A decoder block with its attention.
struct DecoderBlock: VerifiableLayer {
  let spec: BlockSpec
  var weights: BlockWeights

  func check(formats: FormatPlan) throws(UncountableLayer) {
    try FeedForwardLayer(spec.feedForward).checkRows(formats)
    let attention = spec.attention
    let rows = [
      attention.hidden, attention.outputWidth, attention.latent?.rank, attention.latent?.queryRank,
    ]
    for columns in rows.compactMap(\.self)
    where formats.projections.bytes(rows: 1, columns: columns) == nil {
      throw UncountableLayer(
        "rows of \(columns) weights of the attention are no whole number of the blocks of "
          + "\(formats.projections); choose another --precision")
    }
  }

  func outputs(
    of passes: [GoldenPass], engine: any Engine, formats: FormatPlan, pool: WorkerPool
  ) -> [[Float]] {
    let layer = BlockLayer(spec: spec, weights: weights, engine: engine, formats: formats)
    let sequences = passes.map(\.rows.count).max() ?? 0
    let lengths = (0..<sequences).map { sequence in
      passes.reduce(0) { $0 + (sequence < $1.rows.count ? $1.rows[sequence] : 0) }
    }
    let workspace = layer.makeWorkspace(
      maxTokens: passes.map(\.tokens).max() ?? 0, sequences: sequences,
      context: lengths.max() ?? 0, pool: pool)
    return passes.map { pass in
      let input = Matrix(rows: pass.tokens, columns: layer.width, elements: pass.hiddenStates)
      let output = Matrix(rows: pass.tokens, columns: layer.outputWidth)
      layer.extend(
        pass.rows + Array(repeating: 0, count: sequences - pass.rows.count), input, into: output,
        workspace: workspace, pool: pool)
      return output.elements
    }
  }

  func tolerance(_ rounding: RoundingTolerance, elements: Int) -> Double {
    rounding.tolerance(for: spec, elements: elements)
  }
}
