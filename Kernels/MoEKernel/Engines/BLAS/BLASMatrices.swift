/// Matrices as a BLAS reads them: row-major, one after the other in one allocation; or encoded, and
/// decoded a few rows at a time.
final class BLASMatrices: EngineMatrices {
  let count: Int
  let outputs: Int
  let inputs: Int
  let holdsWeights: Bool
  let library: BLASLibrary
  private let product: BLASProduct
  private let weights: Weights

  private enum Weights {
    case plain(Matrix)
    case coded(CodedRows)
  }

  /// - Parameter codec: Of the weights; `nil` for 32-bit floats.
  init(
    library: BLASLibrary, codec: (any WeightCodec)?, count: Int, outputs: Int, inputs: Int,
    in memory: WeightMemory
  ) {
    self.count = count
    self.outputs = outputs
    self.inputs = inputs
    self.library = library
    product = BLASProduct(library, inputs: inputs)
    weights =
      if let codec {
        .coded(CodedRows(codec, rows: count * outputs, columns: inputs))
      } else {
        .plain(Matrix(rows: count * outputs, columns: inputs, in: memory))
      }
    holdsWeights = codec == nil && memory.isView
  }

  /// The rows of one matrix; of weights that are not encoded.
  func rows(of matrix: Int) -> Rows {
    guard case .plain(let rows) = weights else {
      preconditionFailure("only 32-bit floats are trained")
    }
    return rows.all.part(from: matrix * outputs, count: outputs)
  }

  func store(_ values: UnsafePointer<Float>, matrix: Int, row: Int) {
    let row = rowIndex(row, matrix: matrix)
    switch weights {
    case .plain(let rows): rows.all[row].update(from: values, count: inputs)
    case .coded(let rows): rows.store(values, row: row)
    }
  }

  func copyRow(_ row: Int, matrix: Int, to target: UnsafeMutablePointer<Float>) {
    let row = rowIndex(row, matrix: matrix)
    switch weights {
    case .plain(let rows): target.update(from: rows.all[row], count: inputs)
    case .coded(let rows): rows.decode(row: row, to: target)
    }
  }

  func address(of place: WeightPlace) -> UnsafeRawPointer? {
    let row = rowIndex(place.output, matrix: place.matrix)
    return switch weights {
    case .plain(let rows): UnsafeRawPointer(rows.all[row])
    case .coded(let rows): rows.address(ofRow: row)
    }
  }

  func block(rows: Int) -> Int { BLASBlocking.outputs(rows: rows, inputs: inputs) }

  var staging: any RowStaging { RowMajorStaging.shared }

  var outputUnit: Int { vectorLanes }

  /// Decoded rows that wait in a worker's scratch: as many as stay in the L2 cache.
  private static func decodedRows(inputs: Int) -> Int {
    BLASBlocking.outputs(rows: 1, inputs: inputs)
  }

  /// Floats of a worker's scratch for decoded rows; `Int.max` where they cannot be counted.
  static func decodedElements(inputs: Int) -> Int {
    Saturating.product(decodedRows(inputs: inputs), inputs)
  }

  func multiply(
    matrix: Int, outputs range: Range<Int>, input: Rows, pieces: Range<Int>, into result: Rows,
    scratch: UnsafeMutablePointer<Float>, next: WeightPlace?
  ) {
    checkProduct(matrix: matrix, outputs: range, input: input, result: result)
    let input = input.part(from: pieces.lowerBound, count: pieces.count)
    let result = result.part(from: pieces.lowerBound, count: pieces.count)
    let first = matrix * outputs + range.lowerBound
    switch weights {
    case .plain(let rows):
      product.multiply(rows.all.part(from: first, count: range.count), by: input, into: result)
    case .coded(let rows):
      let decoded = Rows(
        base: scratch, stride: inputs, count: Self.decodedRows(inputs: inputs))
      for output in stride(from: 0, to: range.count, by: decoded.count) {
        let count = min(decoded.count, range.count - output)
        for row in 0..<count { rows.decode(row: first + output + row, to: decoded[row]) }
        product.multiply(
          decoded.part(from: 0, count: count), by: input,
          into: result.part(from: 0, count: input.count, column: output))
      }
    }
  }
}

/// Products of row-major weights by a BLAS, cut as `BLASBlocking` says.
struct BLASProduct {
  private let library: BLASLibrary
  private let blocking: BLASBlocking
  private let inputs: Int

  init(_ library: BLASLibrary, inputs: Int) {
    self.library = library
    self.inputs = inputs
    blocking = BLASBlocking(library)
  }

  /// Y = X·Wᵀ, overwriting Y, with the rows of W at the stride of `weights`.
  func multiply(_ weights: Rows, by input: Rows, into result: Rows) {
    switch blocking.method(rows: input.count, inputs: inputs) {
    case .vectors:
      for row in 0..<input.count {
        library.multiply(
          outputs: weights.count, inputs: inputs, matrix: weights.base, stride: weights.stride,
          vector: input[row], into: result[row], accumulate: false)
      }
    case .product:
      multiply(weights, 0..<inputs, input, result, accumulate: false)
    case .small(let outputs, let inputs):
      for first in stride(from: 0, to: self.inputs, by: inputs) {
        let part = first..<min(first + inputs, self.inputs)
        for output in stride(from: 0, to: weights.count, by: outputs) {
          let count = min(outputs, weights.count - output)
          multiply(
            weights.part(from: output, count: count), part, input,
            result.part(from: 0, count: input.count, column: output),
            accumulate: first > 0)
        }
      }
    }
  }

  /// One sgemm over a part of the inputs; the parts after the first accumulate.
  private func multiply(
    _ weights: Rows, _ inputs: Range<Int>, _ input: Rows, _ result: Rows, accumulate: Bool
  ) {
    library.multiply(
      m: input.count, n: weights.count, k: inputs.count, a: input.base + inputs.lowerBound,
      strideA: input.stride, b: weights.base + inputs.lowerBound, strideB: weights.stride,
      into: result.base, strideC: result.stride, accumulate: accumulate)
  }
}
