import LayerSpec
import MoEKernel
import Testing
import Tile

/// One product alone, on every engine and in every format.
@Suite struct MatrixProductTests {
  /// |x| < 1 and |w| < √(3/K), so a sum of K products is at most √(3K); activations rounded to bf16 are
  /// off by 2⁻⁸ at worst.
  private static func expect(
    _ values: [Float], near expected: [Double], inputs: Int, _ way: EngineFormat
  ) {
    let magnitude = (3 * Double(inputs)).squareRoot()
    let rounding = gamma(inputs + 64) + way.worstActivationError
    let wrong = zip(values, expected).map { abs(Double($0) - $1) }.first {
      !($0 <= rounding * magnitude)
    }
    #expect(values.count == expected.count && wrong == nil, "\(way)")
  }

  /// Outputs around panels and blocks, rows around tiles and the methods of BLAS.
  @Test(arguments: [1, 31, 33, 300], [0, 1, 5, 13, 70])
  func agreesWithPlainLoops(outputs: Int, rows: Int) throws {
    let (inputs, pool) = (37, WorkerPool(threads: 2))
    for way in try EngineFormat.all() {
      let products = MatrixProduct.copies(
        2, outputs: outputs, inputs: inputs, seed: 3, engine: way.engine, format: way.format,
        pool: pool)
      let workspace = products[0].makeWorkspace(maxTokens: rows, pool: pool)
      let input = Matrix(rows: rows, columns: inputs)
      input.fill(seed: 9, pool: pool)
      let output = Matrix(rows: rows, columns: outputs)
      for product in products + products.prefix(1) {
        product.forward(input, into: output, workspace: workspace, pool: pool)
        #expect(workspace.tokens == rows)
        for row in 0..<rows {
          let expected = product.referenceOutput(of: input, token: row, pool: pool)
          Self.expect(output.row(row), near: expected, inputs: inputs, way)
        }
      }
    }
  }

  /// More inputs than one part has, rows around the tiles of a group, and outputs beyond a chunk of
  /// panels, whose unfinished sums wait side by side.
  @Test(arguments: [4_097, 9_000], [1, 30, 100])
  func partsOfLongProductsAddUp(inputs: Int, rows: Int) throws {
    let (outputs, pool) = (330, WorkerPool(threads: 2))
    for way in try EngineFormat.all() {
      let product = MatrixProduct(
        outputs: outputs, inputs: inputs, seed: 3, engine: way.engine, format: way.format,
        pool: pool)
      let workspace = product.makeWorkspace(maxTokens: rows, pool: pool)
      let input = Matrix(rows: rows, columns: inputs)
      input.fill(seed: 9, pool: pool)
      let output = Matrix(rows: rows, columns: outputs)
      product.forward(input, into: output, workspace: workspace, pool: pool)
      for row in [0, rows / 2, rows - 1] {
        let expected = product.referenceOutput(of: input, token: row, pool: pool)
        Self.expect(output.row(row), near: expected, inputs: inputs, way)
      }
    }
  }

  @Test func copiesDifferAndTheFirstIsTheProductAlone() throws {
    let pool = WorkerPool(threads: 1)
    let engine = try blasEngine()
    let copies = MatrixProduct.copies(
      3, outputs: 20, inputs: 16, seed: 1, engine: engine, format: .f32, pool: pool)
    let alone = MatrixProduct(
      outputs: 20, inputs: 16, seed: 1, engine: engine, format: .f32, pool: pool)
    let input = Matrix(rows: 1, columns: 16)
    input.fill(seed: 2, pool: pool)
    let rows = (copies + [alone]).map { $0.referenceOutput(of: input, token: 0, pool: pool) }
    #expect(rows[0] != rows[1])
    #expect(rows[1] != rows[2])
    #expect(rows[0] == rows[3])
  }

  @Test func everyEngineHasTheSameWeights() throws {
    let pool = WorkerPool(threads: 2)
    let input = Matrix(rows: 1, columns: 50)
    input.fill(seed: 2, pool: pool)
    let ways = try EngineFormat.all()
    for format in Set(ways.map(\.format)) {
      let rows = ways.filter { $0.format == format }.map { way in
        MatrixProduct(
          outputs: 70, inputs: 50, seed: 5, engine: way.engine, format: format, pool: pool
        ).referenceOutput(of: input, token: 0, pool: pool)
      }
      for row in rows { #expect(row == rows[0], "\(format)") }
    }
  }

  /// Blocks depend on the threads here, and the tile engine's sums do not depend on blocks.
  @Test func tilesGiveTheSameForEveryNumberOfThreads() throws {
    for way in try EngineFormat.all() where way.engine.name == "tile" {
      let results = [1, 2, 3].map { threads in
        let pool = WorkerPool(threads: threads)
        let product = MatrixProduct(
          outputs: 600, inputs: 40, seed: 4, engine: way.engine, format: way.format, pool: pool)
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
    func matrix(_ outputs: Int, _ inputs: Int, _ format: WeightFormat) -> Int {
      engine.matrixBytes(outputs: outputs, inputs: inputs, format: format)
    }
    #expect(matrix(1024, 100, .f32) == 1024 * 100 * 4)
    #expect(matrix(1024, 100, .bf16) == 1024 * 100 * 2)
    #expect(matrix(.max, 2, .f32) == .max)
    #expect(matrix(1, .max, .bf16) == .max)
    #expect(matrix(1, 1, WeightFormat(named: "q9_9")) == .max)
    func bytes(_ outputs: Int, _ inputs: Int, maxRows: Int) -> Int {
      MatrixProduct.bytes(
        outputs: outputs, inputs: inputs, maxRows: maxRows, threads: 1, engine: engine,
        format: .f32)
    }
    #expect(bytes(1024, 100, maxRows: 0) >= 1024 * 100 * 4)
    // A staged row of 100 inputs, filled up to vectors.
    #expect(bytes(1024, 100, maxRows: 500) >= bytes(1024, 100, maxRows: 0) + 500 * 112 * 4)
    #expect(bytes(1, 1 << 40, maxRows: 1 << 40) == .max)
  }
}
