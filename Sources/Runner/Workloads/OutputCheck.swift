import LayerSpec
import MoEKernel
import Statistics

/// How far a right output may be from its reference, and how far one is.
enum OutputCheck {
  /// Tokens of a batch that are compared with the reference.
  static let sampledTokens = 2

  /// u, half the distance from 1 to the next 32-bit float.
  private static let unitRoundoff = 0x1p-24

  /// Outputs are compared by their maximum over H elements, which stays within so many standard
  /// deviations.
  private static let deviations = 8.0

  /// The largest relative error that rounding explains.
  ///
  /// A sum of n products of random signs carries a rounding error of about √n·u relative to its own
  /// size (Higham and Mary 2019, SIAM J. Sci. Comput. 41, A2815). An output is a sum over F of products
  /// of sums over H, and a routed one a sum over K of those; the errors add.
  ///
  /// The reference multiplies the weights as they are stored, so that of bf16 only the rounding of
  /// activations is left, where the engine does that.
  static func tolerance(
    for layer: FFNLayerSpec, engine: any Engine, formats: FormatPlan
  ) -> Double {
    let rounding = RoundingTolerance(engine: engine, formats: formats, seesStoredWeights: true)
    let lengths = layer.sumLengths.reduce(0.0) { $0 + Double($1).squareRoot() }
    return deviations * unitRoundoff * lengths
      + rounding.tolerance(for: layer, elements: layer.hidden)
  }

  /// The same of a decoder block whose last row sees so many keys: scores are sums over a key's width, and heads
  /// over keys.
  static func tolerance(
    for block: BlockSpec, keys: Int, engine: any Engine, formats: FormatPlan
  ) -> Double {
    let rounding = RoundingTolerance(engine: engine, formats: formats, seesStoredWeights: true)
    let attention = block.attention
    let lengths =
      attention.linearMaps.map(\.inputs) + [attention.keyWidth, keys]
      + block.feedForward.sumLengths
    return deviations * unitRoundoff * lengths.reduce(0) { $0 + Double($1).squareRoot() }
      + rounding.tolerance(for: block, elements: block.hidden)
  }

  /// The same of a training step's outputs and gradients: a gradient goes through the sums of the forward pass
  /// and, backwards, through as many again, and one of weights through a sum over tokens.
  static func trainingTolerance(
    for layer: FFNLayerSpec, tokens: Int, engine: any Engine, formats: FormatPlan
  ) -> Double {
    trainingTolerance(
      forward: tolerance(for: layer, engine: engine, formats: formats), tokens: tokens)
  }

  /// The same of a block's training step.
  static func trainingTolerance(
    for block: BlockSpec, tokens: Int, engine: any Engine, formats: FormatPlan
  ) -> Double {
    trainingTolerance(
      forward: tolerance(for: block, keys: tokens, engine: engine, formats: formats),
      tokens: tokens)
  }

  private static func trainingTolerance(forward: Double, tokens: Int) -> Double {
    2 * forward + deviations * unitRoundoff * Double(tokens).squareRoot()
  }

  /// The largest error of a product that rounding explains, in units of the deviation of an output.
  ///
  /// √K·u as above, and what the rounding of rows adds (`RoundingTolerance`).
  static func productTolerance(
    inputs: Int, engine: any Engine, format: WeightFormat
  ) -> Double {
    deviations
      * (Double(inputs).squareRoot() * unitRoundoff
        + engine.activationError(format))
  }

  /// max|y − ŷ| / max|ŷ|; infinite when a value of either is no number, and when the reference is all zeros.
  static func relativeError(_ values: [Float], expected: [Double]) -> Double {
    let difference = largestDifference(values, expected)
    guard difference.isFinite else { return .infinity }
    return difference == 0 ? 0 : difference / (expected.map(abs).max() ?? 0)
  }

  /// max|y − ŷ| / max|ŷ − x|: the error relative to what a branch adds to a stream x.
  ///
  /// In a deep model the stream is much longer and would hide it. Adding to it rounds as well, which the error is
  /// given room for: it is at the tolerance when the difference is what both explain. Infinite as above.
  static func branchError(
    _ values: [Float], expected: [Double], addedTo stream: [Float], tolerance: Double
  ) -> Double {
    let difference = largestDifference(values, expected)
    guard difference.isFinite else { return .infinity }
    let rounded = unitRoundoff * (expected.map(abs).max() ?? 0)
    let added = zip(expected, stream).reduce(0) { max($0, abs($1.0 - Double($1.1))) }
    return difference == 0 ? 0 : difference / (added + rounded / tolerance)
  }

  /// max|y − ŷ| in units of the deviation of an output, infinite when a value is not a number.
  ///
  /// Weights have the variance 1/K, so an output of a row has the deviation of the row's elements. The
  /// largest output would not do as a unit: of a single one it may be next to nothing.
  static func productError(of values: [Float], input: [Float], expected: [Double]) -> Double {
    let square = input.reduce(0.0) { $0 + Double($1) * Double($1) }
    return largestDifference(values, expected) / (square / Double(input.count)).squareRoot()
  }

  /// max|y − ŷ|, infinite when a value is not a number.
  private static func largestDifference(_ values: [Float], _ expected: [Double]) -> Double {
    precondition(values.count == expected.count, "as many values as expected ones")
    var largest = 0.0
    for (value, reference) in zip(values, expected) {
      let distance = abs(Double(value) - reference)
      guard distance.isFinite else { return .infinity }
      largest = max(largest, distance)
    }
    return largest
  }

  /// Tokens to compare, drawn from all of a batch.
  static func sample(tokens: Int, seed: UInt64) -> [Int] {
    var generator = SeededGenerator(seed: seed, purpose: "checked tokens")
    return Array((0..<tokens).shuffled(using: &generator).prefix(sampledTokens))
  }
}

extension FFNLayerSpec {
  /// Terms of the sums that an output goes through.
  fileprivate var sumLengths: [Int] {
    switch self {
    case .dense(let network): [network.width, network.intermediate]
    case .sparse(let sparse):
      [
        sparse.hidden, sparse.expertWidth, sparse.expert.intermediate, sparse.topK,
        sparse.shared?.network.intermediate ?? 0,
      ]
    }
  }
}
