/// A BLAS reads both operands of the two backward products where they lie.
extension BLASMatrices: TrainableMatrices {
  var gradientColumns: Int { paddedToVector(outputs) }

  var gradientStaging: any RowStaging { RowMajorStaging.shared }

  var columnStaging: any ColumnStaging { RowMajorColumns.shared }

  var inputBlock: Int { Self.backwardBlock }

  var gradientBlock: Int { Self.backwardBlock }

  /// Inputs or outputs of one task, as many as a forward product has.
  static let backwardBlock = 256

  func backwardScratch(rows: Int) -> Int { 0 }

  func multiplyBackward(
    matrix: Int, inputs range: Range<Int>, gradient: Rows, into result: Rows,
    scratch: UnsafeMutablePointer<Float>, next: Int?
  ) {
    multiplyBackward(
      matrix: matrix, inputs: range, gradient: gradient, into: result, accumulate: false)
  }

  func multiplyBackward(
    matrix: Int, inputs range: Range<Int>, gradient: Rows, into result: Rows, accumulate: Bool
  ) {
    let weights = rows(of: matrix)
    library.multiplyPlain(
      m: gradient.count, n: range.count, k: outputs, a: gradient.base, strideA: gradient.stride,
      transposesA: false, b: weights.base + range.lowerBound, strideB: weights.stride,
      into: result.base, strideC: result.stride, accumulate: accumulate)
  }

  func storeGradient(
    matrix: Int, outputs range: Range<Int>, gradient: Rows, input: Rows,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let target = rows(of: matrix)
    library.multiplyPlain(
      m: range.count, n: inputs, k: gradient.count, a: gradient.base + range.lowerBound,
      strideA: gradient.stride, transposesA: true, b: input.base, strideB: input.stride,
      into: target[range.lowerBound], strideC: target.stride, accumulate: false)
  }

  func clear(matrix: Int) {
    let rows = rows(of: matrix)
    rows.base.update(repeating: 0, count: outputs * rows.stride)
  }
}
