/// Matrices as a BLAS reads them: row-major, one after the other in one allocation.
final class BLASMatrices: EngineMatrices {
  let count: Int
  let outputs: Int
  let inputs: Int
  private let library: BLASLibrary
  private let storage: Matrix

  init(library: BLASLibrary, count: Int, outputs: Int, inputs: Int) {
    self.library = library
    self.count = count
    self.outputs = outputs
    self.inputs = inputs
    storage = Matrix(rows: count * outputs, columns: inputs)
  }

  func store(_ values: UnsafePointer<Float>, matrix: Int, row: Int) {
    storage.all[checked(row, matrix)].update(from: values, count: inputs)
  }

  func copyRow(_ row: Int, matrix: Int, to target: UnsafeMutablePointer<Float>) {
    target.update(from: storage.all[checked(row, matrix)], count: inputs)
  }

  private func checked(_ row: Int, _ matrix: Int) -> Int {
    precondition(
      row >= 0 && row < outputs && matrix >= 0 && matrix < count,
      "row \(row) of matrix \(matrix) is outside \(count) matrices of \(outputs) rows")
    return matrix * outputs + row
  }

  func block(rows: Int) -> Int { BLASBlocking.outputs(rows: rows, inputs: inputs) }

  func multiply(
    matrix: Int, outputs range: Range<Int>, input: Rows, into result: Rows, accumulate: Bool
  ) {
    let weights = storage.all[checked(range.lowerBound, matrix)]
    assert(range.upperBound <= outputs && result.count == input.count)
    if input.count <= BLASBlocking.mostVectorRows {
      for row in 0..<input.count {
        library.multiply(
          outputs: range.count, inputs: inputs, matrix: weights, stride: inputs,
          vector: input[row], into: result[row], accumulate: accumulate)
      }
    } else {
      library.multiply(
        m: input.count, n: range.count, k: inputs, a: input.base, strideA: input.stride,
        b: weights, strideB: inputs, into: result.base, strideC: result.stride,
        accumulate: accumulate)
    }
  }
}

/// How products are cut for a BLAS library, which packs its operands anew at every call.
enum BLASBlocking {
  /// Up to so many rows, one matrix-vector product per row over a block that stays in the L2 cache
  /// beats one matrix product.
  static let mostVectorRows = 8

  /// Weights of a block that is to stay in the L2 cache from row to row: half of 1 MiB.
  static let vectorBlockBytes = 512 << 10

  /// Outputs of a block of a matrix product.
  static let productBlock = 256

  /// Rows of one matrix product; more are done in turns, so that the up product fits the scratch.
  static let mostProductRows = 512

  /// Floats of scratch for the up product of a block, for up to `rows` rows.
  static func scratchElements(rows: Int) -> Int { min(rows, mostProductRows) * productBlock }

  /// Outputs of one task.
  static func outputs(rows: Int, inputs: Int) -> Int {
    guard rows <= mostVectorRows else { return productBlock }
    let fitting = vectorBlockBytes / (inputs * 4) / vectorLanes * vectorLanes
    return min(max(fitting, vectorLanes), productBlock)
  }
}
