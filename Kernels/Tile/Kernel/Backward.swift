import CVector

// dX = dY·W from panels of W where they lie. A sum is over outputs, which stand side by side in a panel, so the
// sides of a product change places: a vector holds rows of dY, a broadcast one weight. Nothing of W is copied or
// transposed, each weight is read once for all rows of a group of vectors, and what is turned instead is dY and dX,
// smaller by as much as a matrix has more inputs than a task has rows.

/// What a backward product reads and writes; that all addresses are valid is the caller's promise.
struct BackwardOperands {
  /// dY, output by output, the rows of each side by side; whole vectors may be read behind the last output.
  var rows: UnsafePointer<Float>
  /// The weights that are needed next, as those of this product lie.
  var prefetch: UnsafeRawPointer
  /// The first output's weight of the first input, in the first panel.
  var weights: UnsafePointer<Float>
  /// Floats from one output's rows to the next one's.
  var rowStep: Int
  /// Floats from one panel to the next.
  var panelStride: Int
  /// Panels of the sum; 0 is an empty one.
  var panels: Int
  /// The result: for each input whole vectors of rows, one input after the other, aligned for vectors.
  var sums: UnsafeMutablePointer<Float>
  /// True to add to the sums, false to overwrite them.
  var accumulates: Bool
}

/// The microkernel of `inputs` inputs by `vectors` vectors of rows.
///
/// A step takes `vectors + inputs` loads for `vectors · inputs` FMAs, and as many accumulators hide their latency.
enum BackwardProduct<let inputs: Int, let vectors: Int> {
  typealias Block = InlineArray<inputs, InlineArray<vectors, Vector>>

  /// Steps that are taken at once, a divisor of every panel's width.
  private static var stepsAtOnce: Int { 4 }

  /// Multiplies; never inlined, so that registers are allocated for each shape alone.
  @inline(never)
  static func multiply(_ operands: BackwardOperands) {
    let width = 2 &* lanes
    let rowStep = operands.rowStep
    var sums = Block { _ in InlineArray { _ in Vector() } }
    var (weights, rows) = (operands.weights, UnsafeRawPointer(operands.rows))
    // The inputs' weights in one panel are a piece of memory, all of whose lines are asked for once.
    let bytesAtOnce = inputs &* stepsAtOnce &* MemoryLayout<Float>.size
    var ahead = operands.prefetch
    // One loop over the steps of all panels, as in `BlockProduct`.
    let nextPanel = operands.panelStride &- (width &- stepsAtOnce)
    let nextAhead =
      operands.panelStride &* MemoryLayout<Float>.size
      &- (width / stepsAtOnce &- 1) &* bytesAtOnce
    let stepsOfPanel = width / stepsAtOnce
    var left = stepsOfPanel
    for _ in 0..<operands.panels &* stepsOfPanel {
      for step in 0..<stepsAtOnce {
        accumulate(&sums, rows, weights + step)
        rows += rowStep &* MemoryLayout<Float>.size
      }
      for line in stride(from: 0, to: max(bytesAtOnce, cacheLine), by: cacheLine) {
        vector_prefetch_near(ahead + line)
      }
      left &-= 1
      weights += left == 0 ? nextPanel : stepsAtOnce
      ahead += left == 0 ? nextAhead : bytesAtOnce
      left = left == 0 ? stepsOfPanel : left
    }

    let target = UnsafeMutableRawPointer(operands.sums)
      .assumingMemoryBound(to: InlineArray<vectors, Vector>.self)
    if operands.accumulates {
      for input in 0..<inputs {
        for vector in 0..<vectors { sums[input][vector] += target[input][vector] }
      }
    }
    for input in 0..<inputs { target[input] = sums[input] }
  }

  @inline(__always)
  private static func accumulate(
    _ sums: inout Block, _ rows: UnsafeRawPointer, _ weights: UnsafePointer<Float>
  ) {
    let width = 2 &* lanes
    let own = InlineArray<vectors, Vector> { vector in
      rows.loadUnaligned(
        fromByteOffset: vector &* MemoryLayout<Vector>.size, as: Vector.self)
    }
    for input in 0..<inputs {
      let weight = Vector(repeating: weights[input &* width])
      for vector in 0..<vectors {
        sums[input][vector] = multiplyAdd(own[vector], weight, sums[input][vector])
      }
    }
  }
}

#if TILE_V4 || arch(arm64)
  /// Inputs of one product by its vectors of rows, 1 to 3: 16 or 24 accumulators of 32 registers.
  ///
  /// With 12 inputs by two vectors a training step took 1.5 % longer than with 8 (Zen 5).
  public let backwardInputs: InlineArray<3, Int> = [16, 8, 8]
  /// The same where fewer are left.
  public let backwardInputsOfRest: InlineArray<3, Int> = [16, 8, 8]
#elseif TILE_V3
  /// Inputs of one product by its vectors of rows, 1 to 3: 8 or 12 accumulators of 16 registers.
  public let backwardInputs: InlineArray<3, Int> = [8, 6, 4]
  /// The same where fewer are left: 4 by two vectors, whose 8 accumulators wait for each other a little.
  public let backwardInputsOfRest: InlineArray<3, Int> = [8, 4, 4]
#else
  /// Inputs of one product by its vectors of rows, 1 to 3; without FMA, a product waits in a register of its own
  /// until it is added.
  public let backwardInputs: InlineArray<3, Int> = [8, 4, 2]
  /// The same where fewer are left.
  public let backwardInputsOfRest: InlineArray<3, Int> = [8, 4, 2]
#endif

/// sums = Σ over the panels' outputs of each input's weight times the vectors of rows, or that added to the sums.
///
/// - Parameter inputs: as many as `backwardInputs` or `backwardInputsOfRest` has for the vectors, or 1.
public func multiplyBackward(
  weights: UnsafePointer<Float>, panelStride: Int, panels: Int, inputs: Int,
  rows: UnsafePointer<Float>, rowStep: Int, vectors: Int, sums: UnsafeMutablePointer<Float>,
  accumulates: Bool, prefetch: UnsafeRawPointer
) {
  let operands = BackwardOperands(
    rows: rows, prefetch: prefetch, weights: weights, rowStep: rowStep, panelStride: panelStride,
    panels: panels, sums: sums, accumulates: accumulates)
  switch (vectors, inputs) {
  case (1, 1): BackwardProduct<1, 1>.multiply(operands)
  case (2, 1): BackwardProduct<1, 2>.multiply(operands)
  case (3, 1): BackwardProduct<1, 3>.multiply(operands)
  #if TILE_V4 || arch(arm64)
    case (1, 16): BackwardProduct<16, 1>.multiply(operands)
    case (2, 8): BackwardProduct<8, 2>.multiply(operands)
    case (3, 8): BackwardProduct<8, 3>.multiply(operands)
  #elseif TILE_V3
    case (1, 8): BackwardProduct<8, 1>.multiply(operands)
    case (2, 6): BackwardProduct<6, 2>.multiply(operands)
    case (2, 4): BackwardProduct<4, 2>.multiply(operands)
    case (3, 4): BackwardProduct<4, 3>.multiply(operands)
  #else
    case (1, 8): BackwardProduct<8, 1>.multiply(operands)
    case (2, 4): BackwardProduct<4, 2>.multiply(operands)
    case (3, 2): BackwardProduct<2, 3>.multiply(operands)
  #endif
  default:
    preconditionFailure("no backward product has \(inputs) inputs and \(vectors) vectors of rows")
  }
}

/// Writes rows column by column: column `c` of row `r` goes to `columns[c·rows + r]`.
///
/// Squares of as many floats each way as a vector has are turned in registers; the last ones overlap those before
/// them, where there are no whole ones. Fewer rows or columns than that go the way of a tile.
///
/// - Parameter source: row `r` begins at `source + indices[r]·stride`, or at `source + r·stride` without indices.
public func packColumns(
  source: UnsafePointer<Float>, stride: Int, indices: UnsafePointer<Int32>?, rows: Int, count: Int,
  columns: UnsafeMutablePointer<Float>
) {
  guard rows >= lanes, count >= lanes, indices == nil else {
    return packFloats(
      source: source, stride: stride, indices: indices, rows: rows, depth: count,
      paddedDepth: count, tile: UnsafeMutableRawPointer(columns))
  }
  var column = 0
  while true {
    var row = 0
    while true {
      transpose(
        source + (row &* stride &+ column), stride: stride,
        columns + (column &* rows &+ row), stride: rows)
      if row &+ lanes == rows { break }
      row = min(row &+ lanes, rows &- lanes)
    }
    if column &+ lanes == count { break }
    column = min(column &+ lanes, count &- lanes)
  }
}

/// As many floats each way as a vector has, at addresses that need only be aligned for one.
@inline(__always)
func transpose(
  _ source: UnsafePointer<Float>, stride: Int, _ target: UnsafeMutablePointer<Float>,
  stride targetStride: Int
) {
  #if TILE_V4
    vector_transpose16(source, stride, target, targetStride)
  #elseif TILE_V3
    vector_transpose8(source, stride, target, targetStride)
  #else
    vector_transpose4(source, stride, target, targetStride)
  #endif
}
