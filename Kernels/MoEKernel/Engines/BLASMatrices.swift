import LayerSpec

/// Matrices as a BLAS reads them: row-major, one after the other in one allocation; or encoded, and a block
/// of them decoded into a worker's scratch before it is read.
final class BLASMatrices: EngineMatrices {
  let count: Int
  let outputs: Int
  let inputs: Int
  private let library: BLASLibrary
  private let blocking: BLASBlocking
  private let rows: WeightRows

  /// - Parameter codec: how rows are encoded; `nil` for 32-bit floats.
  init(
    library: BLASLibrary, count: Int, outputs: Int, inputs: Int, codec: (any WeightCodec)?
  ) {
    self.library = library
    self.count = count
    self.outputs = outputs
    self.inputs = inputs
    blocking = BLASBlocking(library)
    rows = WeightRows(rows: count * outputs, columns: inputs, codec: codec)
  }

  func store(_ values: UnsafePointer<Float>, matrix: Int, row: Int) {
    rows.store(values, row: checked(row, matrix))
  }

  func copyRow(_ row: Int, matrix: Int, to target: UnsafeMutablePointer<Float>) {
    rows.copyRow(checked(row, matrix), to: target)
  }

  private func checked(_ row: Int, _ matrix: Int) -> Int {
    precondition(
      row >= 0 && row < outputs && matrix >= 0 && matrix < count,
      "row \(row) of matrix \(matrix) is outside \(count) matrices of \(outputs) rows")
    return matrix * outputs + row
  }

  func block(rows: Int) -> Int { BLASBlocking.outputs(rows: rows, inputs: inputs) }

  var staging: RowStaging { .rows }

  var outputUnit: Int { vectorLanes }

  func multiply(
    matrix: Int, outputs range: Range<Int>, input: Rows, pieces: Range<Int>, into result: Rows,
    scratch: UnsafeMutablePointer<Float>, next: WeightPlace?
  ) {
    let input = input.part(from: pieces.lowerBound, count: pieces.count)
    let result = result.part(from: pieces.lowerBound, count: pieces.count)
    precondition(range.upperBound <= outputs && result.count >= input.count)
    let weights = self.rows.read(
      from: checked(range.lowerBound, matrix), count: range.count, scratch: scratch)
    switch blocking.method(rows: input.count, inputs: inputs) {
    case .vectors:
      for row in 0..<input.count {
        library.multiply(
          outputs: range.count, inputs: inputs, matrix: weights.base, stride: inputs,
          vector: input[row], into: result[row], accumulate: false)
      }
    case .product:
      multiply(weights, 0..<inputs, input, result, accumulate: false)
    case .small(let outputs, let inputs):
      for first in stride(from: 0, to: self.inputs, by: inputs) {
        let part = first..<min(first + inputs, self.inputs)
        for output in stride(from: 0, to: range.count, by: outputs) {
          let count = min(outputs, range.count - output)
          multiply(
            weights.part(from: output, count: count), part, input,
            result.part(from: 0, count: input.count, column: output),
            accumulate: first > 0)
        }
      }
    }
  }

  /// One matrix product over a part of the inputs.
  private func multiply(
    _ weights: Rows, _ inputs: Range<Int>, _ input: Rows, _ result: Rows, accumulate: Bool
  ) {
    library.multiply(
      m: input.count, n: weights.count, k: inputs.count, a: input.base + inputs.lowerBound,
      strideA: input.stride, b: weights.base + inputs.lowerBound, strideB: weights.stride,
      into: result.base, strideC: result.stride, accumulate: accumulate)
  }
}
