import LayerSpec

/// What a backward pass needs beside products of panels and tiles: products of gradients with weights, and
/// activations' gradients.
///
/// The weights are 32-bit floats, as gradients are.
extension TileKernels {
  /// The most vectors of rows that one backward product takes.
  public var maximumBackwardVectors: Int { build.pointee.backwardInputs.count }

  /// Inputs that one backward product of so many vectors of rows takes of those that are left.
  ///
  /// At the end of a matrix these may be one after the other.
  @inline(__always)
  public func backwardInputs(vectors: Int, left: Int) -> Int {
    let (most, rest) = (
      build.pointee.backwardInputs[vectors - 1], build.pointee.backwardInputsOfRest[vectors - 1]
    )
    if left == most || left >= most + rest { return most }
    return left >= rest ? rest : 1
  }

  /// Inputs that products of two and of three vectors of rows both make up: the least common multiple of theirs.
  public var backwardInputsOfAll: Int {
    let (two, three) = (build.pointee.backwardInputs[1], build.pointee.backwardInputs[2])
    return (1...three).map { two * $0 }.first { $0 % three == 0 } ?? two * three
  }

  /// How many of some rows, the last ones, are multiplied one by one, because they would leave half of a vector idle.
  ///
  /// With a quarter, a half and three quarters of 16 lanes training steps took the same within a hundredth (Zen 5).
  public func singleBackwardRows(of rows: Int) -> Int {
    let rest = rows % lanes
    return 2 * rest <= lanes ? rest : 0
  }

  /// The most rows that one product of single rows takes.
  public var maximumBackwardRows: Int { build.pointee.backwardRows }

  /// Inputs that one product of single rows takes of those that are left.
  public func inputsOfBackwardRows(left: Int) -> Int { left >= 4 ? 4 : 1 }

  /// block = Σ over the panels' outputs of each input's weights times single rows of dY: a piece of dX.
  ///
  /// The error of a sum over `n` outputs is at most γ(2n)·Σ|w·x|, as that of `multiply`.
  ///
  /// - Parameters:
  ///   - weights: of the first input, in the first panel.
  ///   - panelStride: floats from one panel to the next.
  ///   - inputs: as many as `inputsOfBackwardRows(left:)` says, one behind the other.
  ///   - rows: dY, row by row, `panels` · `panelWidth` outputs of each.
  ///   - rowStride: floats from one row to the next.
  ///   - rowCount: 1 to `maximumBackwardRows`.
  ///   - block: the first input of the first row; rows are `panelWidth` floats apart.
  ///   - accumulates: true to add to the block.
  ///   - prefetch: the first of the weights that are needed next, which lie as these do; nil for none.
  @inline(__always)
  public func multiplyBackwardRows(
    weights: UnsafePointer<Float>, panelStride: Int, panels: Int, inputs: Int,
    rows: UnsafePointer<Float>, rowStride: Int, rowCount: Int, block: UnsafeMutablePointer<Float>,
    accumulates: Bool = false, prefetch: UnsafePointer<Float>? = nil
  ) {
    precondition(format == .f32 && panels >= 0, "\(panels) panels of \(format)")
    precondition(rowCount >= 1 && rowCount <= maximumBackwardRows, "\(rowCount) single rows")
    build.pointee.multiplyBackwardRows(
      weights, panelStride, panels, inputs, rows, rowStride, rowCount, block, accumulates,
      UnsafeRawPointer(prefetch ?? weights))
  }

  /// Writes rows column by column, the values of all rows side by side, as `multiplyBackward` reads dY.
  ///
  /// - Parameters:
  ///   - source: row `r` starts at `indices[r]·stride`, or at `r·stride` without indices.
  ///   - count: columns.
  ///   - columns: `count` × `rows` floats.
  public func packColumns(
    source: UnsafePointer<Float>, stride: Int, indices: UnsafePointer<Int32>? = nil, rows: Int,
    count: Int, columns: UnsafeMutablePointer<Float>
  ) {
    precondition(format == .f32 && rows >= 0 && count >= 0, "\(rows) rows of \(count) floats")
    build.pointee.packColumns(source, stride, indices, rows, count, columns)
  }

  /// sums = Σ over the panels' outputs of each input's weights times vectors of rows: a piece of dXᵀ.
  ///
  /// The error of a sum over `n` outputs is at most γ(2n)·Σ|w·x|, as that of `multiply`.
  ///
  /// - Parameters:
  ///   - weights: of the first input, in the first panel.
  ///   - panelStride: floats from one panel to the next.
  ///   - inputs: as many as `backwardInputs(vectors:left:)` says, one behind the other.
  ///   - rows: dY in the order of `packColumns`, from the first row on; up to a vector less one float behind the last
  ///     output's rows is read and comes to nothing.
  ///   - rowStep: floats from one output to the next.
  ///   - vectors: of rows, 1 to `maximumBackwardVectors`.
  ///   - sums: `vectors` vectors for each input, aligned for vectors.
  ///   - accumulates: true to add to the sums.
  ///   - prefetch: the first of the weights that are needed next, which lie as these do; nil for none.
  @inline(__always)
  public func multiplyBackward(
    weights: UnsafePointer<Float>, panelStride: Int, panels: Int, inputs: Int,
    rows: UnsafePointer<Float>, rowStep: Int, vectors: Int, sums: UnsafeMutablePointer<Float>,
    accumulates: Bool = false, prefetch: UnsafePointer<Float>? = nil
  ) {
    precondition(format == .f32 && panels >= 0, "\(panels) panels of \(format)")
    precondition(vectors >= 1 && vectors <= maximumBackwardVectors, "\(vectors) vectors of rows")
    build.pointee.multiplyBackward(
      weights, panelStride, panels, inputs, rows, rowStep, vectors, sums, accumulates,
      UnsafeRawPointer(prefetch ?? weights))
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
    build.pointee.activateBackward(
      block, rows, (units + lanes - 1) / lanes, isGated, activation, kept, keptStride, gradients,
      gradientStride, active, activeStride)
  }
}
