import CVector

// Products of attention whose operands are read where they lie. Weights are packed once and multiplied a
// thousand times; what a cache holds is multiplied once for every token, by few rows or in two ways: latent
// vectors are keys, whose elements are summed over, and values, whose elements are the result.

/// What a strided product reads and writes; that all addresses are valid is the caller's promise.
struct StridedOperands {
  /// Two vectors for each step, aligned for vectors.
  var panel: UnsafeRawPointer
  /// Where to ask for memory that is needed next.
  var prefetch: UnsafeRawPointer
  /// Bytes from one step's vectors to the next one's.
  var panelStep: Int
  /// What the vectors of a step are multiplied with, one float for each row.
  var factors: UnsafePointer<Float>
  /// How many bytes `prefetch` moves on in a step.
  var prefetchStep: Int
  /// Floats from one row's factor to the next one's.
  var rowStep: Int
  /// Floats from one step's factors to the next one's.
  var factorStep: Int
  /// Steps of the sum; 0 is an empty one.
  var steps: Int
  /// The result, two vectors per row, aligned for vectors.
  var block: UnsafeMutablePointer<Float>
  /// True to add to the block, false to overwrite it.
  var accumulates: Bool
}

/// `Product`'s register block over operands at strides of the caller's: 2 loads of the panel and a broadcast
/// per row for 2 FMAs per row.
enum StridedProduct<let rows: Int> {
  /// Multiplies; never inlined, so that registers are allocated for each shape alone.
  @inline(never)
  static func multiply(_ operands: StridedOperands) {
    let (panelStep, rowStep) = (operands.panelStep, operands.rowStep)
    let (factorStep, prefetchStep) = (operands.factorStep, operands.prefetchStep)
    var sums = InlineArray<rows, Sums> { _ in Sums() }
    var panel = operands.panel
    var ahead = operands.prefetch
    var factors = operands.factors
    for _ in 0..<operands.steps {
      let first = panel.load(as: Vector.self)
      let second = panel.load(fromByteOffset: MemoryLayout<Vector>.size, as: Vector.self)
      for row in 0..<rows {
        let factor = Vector(repeating: factors[row &* rowStep])
        sums[row].first = multiplyAdd(first, factor, sums[row].first)
        sums[row].second = multiplyAdd(second, factor, sums[row].second)
      }
      vector_prefetch(ahead)
      ahead += prefetchStep
      panel += panelStep
      factors += factorStep
    }
    let block = UnsafeMutableRawPointer(operands.block).assumingMemoryBound(to: Sums.self)
    if operands.accumulates {
      for row in 0..<rows { sums[row] += block[row] }
    }
    for row in 0..<rows { block[row] = sums[row] }
  }
}

/// block = Σ over steps of the panel's two vectors times each row's factor, or that added to the block.
public func multiplyStrided(
  panel: UnsafeRawPointer, panelStep: Int, factors: UnsafePointer<Float>, rowStep: Int,
  factorStep: Int, steps: Int, rows: Int,
  block: UnsafeMutablePointer<Float>, accumulates: Bool, prefetch: UnsafeRawPointer,
  prefetchStep: Int
) {
  let operands = StridedOperands(
    panel: panel, prefetch: prefetch, panelStep: panelStep, factors: factors,
    prefetchStep: prefetchStep, rowStep: rowStep, factorStep: factorStep, steps: steps,
    block: block, accumulates: accumulates)
  switch rows {
  case 1: StridedProduct<1>.multiply(operands)
  case 2: StridedProduct<2>.multiply(operands)
  case 3: StridedProduct<3>.multiply(operands)
  case 4: StridedProduct<4>.multiply(operands)
  #if TILE_V4 || TILE_V3 || arch(arm64)
    case 5: StridedProduct<5>.multiply(operands)
    case 6: StridedProduct<6>.multiply(operands)
  #endif
  #if TILE_V4 || arch(arm64)
    case 7: StridedProduct<7>.multiply(operands)
    case 8: StridedProduct<8>.multiply(operands)
    case 9: StridedProduct<9>.multiply(operands)
    case 10: StridedProduct<10>.multiply(operands)
    case 11: StridedProduct<11>.multiply(operands)
    case 12: StridedProduct<12>.multiply(operands)
  #endif
  default: preconditionFailure("a product takes 1 to \(maximumRows) rows, not \(rows)")
  }
}
