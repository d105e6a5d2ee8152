import LayerSpec
import MoEKernel

/// How far the rounding of stored weights and of activations moves a layer's output.
///
/// Each operand that is rounded before a product adds an error of its own. Over a sum of terms with
/// random signs, Σ x²w²δ² is δ² times the sum's own mean square, so an operand with the relative error δ
/// moves the sum by δ of its root mean square whatever its length (Higham and Mary 2019, SIAM J. Sci.
/// Comput. 41, A2815). Errors of different origin add as squares. An activation passes on a relative
/// error of gate and one of up with a factor near 1; for ReLU² it is √(4/3), and one error is absent.
/// Hence a network counts:
///
/// | rounded | errors |
/// |---|---|
/// | weights of gate, up, down | 3 |
/// | input, seen by gate and by up; hidden units | 3 |
///
/// and the projections of a latent space, whose way in is seen by gate and by up too:
///
/// | rounded | errors |
/// |---|---|
/// | weights on the way in and out | 2 + 1 |
/// | input and sum of the experts | 2 + 1 |
///
/// and the attention of a block, where a relative error of queries or keys is an absolute one of scores, whose
/// deviation is near 1, and so a relative one of weights:
///
/// | rounded | errors |
/// |---|---|
/// | weights of queries, keys, values, output | 4 |
/// | input, seen by the first three; heads | 4 |
///
/// with as many again for ranks that queries, keys and values go through. A residual stream only dilutes what its
/// branches add.
///
/// Routing is in 32 bits and chooses the same experts. Weighted sums over experts, shared ones
/// included, do not raise a relative error.
public struct RoundingTolerance: Sendable {
  /// max|y − ŷ| over max|ŷ| is compared, not root mean squares.
  ///
  /// Both maxima are over the same elements. Of 10² to 10⁴ normal values they lie 3 to 4 of their own
  /// standard deviations out, and twice the ratio of the deviations covers the cases where the error's lies
  /// further out than the value's. Of fewer the largest value may be one deviation while the error's is
  /// four: the largest of eight is below one in a twentieth of all rows.
  static func maximumOverDeviation(elements: Int) -> Double { elements < 100 ? 4 : 2 }

  /// Squared relative errors of the operands of networks.
  private let networks: Double
  /// Squared relative errors of the operands of projections.
  private let projections: Double

  /// What an engine and formats round.
  ///
  /// - Parameter seesStoredWeights: whether the expected output is of the weights as they are stored,
  ///   so that of their rounding nothing is left.
  public init(engine: any Engine, formats: FormatPlan, seesStoredWeights: Bool) {
    func squares(_ format: WeightFormat) -> Double {
      let weights = seesStoredWeights ? 0 : format.block?.roundingError ?? 0
      let activations = engine.activationError(format)
      return 3 * (weights * weights + activations * activations)
    }
    networks = squares(formats.networks)
    projections = squares(formats.projections)
  }

  /// The same of a decoder block.
  func tolerance(for block: BlockSpec, elements: Int) -> Double {
    let attention = (block.attention.latent == nil ? 4.0 : 8) / 3 * projections
    let half = tolerance(for: block.feedForward, elements: elements)
    let factor = Self.maximumOverDeviation(elements: elements)
    return (half * half + factor * factor * attention).squareRoot()
  }

  /// The largest relative error of an output that rounding explains.
  ///
  /// - Parameter elements: of the output, that are compared by their largest.
  public func tolerance(for layer: FFNLayerSpec, elements: Int) -> Double {
    var squares = networks
    if case .sparse(let sparse) = layer, sparse.latent != nil { squares += projections }
    return Self.maximumOverDeviation(elements: elements) * squares.squareRoot()
  }
}
