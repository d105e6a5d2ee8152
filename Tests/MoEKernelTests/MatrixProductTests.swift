import LayerSpec
import MoEKernel
import Testing
import Tile

/// One product alone, on every engine and in every format that it has.
@Suite struct MatrixProductTests {
  private static func engines() throws -> [(engine: any Engine, format: WeightFormat)] {
    try allEngines().flatMap { engine in engine.formats.map { (engine, $0) } }
  }

  /// |x| < 1 and |w| < √(3/K), so a sum of K products is at most √(3K); activations rounded to bf16 are
  /// off by 2⁻⁸ at worst.
  private static func expect(
    _ values: [Float], near expected: [Double], inputs: Int, roundsActivations: Bool
  ) {
    let magnitude = (3 * Double(inputs)).squareRoot()
    let rounding = gamma(inputs + 64) + (roundsActivations ? 0x1p-8 : 0)
    #expect(values.count == expected.count)
    let wrong = zip(values, expected).first { !(abs(Double($0) - $1) <= rounding * magnitude) }
    #expect(wrong == nil)
  }

  /// Products of random rows against plain loops, for some of the rows.
  private static func check(outputs: Int, inputs: Int, rows: Int, checked: [Int]) throws {
    let pool = WorkerPool(threads: 2)
    for (engine, format) in try engines() {
      let product = MatrixProduct(
        outputs: outputs, inputs: inputs, seed: 3, engine: engine, format: format, pool: pool)
      let workspace = product.makeWorkspace(maxTokens: rows, pool: pool)
      let input = Matrix(rows: rows, columns: inputs)
      input.fill(seed: 9, pool: pool)
      let output = Matrix(rows: rows, columns: outputs)
      product.forward(input, into: output, workspace: workspace, pool: pool)
      for row in checked {
        expect(
          output.row(row), near: product.referenceOutput(of: input, token: row, pool: pool),
          inputs: inputs, roundsActivations: engine.roundsActivations(format))
      }
    }
  }

  /// Outputs around panels and blocks, rows around tiles and the methods of BLAS.
  @Test(arguments: [1, 31, 33, 300], [0, 1, 5, 13, 70])
  func agreesWithPlainLoops(outputs: Int, rows: Int) throws {
    try Self.check(outputs: outputs, inputs: 37, rows: rows, checked: Array(0..<rows))
  }

  /// More inputs than one part has, rows around the tiles of a group, and outputs beyond a chunk of
  /// panels, whose unfinished sums wait side by side.
  @Test(arguments: [4_097, 9_000], [1, 30, 100])
  func partsOfLongProductsAddUp(inputs: Int, rows: Int) throws {
    try Self.check(outputs: 330, inputs: inputs, rows: rows, checked: [0, rows / 2, rows - 1])
  }

  @Test func everyEngineHasTheSameWeights() throws {
    let pool = WorkerPool(threads: 2)
    let input = Matrix(rows: 1, columns: 50)
    input.fill(seed: 2, pool: pool)
    let rows = try allEngines().map { engine in
      MatrixProduct(outputs: 70, inputs: 50, seed: 5, engine: engine, format: .f32, pool: pool)
        .referenceOutput(of: input, token: 0, pool: pool)
    }
    for row in rows { #expect(row == rows[0]) }
  }

  /// Blocks depend on the threads here, and the tile engine's sums do not depend on blocks.
  @Test func tilesGiveTheSameForEveryNumberOfThreads() throws {
    for (engine, format) in try Self.engines() where engine.name == "tile" {
      let results = [1, 2, 3].map { threads in
        let pool = WorkerPool(threads: threads)
        let product = MatrixProduct(
          outputs: 600, inputs: 40, seed: 4, engine: engine, format: format, pool: pool)
        let input = Matrix(rows: 9, columns: 40)
        input.fill(seed: 6, pool: pool)
        let output = Matrix(rows: 9, columns: 600)
        product.forward(
          input, into: output, workspace: product.makeWorkspace(maxTokens: 9, pool: pool),
          pool: pool)
        return output.elements
      }
      #expect(results[0] == results[1])
      #expect(results[0] == results[2])
    }
  }

  @Test func bytesAreCountedAndStopAtTheLargestNumber() throws {
    let engine = try TileEngine(forcedLevel: nil)
    let bytes = engine.matrixBytes(outputs: 1024, inputs: 100, format: .f32)
    #expect(bytes >= 1024 * 100 * 4)
    #expect(engine.matrixBytes(outputs: 1024, inputs: 100, format: .bf16) * 2 == bytes)
    #expect(engine.matrixBytes(outputs: .max, inputs: 2, format: .f32) == .max)
    #expect(
      MatrixProduct.bytes(
        outputs: 1, inputs: 1 << 40, maxRows: 1 << 40, threads: 1, engine: engine, format: .f32)
        == .max)
  }
}
