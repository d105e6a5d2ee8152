/// One feed-forward network: y = W_down·act(W_gate·x, W_up·x), the dense FFN or one expert.
///
/// Shapes: W_gate and W_up are F×H, W_down is H×F, biases F and H, all row-major. A network that is
/// not gated has W_up and W_down only, and the activation is applied to W_up·x.
public struct FeedForwardSpec: Hashable, Sendable {
  /// H, the width of the input and of the output; L for an expert in a latent space.
  public let width: Int

  /// F, the intermediate width: hidden units between the matrices.
  public let intermediate: Int

  /// True for the three-matrix form, false for the two-matrix form.
  public let isGated: Bool

  /// What makes a hidden unit of its gate and up products.
  public let activation: Activation

  /// True when every matrix has a bias (gpt-oss); F elements for W_gate and W_up, H for W_down.
  public let hasBias: Bool

  /// - Throws: `LayerSpecError` when a size is not positive or a matrix cannot be counted.
  public init(
    width: Int, intermediate: Int, isGated: Bool = true, activation: Activation = .silu,
    hasBias: Bool = false
  ) throws(LayerSpecError) {
    try LayerSpecError.requirePositive(width, "feed-forward width")
    try LayerSpecError.requirePositive(intermediate, "intermediate size")
    _ = try LayerSpecError.product([intermediate, width, 4], "feed-forward parameters")
    self.width = width
    self.intermediate = intermediate
    self.isGated = isGated
    self.activation = activation
    self.hasBias = hasBias
  }

  /// Number of matrices, all of F·H elements: 3 when gated, else 2.
  public var matrices: Int { isGated ? 3 : 2 }

  /// Elements of all matrices, without biases; a token takes twice as many FLOPs.
  public var matrixElements: Int { matrices * intermediate * width }

  /// Elements of all biases; 0 without biases.
  public var biasElements: Int { hasBias ? (matrices - 1) * intermediate + width : 0 }

  /// Parameters of the network: matrices and biases.
  public var parameters: Int { matrixElements + biasElements }
}
