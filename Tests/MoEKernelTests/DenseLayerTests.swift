import LayerSpec
import MoEKernel
import Testing

@Suite struct DenseLayerTests {
  /// Units around the block of outputs, tokens around the rows that change the way of multiplying; in
  /// every format of every engine.
  ///
  /// The oracle reads the weights from a layer of the BLAS engine, where they lie as they were given, so
  /// that a matrix that is packed and unpacked wrongly shows.
  @Test(arguments: [1, 127, 129, 255, 257], [0, 1, 8, 64, 65])
  func agreesWithTheOracle(units: Int, tokens: Int) throws {
    let spec = try FeedForwardSpec(width: 33, intermediate: units, hasBias: units == 127)
    var numbers = TestNumbers(seed: 5)
    let weights = numbers.network(spec)
    let pool = WorkerPool(threads: 2)
    let input = Matrix(rows: tokens, columns: 33, elements: numbers.take(tokens * 33))
    let checked = checkedTokens(of: tokens)
    let ways = try EngineFormat.all()
    for format in Set(ways.map(\.format)) {
      let oracle = DenseLayer(
        spec: spec, weights: weights, engine: try blasEngine(codecs: [BF16Codec()]),
        formats: FormatPlan(format))
      let expected = checked.map { oracle.referenceOutput(of: input, token: $0, pool: pool) }
      let sizes = try checked.map { try magnitudes(spec, weights, input.row($0), format, pool) }
      for way in ways where way.format == format {
        let layer = DenseLayer(
          spec: spec, weights: weights, engine: way.engine, formats: way.formats)
        let output = layer.output(of: input, pool: pool)
        // Two products before and one after an activation of slope below 1.13; of bf16 activations,
        // three roundings.
        let rounding = gamma(3 * 33 + units + 64) + 3.5 * way.worstActivationError
        for (index, token) in checked.enumerated() {
          let errors = zip(output.row(token), expected[index]).map { abs(Double($0) - $1) }
          let isClose = zip(errors, sizes[index]).allSatisfy { $0 <= rounding * $1 }
          #expect(errors.count == 33 && isClose, "\(way), token \(token)")
          #expect(layer.referenceOutput(of: input, token: token, pool: pool) == expected[index])
        }
      }
    }
  }

  /// The same expression with every term's absolute value, which errors of a sum scale with: max(g, 0)·u
  /// is g·u of what is not negative, and no less than silu(g)·u.
  private func magnitudes(
    _ spec: FeedForwardSpec, _ weights: FeedForwardWeights, _ row: [Float], _ format: WeightFormat,
    _ pool: WorkerPool
  ) throws -> [Double] {
    func size(_ values: [Float]?) -> [Float]? { values?.map(abs) }
    let layer = DenseLayer(
      spec: try FeedForwardSpec(
        width: spec.width, intermediate: spec.intermediate, activation: .relu,
        hasBias: spec.hasBias),
      weights: FeedForwardWeights(
        gate: size(weights.gate), up: weights.up.map(abs), down: weights.down.map(abs),
        gateBias: size(weights.gateBias), upBias: size(weights.upBias),
        downBias: size(weights.downBias)),
      engine: try blasEngine(codecs: [BF16Codec()]), formats: FormatPlan(format))
    return layer.referenceOutput(
      of: Matrix(rows: 1, columns: row.count, elements: row.map(abs)), token: 0, pool: pool)
  }

  @Test func isTheSameForEveryNumberOfThreads() throws {
    let spec = try FeedForwardSpec(width: 40, intermediate: 300)
    for way in try EngineFormat.usual() {
      let outputs = [1, 2, 3].map { threads in
        let pool = WorkerPool(threads: threads)
        let layer = DenseLayer(
          spec: spec, seed: 4, engine: way.engine, formats: way.formats, pool: pool)
        let input = Matrix(rows: 9, columns: 40)
        input.fill(seed: 6, pool: pool)
        return layer.output(of: input, pool: pool).elements
      }
      #expect(outputs[0] == outputs[1], "\(way)")
      #expect(outputs[0] == outputs[2], "\(way)")
    }
  }
}
