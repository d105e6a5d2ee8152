import CVector

// Products with what products left. A block has a row of `2·lanes` sums for each row, so consecutive sums of a
// row are consecutive steps of the next product, and all rows of a step lie a constant apart: no tile need be made
// of them. Read so, 12 rows run as fast as a tile does, side by side (Zen 5: 270 of 272 GFLOP/s on one core).

/// What a product with blocks reads and writes; that all addresses are valid is the caller's promise.
struct BlockOperands {
  /// Two vectors for each step, aligned for vectors.
  var panel: UnsafeRawPointer
  /// Where to ask for memory that is needed next, two lines in a step.
  var prefetch: UnsafeRawPointer
  var beside: UnsafeRawPointer
  /// The rows of the first steps, as many as a panel is wide; the last block may have fewer steps.
  var factors: UnsafePointer<Float>
  /// How many bytes both move on in a step.
  var prefetchStep: Int
  var besideStep: Int
  /// Floats from one block of factors to the next.
  var stride: Int
  /// Steps of all blocks; 0 is an empty sum.
  var steps: Int
  /// The result, two vectors per row, aligned for vectors.
  var block: UnsafeMutablePointer<Float>
  /// True to add to the block, false to overwrite it.
  var accumulates: Bool
}

/// `Product`'s register block over factors that lie in blocks, in `chains` sets of accumulators; of each step both
/// vectors or the first one alone.
enum BlockProduct<let rows: Int, let chains: Int, let vectors: Int> {
  typealias Block = InlineArray<rows, InlineArray<vectors, Vector>>

  /// Steps that are taken at once, so that what leads from one block to the next is done once for them: a
  /// divisor of every panel's width, and a multiple of `chains`.
  private static var stepsAtOnce: Int { 4 }

  /// Multiplies; never inlined, so that registers are allocated for each shape alone.
  @inline(never)
  static func multiply(_ operands: BlockOperands) {
    let width = 2 &* lanes
    let bytesPerStep = 2 &* MemoryLayout<Vector>.size
    let (prefetchStep, besideStep) = (operands.prefetchStep, operands.besideStep)
    var sums = InlineArray<chains, Block> { _ in Block { _ in InlineArray { _ in Vector() } } }
    var (panel, factors) = (operands.panel, operands.factors)
    var (ahead, beside) = (operands.prefetch, operands.beside)
    // One loop over the steps of all blocks: of two, the inner one would have its accumulators in registers and
    // the outer one in memory, which the compiler brings together on the stack.
    let nextBlock = operands.stride &- (width &- stepsAtOnce)
    var left = width / stepsAtOnce
    for _ in 0..<operands.steps / stepsAtOnce {
      for step in 0..<stepsAtOnce {
        accumulate(&sums[step % chains], panel + step &* bytesPerStep, factors + step)
        vector_prefetch(ahead)
        vector_prefetch(beside)
        ahead += prefetchStep
        beside += besideStep
      }
      panel += stepsAtOnce &* bytesPerStep
      left &-= 1
      factors += left == 0 ? nextBlock : stepsAtOnce
      left = left == 0 ? width / stepsAtOnce : left
    }
    // The last steps; nothing is asked for ahead of them.
    for step in 0..<operands.steps % stepsAtOnce {
      accumulate(&sums[0], panel + step &* bytesPerStep, factors + step)
    }

    // The order is fixed, so that a result does not depend on anything but its operands.
    for chain in 1..<chains { add(sums[chain], to: &sums[0]) }
    let block = UnsafeMutableRawPointer(operands.block).assumingMemoryBound(to: Vector.self)
    if operands.accumulates {
      for row in 0..<rows {
        for vector in 0..<vectors { sums[0][row][vector] += block[2 &* row &+ vector] }
      }
    }
    for row in 0..<rows {
      for vector in 0..<vectors { block[2 &* row &+ vector] = sums[0][row][vector] }
    }
  }

  @inline(__always)
  private static func add(_ other: Block, to sums: inout Block) {
    for row in 0..<rows {
      for vector in 0..<vectors { sums[row][vector] += other[row][vector] }
    }
  }

  @inline(__always)
  private static func accumulate(
    _ sums: inout Block, _ panel: UnsafeRawPointer, _ factors: UnsafePointer<Float>
  ) {
    let own = InlineArray<vectors, Vector> { vector in
      panel.load(fromByteOffset: vector &* MemoryLayout<Vector>.size, as: Vector.self)
    }
    for row in 0..<rows {
      let factor = Vector(repeating: factors[row &* (2 &* lanes)])
      for vector in 0..<vectors {
        sums[row][vector] = multiplyAdd(own[vector], factor, sums[row][vector])
      }
    }
  }
}

/// block = Σ over steps of the panel's two vectors times each row's factor, or that added to the block.
public func multiplyBlocks(
  panel: UnsafeRawPointer, factors: UnsafePointer<Float>, stride: Int, steps: Int, rows: Int,
  block: UnsafeMutablePointer<Float>, accumulates: Bool, prefetch: UnsafeRawPointer,
  prefetchStep: Int, beside: UnsafeRawPointer, besideStep: Int
) {
  let operands = BlockOperands(
    panel: panel, prefetch: prefetch, beside: beside, factors: factors,
    prefetchStep: prefetchStep, besideStep: besideStep, stride: stride, steps: steps,
    block: block, accumulates: accumulates)
  // Sets of accumulators as in `Entries.swift`.
  switch rows {
  case 1: BlockProduct<1, 4, 2>.multiply(operands)
  case 2: BlockProduct<2, 2, 2>.multiply(operands)
  case 3: BlockProduct<3, 1, 2>.multiply(operands)
  case 4: BlockProduct<4, 1, 2>.multiply(operands)
  #if TILE_V4 || TILE_V3 || arch(arm64)
    case 5: BlockProduct<5, 1, 2>.multiply(operands)
    case 6: BlockProduct<6, 1, 2>.multiply(operands)
  #endif
  #if TILE_V4 || arch(arm64)
    case 7: BlockProduct<7, 1, 2>.multiply(operands)
    case 8: BlockProduct<8, 1, 2>.multiply(operands)
    case 9: BlockProduct<9, 1, 2>.multiply(operands)
    case 10: BlockProduct<10, 1, 2>.multiply(operands)
    case 11: BlockProduct<11, 1, 2>.multiply(operands)
    case 12: BlockProduct<12, 1, 2>.multiply(operands)
  #endif
  default: preconditionFailure("a product takes 1 to \(maximumRows) rows, not \(rows)")
  }
}

/// The first vector of each row of `multiplyBlocks`, where the second is not needed, which stays; or with panel and
/// block a vector further on the second alone.
public func multiplyHalfBlocks(
  panel: UnsafeRawPointer, factors: UnsafePointer<Float>, stride: Int, steps: Int, rows: Int,
  block: UnsafeMutablePointer<Float>, prefetch: UnsafeRawPointer, prefetchStep: Int
) {
  let operands = BlockOperands(
    panel: panel, prefetch: prefetch, beside: prefetch + cacheLine, factors: factors,
    prefetchStep: prefetchStep, besideStep: prefetchStep, stride: stride, steps: steps,
    block: block, accumulates: false)
  switch rows {
  case 1: BlockProduct<1, 4, 1>.multiply(operands)
  case 2: BlockProduct<2, 4, 1>.multiply(operands)
  case 3: BlockProduct<3, 2, 1>.multiply(operands)
  case 4: BlockProduct<4, 2, 1>.multiply(operands)
  #if TILE_V4 || TILE_V3 || arch(arm64)
    case 5: BlockProduct<5, 1, 1>.multiply(operands)
    case 6: BlockProduct<6, 1, 1>.multiply(operands)
  #endif
  #if TILE_V4 || arch(arm64)
    case 7: BlockProduct<7, 1, 1>.multiply(operands)
    case 8: BlockProduct<8, 1, 1>.multiply(operands)
    case 9: BlockProduct<9, 1, 1>.multiply(operands)
    case 10: BlockProduct<10, 1, 1>.multiply(operands)
    case 11: BlockProduct<11, 1, 1>.multiply(operands)
    case 12: BlockProduct<12, 1, 1>.multiply(operands)
  #endif
  default: preconditionFailure("a product takes 1 to \(maximumRows) rows, not \(rows)")
  }
}

/// Copies rows into blocks: `2·lanes` floats of every row, then the next ones, zeros behind the last.
///
/// - Parameters:
///   - source: row `r` begins at `source + indices[r]·stride`, or at `source + r·stride` without indices.
///   - count: floats of a row.
///   - blocks: they follow each other at `blockStride` floats.
public func packBlocks(
  source: UnsafePointer<Float>, stride: Int, indices: UnsafePointer<Int32>?, rows: Int, count: Int,
  blocks: UnsafeMutablePointer<Float>, blockStride: Int
) {
  for row in 0..<rows {
    var from = source + (indices.map { Int($0[row]) } ?? row) &* stride
    var to = blocks + row &* 2 &* lanes
    var left = count
    while left > 0 {
      let target = UnsafeMutableRawPointer(to).assumingMemoryBound(to: Vector.self)
      target[0] = loadVector(from, count: left)
      target[1] = loadVector(from + lanes, count: left &- lanes)
      from += 2 &* lanes
      to += blockStride
      left &-= 2 &* lanes
    }
  }
}
