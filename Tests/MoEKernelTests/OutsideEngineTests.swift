import LayerSpec
import MoEKernel
import Testing

/// An engine made of plain loops over row-major matrices, with nothing but what the module offers to
/// everybody.
private struct PlainEngine: Engine {
  let name = "plain"
  let variant = "loops"
  let formats: [WeightFormat] = [.f32]
  let guessedFlopsPerSecond = 1e9

  func staging(_ format: WeightFormat) -> any RowStaging { RowMajorStaging.shared }

  /// The up product of a block of units.
  func scratchElements(rows: Int, inputs: Int, format: WeightFormat) -> Int {
    rows * PlainNetworks.block
  }

  func matrixBytes(outputs: Int, inputs: Int, format: WeightFormat) -> Int {
    format.bytes(rows: outputs, columns: inputs) ?? .max
  }

  func networkBytes(_ network: FeedForwardSpec, format: WeightFormat) -> Int {
    network.matrixElements * 4
  }

  func makeMatrices(
    count: Int, outputs: Int, inputs: Int, format: WeightFormat, in memory: WeightMemory
  ) -> any EngineMatrices {
    PlainMatrices(count: count, outputs: outputs, inputs: inputs)
  }

  func makeNetworks(
    count: Int, spec: FeedForwardSpec, format: WeightFormat, in memory: WeightMemory
  ) -> any EngineNetworks { PlainNetworks(count: count, spec: spec) }
}

private final class PlainMatrices: EngineMatrices {
  let count: Int
  let outputs: Int
  let inputs: Int
  let outputUnit = 1
  private let elements: Matrix

  init(count: Int, outputs: Int, inputs: Int) {
    (self.count, self.outputs, self.inputs) = (count, outputs, inputs)
    elements = Matrix(rows: count * outputs, columns: inputs)
  }

  var staging: any RowStaging { RowMajorStaging.shared }

  func store(_ values: UnsafePointer<Float>, matrix: Int, row: Int) {
    elements.all[matrix * outputs + row].update(from: values, count: inputs)
  }

  func copyRow(_ row: Int, matrix: Int, to target: UnsafeMutablePointer<Float>) {
    target.update(from: elements.all[matrix * outputs + row], count: inputs)
  }

  func block(rows: Int) -> Int { 5 }

  func multiply(
    matrix: Int, outputs range: Range<Int>, input: Rows, pieces: Range<Int>, into result: Rows,
    scratch: UnsafeMutablePointer<Float>, next: WeightPlace?
  ) {
    for row in pieces {
      for (column, output) in range.enumerated() {
        let weights = elements.all[matrix * outputs + output]
        var sum: Float = 0
        for index in 0..<inputs { sum += weights[index] * input[row][index] }
        result[row][column] = sum
      }
    }
  }
}

private final class PlainNetworks: EngineNetworks {
  static let block = 2 * vectorLanes
  let count: Int
  let spec: FeedForwardSpec
  private let gate: PlainMatrices
  private let up: PlainMatrices
  let down: any EngineMatrices

  init(count: Int, spec: FeedForwardSpec) {
    (self.count, self.spec) = (count, spec)
    let (width, units) = (spec.width, spec.intermediate)
    gate = PlainMatrices(count: spec.isGated ? count : 0, outputs: units, inputs: width)
    up = PlainMatrices(count: count, outputs: units, inputs: width)
    down = PlainMatrices(count: count, outputs: width, inputs: units)
  }

  var staging: any RowStaging { RowMajorStaging.shared }

  func store(_ values: UnsafePointer<Float>, of part: NetworkPart, network: Int, row: Int) {
    (part == .gate ? gate : up).store(values, matrix: network, row: row)
  }

  func copyRow(
    _ row: Int, of part: NetworkPart, network: Int, to target: UnsafeMutablePointer<Float>
  ) {
    (part == .gate ? gate : up).copyRow(row, matrix: network, to: target)
  }

  func hiddenBlock(rows: Int) -> Int { Self.block }

  func hidden(
    network: Int, units: Range<Int>, input: Rows, into result: Rows, epilogue: HiddenEpilogue,
    scratch: UnsafeMutablePointer<Float>, next: WeightPlace?
  ) {
    let first = result.part(from: 0, count: input.count, column: units.lowerBound)
    let second = Rows(base: scratch, stride: Self.block, count: input.count)
    func multiply(_ matrices: PlainMatrices, into rows: Rows) {
      matrices.multiply(
        matrix: network, outputs: units, input: input, pieces: 0..<input.count, into: rows,
        scratch: scratch, next: nil)
    }
    multiply(spec.isGated ? gate : up, into: first)
    if spec.isGated { multiply(up, into: second) }
    epilogue.apply(
      to: first, spec.isGated ? second : nil, columns: units.count,
      firstColumn: units.lowerBound)
  }
}

/// An engine is one conformer: layers run on one that they have never heard of.
@Suite struct OutsideEngineTests {
  @Test(arguments: LayerCase.all, [1, 17])
  func layersRunOnIt(_ test: LayerCase, tokens: Int) throws {
    var numbers = TestNumbers(seed: 7)
    let weights = numbers.layer(test.spec)
    let pool = WorkerPool(threads: 2)
    let input = Matrix(rows: tokens, columns: 37, elements: numbers.take(tokens * 37))
    let way = EngineFormat(engine: PlainEngine(), format: .f32)
    let layer = SparseLayer(
      spec: test.spec, weights: weights, engine: way.engine, formats: way.formats)
    let output = layer.output(of: input, pool: pool)
    for token in 0..<tokens {
      expectClose(
        output.row(token), layer.referenceOutput(of: input, token: token, pool: pool),
        within: tolerance(for: .sparse(test.spec), way), "token \(token)")
    }
  }

  @Test func productsAndDenseLayersRunOnIt() throws {
    let pool = WorkerPool(threads: 2)
    func check<Layer: ExecutableLayer>(_ layer: Layer) {
      let input = Matrix(rows: 9, columns: layer.width)
      input.fill(seed: 3, pool: pool)
      let output = layer.output(of: input, pool: pool)
      expectClose(
        output.row(8), layer.referenceOutput(of: input, token: 8, pool: pool),
        within: 8 * gamma(500), "\(Layer.self)")
    }
    check(
      MatrixProduct(
        outputs: 23, inputs: 31, seed: 1, engine: PlainEngine(), format: .f32, pool: pool))
    check(
      DenseLayer(
        spec: try FeedForwardSpec(width: 31, intermediate: 70), seed: 1, engine: PlainEngine(),
        formats: FormatPlan(.f32), pool: pool))
  }
}
