/// One feed-forward network: y = W_down·act(W_gate·x, W_up·x), the dense FFN or one expert.
///
/// Shapes: W_gate and W_up are F×H, W_down is H×F, biases F and H, all row-major. A network that is
/// not gated has W_up and W_down only, and the activation is applied to W_up·x.
public struct FeedForwardSpec: Hashable, Sendable {
  /// H, the width of the input and of the output.
  public let width: Int

  /// F, the width between the matrices.
  public let intermediate: Int

  /// True for the three-matrix form, false for the two-matrix form.
  public let isGated: Bool

  /// What stands between the matrices.
  public let activation: Activation

  /// True when every matrix has a bias.
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

  /// Matrices of shape F×H or H×F: 3 when gated, else 2.
  public var matrices: Int { isGated ? 3 : 2 }

  /// Elements of all matrices, without biases.
  public var matrixElements: Int { matrices * intermediate * width }

  /// Elements of all biases.
  public var biasElements: Int { hasBias ? (matrices - 1) * intermediate + width : 0 }

  /// Everything that is learned.
  public var parameters: Int { matrixElements + biasElements }
}
