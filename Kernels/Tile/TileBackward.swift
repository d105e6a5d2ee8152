import LayerSpec

/// What a backward pass needs beside products: weights the other way round, and activations' gradients.
///
/// The weights are 32-bit floats, as gradients are.
extension TileKernels {
  /// Transposes a square of a panel, `panelWidth` steps of as many outputs, into one of a panel of Wᵀ.
  ///
  /// - Parameters:
  ///   - source: `steps` steps of a panel.
  ///   - steps: 0 to `panelWidth`; the steps that are missing count as 0.
  ///   - target: Room for `panelWidth` steps.
  ///   - next: The square that is transposed next, which comes into the L1 cache meanwhile; any address, `nil` for
  ///     none.
  @inline(__always)
  public func transposeSquare(
    source: UnsafePointer<Float>, steps: Int, target: UnsafeMutablePointer<Float>,
    next: UnsafePointer<Float>? = nil
  ) {
    precondition(format == .f32 && steps >= 0 && steps <= panelWidth, "\(steps) steps of a square")
    transposeSquareEntry(source, steps, target, next ?? source)
  }

  /// Turns a block of gradients of `panelWidth` hidden units into gradients of what they were made of.
  ///
  /// - Parameters:
  ///   - units: Of the block that there are, from its start on.
  ///   - kept: The products before the activation, first row: for every `lanes` units the gate's and then
  ///     up's, or the only ones of a network that is not gated; whole vectors.
  ///   - gradients: Where the gradients of these go, in the same order.
  ///   - active: Where the units themselves go, in whole vectors.
  @inline(__always)
  public func activateBackward(
    block: UnsafePointer<Float>, rows: Int, units: Int, isGated: Bool, activation: Activation,
    kept: UnsafePointer<Float>, keptStride: Int, gradients: UnsafeMutablePointer<Float>,
    gradientStride: Int, active: UnsafeMutablePointer<Float>, activeStride: Int
  ) {
    precondition(units > 0 && units <= panelWidth, "\(units) units of a block of \(panelWidth)")
    activateBackwardEntry(
      block, rows, (units + lanes - 1) / lanes, isGated, activation, kept, keptStride, gradients,
      gradientStride, active, activeStride)
  }
}
