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
    build.pointee.transposeSquare(source, steps, target, next ?? source)
  }

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

  /// Whether dX of so many rows is made of panels where they lie, and not of transposed ones.
  ///
  /// There whole vectors of rows are computed. A transposition takes as long as some ten rows of the product that it
  /// is for: on a Zen 5 with 512-bit vectors, from memory, 37 rows took 25.1 ms with it and 26.6 ms in place, 32 rows
  /// 23.8 and 18.0 ms.
  public func multipliesInPlace(rows: Int) -> Bool {
    let idle = (rows + lanes - 1) / lanes * lanes - rows
    return rows > 0 && idle < Self.rowsOfTransposition
  }

  private static let rowsOfTransposition = 10

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
