import Tile

/// dX = dY·W from panels of W, in whichever of two ways takes less time for so many rows.
///
/// `GradientStaging` lays rows of dY out for the same way.
struct BackwardProduct {
  private let kernels: TileKernels
  private let inPlace: InPlaceProduct
  private let transposed: TransposedProduct

  /// - Parameters:
  ///   - panels: Of one matrix, whose columns are the terms of each sum.
  ///   - inputs: Of W, which are the outputs here.
  init(_ kernels: TileKernels, panels: Int, inputs: Int) {
    self.kernels = kernels
    inPlace = InPlaceProduct(kernels, panels: panels, inputs: inputs)
    transposed = TransposedProduct(kernels, panels: panels, inputs: inputs)
  }

  /// Inputs of one task.
  var block: Int { transposed.block }

  /// Floats of scratch for up to `rows` rows.
  func scratchElements(rows: Int) -> Int {
    max(
      transposed.scratchElements(rows: rows), inPlace.scratchElements(rows: rows, inputs: block))
  }

  /// Multiplies, and hands over each finished block with its first input and its rows.
  ///
  /// - Parameters:
  ///   - source: The first panel of the matrix.
  ///   - wanted: Inputs from a multiple of `block` on, no more than that.
  ///   - gradient: Rows of dY in `GradientStaging`, as many columns as the panels have.
  ///   - next: The first input of what will be multiplied next; `nil` where that is of another matrix.
  @inline(__always)
  func forEachBlock(
    _ source: UnsafePointer<Float>, inputs wanted: Range<Int>, gradient: Rows, next: Int?,
    scratch: UnsafeMutablePointer<Float>,
    finish: (_ block: UnsafeMutablePointer<Float>, _ inputs: Range<Int>, _ rows: Range<Int>) -> Void
  ) {
    if kernels.multipliesInPlace(rows: gradient.count) {
      inPlace.forEachBlock(
        source, inputs: wanted, gradient: gradient, next: next, scratch: scratch, finish: finish)
    } else {
      transposed.forEachBlock(
        source, inputs: wanted, gradient: gradient, next: next, scratch: scratch, finish: finish)
    }
  }
}
