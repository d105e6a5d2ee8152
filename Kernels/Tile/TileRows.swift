/// What stands around attention, a row at a time.
extension TileKernels {
  /// The RMS norm of a row: v·scale / √(mean(v²) + epsilon).
  ///
  /// - Parameters:
  ///   - scale: `count` factors; `nil` for 1.
  ///   - target: where it goes, which may be the row.
  public func normalise(
    _ row: UnsafeMutablePointer<Float>, count: Int, scale: UnsafePointer<Float>?, epsilon: Float,
    into target: UnsafeMutablePointer<Float>
  ) {
    build.pointee.normaliseRow(row, count, scale, epsilon, target)
  }

  /// target = branch · factor, or row + branch · factor; the target may be either.
  public func add(
    _ branch: UnsafePointer<Float>, times factor: Float, to row: UnsafePointer<Float>?,
    into target: UnsafeMutablePointer<Float>, count: Int
  ) {
    build.pointee.addRow(branch, factor, row, target, count)
  }

  /// Turns pairs (i, i + pairs) of a row in place by the angles whose cosines and sines are given.
  public func turnHalves(
    _ row: UnsafeMutablePointer<Float>, pairs: Int, cosines: UnsafePointer<Float>,
    sines: UnsafePointer<Float>
  ) {
    build.pointee.turnHalves(row, pairs, cosines, sines)
  }

  /// Turns pairs (2i, 2i + 1) of a row in place.
  ///
  /// - Parameters:
  ///   - cosines: `2·pairs` elements, every cosine twice.
  ///   - sines: `2·pairs` elements, of every sine its negative and itself.
  public func turnNeighbours(
    _ row: UnsafeMutablePointer<Float>, pairs: Int, cosines: UnsafePointer<Float>,
    sines: UnsafePointer<Float>
  ) {
    build.pointee.turnNeighbours(row, pairs, cosines, sines)
  }
}
