import LayerSpec
import MoEKernel
import Testing
import Tile

/// One product alone, on every engine and in both precisions.
@Suite struct MatrixProductTests {
  private static func engines() throws -> [Engine] {
    try allEngines()
      + TileLevel.supported.map { .tile(TileEngine(level: $0, precision: .bf16)) }
  }

  /// |x| < 1 and |w| < √(3/K), so a sum of K products is at most √(3K); activations rounded to bf16 are
  /// off by 2⁻⁸ at worst.
  private static func expect(
    _ values: [Float], near expected: [Double], inputs: Int, _ engine: Engine
  ) {
    let magnitude = (3 * Double(inputs)).squareRoot()
    let rounding = gamma(inputs + 64) + (engine.roundsActivations ? 0x1p-8 : 0)
    for (value, reference) in zip(values, expected) {
      #expect(abs(Double(value) - reference) <= rounding * magnitude)
    }
  }

  /// Outputs around panels and blocks, rows around tiles and the methods of BLAS.
  @Test(arguments: [1, 31, 33, 300], [0, 1, 5, 13, 70])
  func agreesWithPlainLoops(outputs: Int, rows: Int) throws {
    let (inputs, pool) = (37, WorkerPool(threads: 2))
    for engine in try Self.engines() {
      let product = MatrixProduct(
        outputs: outputs, inputs: inputs, copies: 2, seed: 3, engine: engine, pool: pool)
      let workspace = product.makeWorkspace(maxRows: rows, pool: pool)
      let input = Matrix(rows: rows, columns: inputs)
      input.fill(seed: 9, pool: pool)
      let output = Matrix(rows: rows, columns: outputs)
      for copy in 0..<3 {
        product.multiply(input, copy: copy, into: output, workspace: workspace, pool: pool)
        for row in 0..<rows {
          let expected = product.reference(of: input, row: row, copy: copy, pool: pool)
          Self.expect(output.row(row), near: expected, inputs: inputs, engine)
        }
      }
    }
  }

  /// More inputs than one part has, rows around the tiles of a group, and outputs beyond a chunk of
  /// panels, whose unfinished sums wait side by side.
  @Test(arguments: [4_097, 9_000], [1, 30, 100])
  func partsOfLongProductsAddUp(inputs: Int, rows: Int) throws {
    let (outputs, pool) = (330, WorkerPool(threads: 2))
    for engine in try Self.engines() {
      let product = MatrixProduct(
        outputs: outputs, inputs: inputs, copies: 1, seed: 3, engine: engine, pool: pool)
      let workspace = product.makeWorkspace(maxRows: rows, pool: pool)
      let input = Matrix(rows: rows, columns: inputs)
      input.fill(seed: 9, pool: pool)
      let output = Matrix(rows: rows, columns: outputs)
      product.multiply(input, copy: 0, into: output, workspace: workspace, pool: pool)
      for row in [0, rows / 2, rows - 1] {
        let expected = product.reference(of: input, row: row, copy: 0, pool: pool)
        Self.expect(output.row(row), near: expected, inputs: inputs, engine)
      }
    }
  }

  @Test func copiesDifferAndReturn() throws {
    let pool = WorkerPool(threads: 1)
    let product = MatrixProduct(
      outputs: 20, inputs: 16, copies: 3, seed: 1, engine: try blasEngine(), pool: pool)
    let input = Matrix(rows: 1, columns: 16)
    input.fill(seed: 2, pool: pool)
    let rows = (0..<4).map { product.reference(of: input, row: 0, copy: $0, pool: pool) }
    #expect(rows[0] != rows[1])
    #expect(rows[1] != rows[2])
    #expect(rows[0] == rows[3])
  }

  @Test func everyEngineHasTheSameWeights() throws {
    let pool = WorkerPool(threads: 2)
    let input = Matrix(rows: 1, columns: 50)
    input.fill(seed: 2, pool: pool)
    let rows = try allEngines().map { engine in
      MatrixProduct(outputs: 70, inputs: 50, copies: 1, seed: 5, engine: engine, pool: pool)
        .reference(of: input, row: 0, copy: 0, pool: pool)
    }
    for row in rows { #expect(row == rows[0]) }
  }

  /// Blocks depend on the threads here, and the tile engine's sums do not depend on blocks.
  @Test func tilesGiveTheSameForEveryNumberOfThreads() throws {
    for engine in try Self.engines() where engine.name == "tile" {
      let results = [1, 2, 3].map { threads in
        let pool = WorkerPool(threads: threads)
        let product = MatrixProduct(
          outputs: 600, inputs: 40, copies: 1, seed: 4, engine: engine, pool: pool)
        let input = Matrix(rows: 9, columns: 40)
        input.fill(seed: 6, pool: pool)
        let output = Matrix(rows: 9, columns: 600)
        product.multiply(
          input, copy: 0, into: output, workspace: product.makeWorkspace(maxRows: 9, pool: pool),
          pool: pool)
        return output.elements
      }
      #expect(results[0] == results[1])
      #expect(results[0] == results[2])
    }
  }

  @Test func bytesAreCountedAndStopAtTheLargestNumber() throws {
    let f32 = Engine.tile(try TileEngine(forcedLevel: nil, precision: .f32))
    let bf16 = Engine.tile(try TileEngine(forcedLevel: nil, precision: .bf16))
    let bytes = MatrixProduct.copyBytes(outputs: 1024, inputs: 100, engine: f32)
    #expect(bytes >= 1024 * 100 * 4)
    #expect(MatrixProduct.copyBytes(outputs: 1024, inputs: 100, engine: bf16) * 2 == bytes)
    #expect(MatrixProduct.copyBytes(outputs: .max, inputs: 2, engine: f32) == .max)
    #expect(
      MatrixProduct.workspaceBytes(inputs: 1 << 40, maxRows: 1 << 40, threads: 1, engine: f32)
        == .max)
  }
}
