/// The gradient of one norm's scale: a sum over rows, which are added up in parts and then part by part, so that
/// threads change no bit.
final class ScaleGradient {
  let scale: Matrix
  let sums: Matrix
  private let partial: Matrix

  /// Parts of the rows, a task each.
  static let parts = 16

  init(_ scale: Matrix) {
    self.scale = scale
    sums = Matrix(rows: 1, columns: scale.columns)
    partial = Matrix(rows: Self.parts, columns: scale.columns)
  }

  static func rows(ofPart part: Int, of count: Int) -> Range<Int> {
    part * count / parts..<(part + 1) * count / parts
  }

  /// Where one part is added up.
  func partSums(_ part: Int) -> UnsafeMutablePointer<Float> { partial.all[part] }

  /// Gives every part its rows and where to add them up, and adds up the parts.
  func forEachPart(
    of count: Int, _ pool: WorkerPool,
    _ body: (_ rows: Range<Int>, _ sums: UnsafeMutablePointer<Float>) -> Void
  ) {
    withoutActuallyEscaping(body) { body in
      pool.forEach(Self.parts) { _, part in
        body(Self.rows(ofPart: part, of: count), partSums(part))
      }
    }
    sumParts()
  }

  /// Adds up the parts.
  func sumParts() {
    for part in 0..<Self.parts {
      RowArithmetic.add(partial.all[part], to: sums.all, columns: sums.columns)
    }
  }

  /// Makes all sums zero.
  func clear() {
    for matrix in [sums, partial] {
      matrix.all.base.update(repeating: 0, count: matrix.rows * matrix.columns)
    }
  }
}
