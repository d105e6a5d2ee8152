import CVector

// dX = dY·W for rows of dY that fill no vector. Outputs are in the lanes here, as they lie in a panel, and a sum of
// lanes is an element of dX: no lane is idle, where `BackwardProduct` would compute a whole vector of rows.

/// What a product of single rows reads and writes; that all addresses are valid is the caller's promise.
struct BackwardRowOperands {
  /// The first output's weight of the first input, in the first panel.
  var weights: UnsafePointer<Float>
  /// Floats from one panel to the next.
  var panelStride: Int
  /// Panels of the sum; 0 is an empty one.
  var panels: Int
  /// dY, row by row, panels of outputs in each.
  var rows: UnsafePointer<Float>
  /// Floats from one row to the next.
  var rowStride: Int
  /// The weights that are needed next, as those of this product lie.
  var prefetch: UnsafeRawPointer
  /// The result: inputs side by side, rows a panel's width apart.
  var block: UnsafeMutablePointer<Float>
  /// True to add to the block, false to overwrite it.
  var accumulates: Bool
}

/// The microkernel of `inputs` inputs, 1 or 4, by `rows` rows.
enum BackwardRows<let inputs: Int, let rows: Int> {
  typealias Sums = InlineArray<rows, InlineArray<inputs, Vector>>

  /// Multiplies; never inlined, so that registers are allocated for each shape alone.
  @inline(never)
  static func multiply(_ operands: BackwardRowOperands) {
    let width = 2 &* lanes
    var sums = Sums { _ in InlineArray { _ in Vector() } }
    var (weights, outputs, ahead) = (operands.weights, operands.rows, operands.prefetch)
    for _ in 0..<operands.panels {
      for half in 0..<2 {
        accumulate(
          &sums, weights + half &* lanes, outputs + half &* lanes, stride: operands.rowStride)
      }
      for line in stride(from: 0, to: inputs &* width &* 4, by: cacheLine) {
        vector_prefetch_near(ahead + line)
      }
      weights += operands.panelStride
      ahead += operands.panelStride &* MemoryLayout<Float>.size
      outputs += width
    }
    for row in 0..<rows {
      let target = operands.block + row &* width
      if inputs == 4 {
        let four = UnsafeMutableRawPointer(target)
        var totals = totalsOfLanes(sums[row][0], sums[row][1], sums[row][2], sums[row][3])
        if operands.accumulates { totals += four.loadUnaligned(as: SIMD4<Float>.self) }
        four.storeBytes(of: totals, as: SIMD4<Float>.self)
      } else {
        for input in 0..<inputs {
          let total = totalOfLanes(sums[row][input])
          target[input] = operands.accumulates ? target[input] + total : total
        }
      }
    }
  }

  @inline(__always)
  private static func accumulate(
    _ sums: inout Sums, _ weights: UnsafePointer<Float>, _ outputs: UnsafePointer<Float>,
    stride: Int
  ) {
    let own = InlineArray<rows, Vector> { row in
      UnsafeRawPointer(outputs + row &* stride).loadUnaligned(as: Vector.self)
    }
    for input in 0..<inputs {
      let weight = UnsafeRawPointer(weights + input &* 2 &* lanes).load(as: Vector.self)
      for row in 0..<rows {
        sums[row][input] = multiplyAdd(weight, own[row], sums[row][input])
      }
    }
  }
}

#if TILE_V4 || arch(arm64)
  /// The most rows of one product: 16 accumulators of 32 registers.
  public let backwardRows = 4
#elseif TILE_V3
  /// The most rows of one product: 12 accumulators of 16 registers.
  public let backwardRows = 3
#else
  /// The most rows of one product: 8 accumulators of 16 registers.
  public let backwardRows = 2
#endif

/// block = Σ over the panels' outputs of each input's weights times each row's gradients, or that added to it.
///
/// - Parameters:
///   - inputs: 1 or 4.
///   - rowCount: 1 to `backwardRows`.
public func multiplyBackwardRows(
  weights: UnsafePointer<Float>, panelStride: Int, panels: Int, inputs: Int,
  rows: UnsafePointer<Float>, rowStride: Int, rowCount: Int, block: UnsafeMutablePointer<Float>,
  accumulates: Bool, prefetch: UnsafeRawPointer
) {
  let operands = BackwardRowOperands(
    weights: weights, panelStride: panelStride, panels: panels, rows: rows, rowStride: rowStride,
    prefetch: prefetch, block: block, accumulates: accumulates)
  switch (inputs, rowCount) {
  case (1, 1): BackwardRows<1, 1>.multiply(operands)
  case (1, 2): BackwardRows<1, 2>.multiply(operands)
  case (4, 1): BackwardRows<4, 1>.multiply(operands)
  case (4, 2): BackwardRows<4, 2>.multiply(operands)
  #if TILE_V4 || TILE_V3 || arch(arm64)
    case (1, 3): BackwardRows<1, 3>.multiply(operands)
    case (4, 3): BackwardRows<4, 3>.multiply(operands)
  #endif
  #if TILE_V4 || arch(arm64)
    case (1, 4): BackwardRows<1, 4>.multiply(operands)
    case (4, 4): BackwardRows<4, 4>.multiply(operands)
  #endif
  default: preconditionFailure("no backward product has \(inputs) inputs and \(rowCount) rows")
  }
}
