import LayerSpec
import Testing
import Tile

@testable import MoEKernel

/// dX = dY·W of matrices, which the tile engine makes in one way or another by the number of rows.
@Suite struct BackwardProductTests {
  /// Rows of none, one and several groups of vectors, of which the last is full or nearly empty; inputs and outputs
  /// that fill no panel, fill some, and fill more than one task or part.
  @Test(arguments: [0, 1, 5, 16, 17, 26, 32, 37, 48, 49, 70, 97, 300])
  func agreesWithPlainLoops(rows: Int) throws {
    for engine in try allEngines() {
      for (inputs, outputs) in [(1, 1), (45, 70), (32, 64), (160, 40), (130, 300), (64, 600)] {
        try check(engine, inputs: inputs, outputs: outputs, rows: rows)
      }
    }
  }

  /// Rows that make groups of vectors, single rows, and both.
  @Test(arguments: [1, 8, 17, 31, 33, 49, 97, 300, 700])
  func productsStayWithinTheirScratch(rows: Int) throws {
    for engine in try allEngines() {
      guard let level = (engine as? TileEngine)?.level else { continue }
      let kernels = TileKernels(level: level, format: .f32)
      let (panels, inputs) = (5, 45)
      let width = kernels.panelWidth
      let weights = Matrix(rows: panels, columns: inputs * width)
      // Products read a little behind the last row.
      let gradient = Matrix(rows: rows + 1, columns: panels * width)
      let product = BackwardProduct(kernels, panels: panels, inputs: inputs)
      let source = gradient.all.part(from: 0, count: rows)
      for wanted in [0..<1, 0..<min(product.block, inputs)] {
        expectGuarded(product.scratchElements(rows: rows)) {
          product.forEachBlock(
            weights.all.base, inputs: wanted, gradient: source, next: nil, scratch: $0
          ) { _, _, _ in }
        }
      }
      withExtendedLifetime((weights, gradient)) {}
    }
  }

  /// Whatever lies behind so many floats is as before.
  private func expectGuarded(
    _ count: Int, _ body: (_ scratch: UnsafeMutablePointer<Float>) -> Void
  ) {
    let guarded = 1 << 14
    let scratch = Matrix(rows: 1, columns: count + guarded)
    scratch.all.base.update(repeating: 7, count: count + guarded)
    body(scratch.all.base)
    #expect((count..<count + guarded).allSatisfy { scratch.all.base[$0] == 7 })
    withExtendedLifetime(scratch) {}
  }

  private func check(_ engine: any Engine, inputs: Int, outputs: Int, rows: Int) throws {
    let pool = WorkerPool(threads: 1)
    let made = engine.makeMatrices(
      count: 2, outputs: outputs, inputs: inputs, format: .f32, in: .own)
    let matrices = try #require(made as? any TrainableMatrices)
    let weights = Matrix(rows: 2 * outputs, columns: inputs)
    weights.fill(seed: 1, pool: pool)
    for row in 0..<2 * outputs {
      matrices.store(weights.all[row], matrix: row / outputs, row: row % outputs)
    }
    let columns = matrices.gradientColumns
    let gradient = Matrix(rows: rows, columns: columns)
    gradient.fill(seed: 2, pool: pool)
    for row in 0..<rows { for column in outputs..<columns { gradient[row, column] = 0 } }
    var staged = gradient
    if !matrices.gradientStaging.keepsRows {
      staged = LaneSizes.staged(rows, columns: columns)
      staged.all.base.update(repeating: .nan, count: (rows + 1) * columns)
      for piece in 0..<matrices.gradientStaging.pieces(rows: rows) {
        matrices.gradientStaging.stage(
          piece: piece, of: rows, source: gradient.all, indices: nil, columns: columns,
          into: staged.all.part(from: 0, count: rows))
      }
    }
    let scratch = Matrix(rows: 1, columns: matrices.backwardScratch(rows: rows))
    let result = Matrix(rows: rows, columns: inputs)
    result.all.base.update(repeating: .nan, count: rows * inputs)
    for first in stride(from: 0, to: inputs, by: matrices.inputBlock) {
      let end = min(first + matrices.inputBlock, inputs)
      matrices.multiplyBackward(
        matrix: 1, inputs: first..<end, gradient: staged.all.part(from: 0, count: rows),
        into: result.all.part(from: 0, count: rows, column: first), scratch: scratch.all.base,
        next: end < inputs ? end : nil)
    }
    for (row, input) in (0..<rows).flatMap({ row in (0..<inputs).map { (row, $0) } }) {
      var (sum, size) = (0.0, 0.0)
      for output in 0..<outputs {
        let term = Double(gradient[row, output]) * Double(weights[outputs + output, input])
        (sum, size) = (sum + term, size + abs(term))
      }
      // γ(2n) of the longest order of n terms, padding among them, and of adding up parts.
      #expect(
        abs(Double(result[row, input]) - sum) <= gamma(2 * columns + 64) * size,
        "\(engine.name) \(engine.variant): \(inputs)×\(outputs), \(rows) rows, \(row), \(input)")
    }
    withExtendedLifetime((weights, scratch)) {}
  }
}
