import LayerSpec
import MoEKernel
import Testing

@Suite struct DenseLayerTests {
  /// Units around the block of outputs, tokens around the rows that change the way of multiplying.
  @Test(arguments: [1, 127, 129, 255, 257], [0, 1, 8, 64, 65])
  func agreesWithTheDefinition(units: Int, tokens: Int) throws {
    let spec = try FeedForwardSpec(width: 33, intermediate: units, hasBias: units == 127)
    var numbers = TestNumbers(seed: 5)
    let weights = numbers.network(spec)
    let pool = WorkerPool(threads: 2)
    let layer = DenseLayer(spec: spec, weights: weights, engine: try blasEngine(), formats: f32Formats)
    let input = Matrix(rows: tokens, columns: 33, elements: numbers.take(tokens * 33))
    let output = Matrix(rows: tokens, columns: 33)
    layer.forward(
      input, into: output, workspace: layer.makeWorkspace(maxTokens: tokens, pool: pool),
      pool: pool)
    // Two products before and one after an activation of slope below 1.13, see `NaiveLayer`.
    let rounding = gamma(3 * 33 + units + 64)
    for token in 0..<tokens {
      let expected = naiveNetwork(spec, weights, input.row(token).map { Tracked($0) })
      for (value, tracked) in zip(output.row(token), expected) {
        #expect(abs(Double(value) - tracked.value) <= rounding * tracked.magnitude)
      }
    }
    if tokens > 0 {
      let expected = naiveNetwork(spec, weights, input.row(0).map { Tracked($0) })
      let reference = layer.referenceOutput(of: input, token: 0, pool: pool)
      for (value, tracked) in zip(reference, expected) {
        #expect(abs(value - tracked.value) <= rounding * tracked.magnitude * 0x1p-29)
      }
    }
  }

  @Test func isTheSameForEveryNumberOfThreads() throws {
    let spec = try FeedForwardSpec(width: 40, intermediate: 300)
    func run(_ threads: Int) throws -> [Float] {
      let pool = WorkerPool(threads: threads)
      let layer = DenseLayer(spec: spec, seed: 4, engine: try blasEngine(), formats: f32Formats, pool: pool)
      let input = Matrix(rows: 9, columns: 40)
      input.fill(seed: 6, pool: pool)
      let output = Matrix(rows: 9, columns: 40)
      layer.forward(
        input, into: output, workspace: layer.makeWorkspace(maxTokens: 9, pool: pool), pool: pool)
      return output.elements
    }
    let (one, two, three) = (try run(1), try run(2), try run(3))
    #expect(one == two)
    #expect(one == three)
  }
}
