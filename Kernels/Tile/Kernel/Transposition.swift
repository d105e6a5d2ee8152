import CVector

// A backward pass multiplies with transposed weights: dX = dY·W, where panels hold W for Y = X·Wᵀ. Squares of a
// panel, as many inputs as it has outputs, lie in one piece; transposed they are a piece of a panel of Wᵀ.

/// Writes a square of a panel transposed: output `o` of step `s` becomes output `s` of step `o`.
///
/// - Parameters:
///   - source: `steps` steps of a panel of floats.
///   - steps: Steps that there are, at most as many as a panel has outputs; the rest counts as 0.
///   - target: Room for as many steps as a panel has outputs.
///   - next: The square that is transposed next, which comes into the L1 cache meanwhile; any address.
public func transposeSquare(
  source: UnsafePointer<Float>, steps: Int, target: UnsafeMutablePointer<Float>,
  next: UnsafePointer<Float>
) {
  let width = 2 &* lanes
  guard steps == width else {
    for output in 0..<width {
      let to = target + output &* width
      for step in 0..<steps { to[step] = source[step &* width &+ output] }
      for step in steps..<width { to[step] = 0 }
    }
    return
  }
  for row in 0..<2 {
    for column in 0..<2 {
      // A quarter of the next square comes near with each quarter of this one.
      let quarter = next + (2 &* row &+ column) &* lanes &* lanes
      for line in stride(from: 0, to: lanes &* lanes, by: cacheLine / 4) {
        vector_prefetch_near(quarter + line)
      }
      transpose(
        source + (row &* lanes &* width &+ column &* lanes), stride: width,
        target + (column &* lanes &* width &+ row &* lanes), stride: width)
    }
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
