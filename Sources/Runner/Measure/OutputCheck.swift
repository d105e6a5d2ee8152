import LayerSpec
import MoEKernel

/// Decides whether a side may be timed: a wrong result has no time.
enum OutputCheck {
  /// Tokens of a batch that are compared with the reference.
  static let sampledTokens = 2

  /// The largest relative error that rounding explains.
  ///
  /// A sum of n products of random signs carries a rounding error of about √n·u relative to its own
  /// size, u = 2⁻²⁴ (Higham and Mary 2019, SIAM J. Sci. Comput. 41, A2815). An output is a sum over F
  /// of products of sums over H, and a routed one a sum over K of those; the errors add. Outputs are
  /// compared by their maximum over H elements, which stays within 8 standard deviations.
  ///
  /// The reference multiplies the weights as they are stored, so that of bf16 only the rounding of
  /// activations is left, where the engine does that.
  static func tolerance(for layer: FFNLayerSpec, engine: Engine) -> Double {
    let unitRoundoff = 0x1p-24
    let lengths: [Int] =
      switch layer {
      case .dense(let network): [network.width, network.intermediate]
      case .sparse(let sparse):
        [
          sparse.hidden, sparse.expertWidth, sparse.expert.intermediate, sparse.topK,
          sparse.shared?.network.intermediate ?? 0,
        ]
      }
    let rounding = HalfRounding(
      roundsWeights: false, roundsActivations: engine.roundsActivations)
    return 8 * unitRoundoff * lengths.reduce(0.0) { $0 + Double($1).squareRoot() }
      + rounding.tolerance(for: layer)
  }

  /// Tokens to compare, drawn from all of a batch.
  static func sample(tokens: Int, seed: UInt64) -> [Int] {
    var generator = SeededGenerator(seed: seed, purpose: "checked tokens")
    return Array((0..<tokens).shuffled(using: &generator).prefix(sampledTokens))
  }
}
