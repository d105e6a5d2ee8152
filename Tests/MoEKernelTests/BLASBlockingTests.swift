import Testing

@testable import MoEKernel

/// However a product is cut, the parts make up the whole.
@Suite struct BLASBlockingTests {
  /// Rows around every change of method, inputs that need one or many parts and a ragged last one.
  @Test(arguments: [1, 2, 7, 8, 9, 16, 17, 63, 64, 65, 513], [1, 31, 33, 1_000, 4_097])
  func multipliesExactly(rows: Int, inputs: Int) throws {
    let library = try blasEngine().library
    let outputs = 33
    let matrices = BLASMatrices(
      library: library, codec: nil, count: 2, outputs: outputs, inputs: inputs, in: .own)
    // Entries of -1, 0 and 1: sums are whole numbers below 2²⁴ and exact in any order.
    func entry(_ row: Int, _ column: Int) -> Float { Float((row * 7 + column * 3) % 3 - 1) }
    for row in 0..<outputs {
      matrices.store((0..<inputs).map { entry(row, $0) }, matrix: 1, row: row)
    }
    let x = Matrix(rows: rows, columns: inputs)
    for row in 0..<rows { x.setRow(row, to: (0..<inputs).map { entry(row + 50, $0 * $0 % 11) }) }
    let y = Matrix(
      rows: rows, columns: outputs, elements: [Float](repeating: 5, count: rows * outputs))
    let scratch = Matrix(rows: 1, columns: 1)
    withExtendedLifetime((x, scratch)) {
      for range in [0..<16, 16..<outputs] {
        matrices.multiply(
          matrix: 1, outputs: range, input: x.all,
          into: y.all.part(from: 0, count: rows, column: range.lowerBound),
          scratch: scratch.all[0])
      }
    }
    for row in Set([0, rows / 2, rows - 1]) {
      let values = x.row(row)
      let exact = (0..<outputs).map { output in
        (0..<inputs).reduce(Float(0)) { $0 + values[$1] * entry(output, $1) }
      }
      #expect(y.row(row) == exact, "row \(row)")
    }
  }

  /// A task is never empty, and its scratch holds its up product.
  @Test(arguments: [1, 7, 8, 64, 65, 4_096], [1, 768, 14_336, 1 << 24])
  func blocksFitTheirScratch(rows: Int, inputs: Int) {
    let outputs = BLASBlocking.outputs(rows: rows, inputs: inputs)
    #expect(outputs >= vectorLanes)
    #expect(outputs % vectorLanes == 0)
    let most = min(rows, BLASBlocking.mostProductRows)
    #expect(outputs * most <= BLASBlocking.scratchElements(rows: rows))
  }

  /// In OpenBLAS's terms (its limits are on outputs·rows·inputs and on outputs·rows), whatever is
  /// called small is small.
  @Test(arguments: [1, 2, 3, 5, 8, 13, 24, 48, 64], [32, 768, 2_048, 8_192, 28_672])
  func smallProductsAreSmall(rows: Int, inputs: Int) throws {
    let library = try BLASLibrary.open()
    guard
      case .small(let outputs, let part) =
        BLASBlocking(library).method(rows: rows, inputs: inputs)
    else { return }
    #expect(outputs >= vectorLanes)
    #expect(library.skipsPacking(m: rows, n: outputs, k: min(part, inputs)))
  }
}
