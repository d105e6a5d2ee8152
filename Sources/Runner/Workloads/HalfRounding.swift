import LayerSpec

/// How far bf16 moves a layer's output.
///
/// Rounding to nearest in 8 significant bits is off by 2⁻⁸ of a value at worst. Over values whose
/// leading digits are spread as those of products and of weights are (Benford), the root mean square is
/// 2⁻⁷/√12 · √0.541 = 0.85 · 2⁻⁹; 2⁻⁹ is taken.
///
/// Each operand that is rounded before a product adds an error of its own. Over a sum of terms with
/// random signs, Σ x²w²δ² is δ² times the sum's own mean square, so the error is 2⁻⁹ of the sum's root
/// mean square whatever its length (Higham and Mary 2019, SIAM J. Sci. Comput. 41, A2815). Errors of
/// different origin add as squares. An activation passes on a relative error of gate and one of up with a
/// factor near 1; for ReLU² it is √(4/3), and one error is absent. Hence a network counts:
///
/// | rounded | errors |
/// |---|---|
/// | weights of gate, up, down | 3 |
/// | input, seen by gate and by up; hidden units | 3 |
///
/// and a latent space, whose way in is seen by gate and by up too:
///
/// | rounded | errors |
/// |---|---|
/// | weights on the way in and out | 2 + 1 |
/// | input and sum of the experts | 2 + 1 |
///
/// Routing is in 32 bits and chooses the same experts. Weighted sums over experts, shared ones
/// included, do not raise a relative error.
struct HalfRounding {
  /// Root mean square of the relative rounding error of one operand.
  static let relativeError = 0x1p-9

  /// max|y − ŷ| over max|ŷ| is compared, not root mean squares.
  ///
  /// Both maxima are over the same elements and lie 3 to 4 of their own standard deviations out (normal
  /// values, 10² to 10⁴ of them); twice the ratio of the deviations covers the cases where the error's
  /// lies further out than the value's.
  static let maximumOverDeviation = 2.0

  /// True when the stored weights are rounded ones and the expected output is of unrounded ones.
  var roundsWeights: Bool
  /// True when products round what they multiply with the weights.
  var roundsActivations: Bool

  /// The largest relative error of an output that rounding to bf16 explains.
  func tolerance(for layer: FFNLayerSpec) -> Double {
    var errors = (roundsWeights ? 3 : 0) + (roundsActivations ? 3 : 0)
    if case .sparse(let sparse) = layer, sparse.latent != nil {
      errors += (roundsWeights ? 3 : 0) + (roundsActivations ? 3 : 0)
    }
    return Self.maximumOverDeviation * Double(errors).squareRoot() * Self.relativeError
  }
}
