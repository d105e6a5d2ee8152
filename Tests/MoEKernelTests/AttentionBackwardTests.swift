import LayerSpec
import Testing
import Tile

@testable import MoEKernel

/// The backward pass of attention against double precision, at sequences that end within a panel, a tile and a task.
@Suite struct AttentionBackwardTests {
  struct Shape: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let spec: @Sendable () throws -> SelfAttentionSpec

    init(
      _ name: String, heads: Int, keyValueHeads: Int, width: Int,
      reach: SelfAttentionSpec.Reach = .all, softcap: Float? = nil, hasSinks: Bool = false
    ) {
      testDescription = name
      spec = {
        try SelfAttentionSpec(
          hidden: 8, heads: heads, keyValueHeads: keyValueHeads, keyWidth: width,
          valueWidth: width - 3, rotary: nil, reach: reach, scale: 1, softcap: softcap,
          hasSinks: hasSinks)
      }
    }

    static let all = [
      Shape("one head each", heads: 2, keyValueHeads: 2, width: 64),
      Shape("a group of 3", heads: 6, keyValueHeads: 2, width: 20),
      Shape("a window", heads: 2, keyValueHeads: 1, width: 12, reach: .window(37)),
      Shape("chunks", heads: 2, keyValueHeads: 2, width: 12, reach: .chunk(24)),
      Shape("a bound of scores", heads: 2, keyValueHeads: 1, width: 12, softcap: 1.5),
      Shape("sinks", heads: 3, keyValueHeads: 1, width: 12, hasSinks: true),
      Shape("narrower than a vector", heads: 2, keyValueHeads: 2, width: 4),
    ]
  }

  /// Sums of up to 131·3 terms, each of which is made of sums of up to 64 products and of 131 keys: about √n·u of
  /// each, 8 of which is a cautious bound; gradients of scores are differences of two such, which may cancel to a
  /// tenth of either.
  private static let tolerance = 8 * (393.0.squareRoot() + 8 + 131.0.squareRoot()) * 10 * 0x1p-24

  @Test(arguments: Shape.all, TileLevel.supported)
  func gradientsAgreeWithDoublePrecision(shape: Shape, level: TileLevel) throws {
    for tokens in [1, 2, 17, 49, 131] {
      let spec = try shape.spec()
      let own = Case(spec, tokens: tokens, kernels: TileKernels(level: level, format: .f32))
      let result = own.run(WorkerPool(threads: 2))
      let expected = own.expected
      for (what, values, wanted) in [
        ("queries", result.queries, expected.queries), ("keys", result.keys, expected.keys),
        ("values", result.values, expected.values), ("sinks", result.sinks, expected.sinks),
      ] {
        let largest = wanted.map(abs).max() ?? 0
        let error = zip(values, wanted).map { abs(Double($0) - $1) }.max() ?? 0
        #expect(
          error <= Self.tolerance * max(largest, 1e-3), "\(what) of \(tokens) tokens: \(error)")
      }
    }
  }

  @Test func threadsChangeNoBit() throws {
    let spec = try Shape.all[1].spec()
    let own = Case(
      spec, tokens: 70,
      kernels: TileKernels(level: try #require(TileLevel.supported.last), format: .f32))
    let alone = own.run(WorkerPool(threads: 1))
    let together = own.run(WorkerPool(threads: 3))
    #expect(alone.queries == together.queries)
    #expect(alone.keys == together.keys)
    #expect(alone.values == together.values)
  }

  /// Random rows of one sequence.
  private final class Case {
    struct Gradients<Element> {
      let queries: [Element]
      let keys: [Element]
      let values: [Element]
      let sinks: [Element]
    }

    let spec: SelfAttentionSpec
    let tokens: Int
    let kernels: TileKernels
    let queries: Matrix
    let keys: Matrix
    let values: Matrix
    let gradient: Matrix
    let sinks: Matrix

    init(_ spec: SelfAttentionSpec, tokens: Int, kernels: TileKernels) {
      (self.spec, self.tokens, self.kernels) = (spec, tokens, kernels)
      let pool = WorkerPool(threads: 1)
      func random(_ columns: Int, _ seed: UInt64, rows: Int) -> Matrix {
        let matrix = Matrix(rows: rows, columns: columns)
        matrix.fill(seed: seed, amplitude: 1, pool: pool)
        return matrix
      }
      queries = random(spec.queryWidth, 1, rows: tokens)
      keys = random(spec.keysWidth, 2, rows: tokens)
      values = random(spec.valuesWidth, 3, rows: tokens)
      gradient = random(spec.outputWidth, 4, rows: tokens)
      sinks = random(spec.heads, 5, rows: 1)
    }

    func run(_ pool: WorkerPool) -> Gradients<Float> {
      func zeros(_ columns: Int) -> Matrix { Matrix(rows: tokens, columns: columns) }
      let (queryGradient, keyGradients, valueGradients) = (
        zeros(spec.queryWidth), zeros(spec.queryWidth), zeros(spec.outputWidth)
      )
      let sinkGradient = Matrix(rows: 1, columns: spec.heads)
      let scratch = Matrix(
        rows: pool.threads,
        columns: paddedToVector(
          AttentionBackward.scratchElements(kernels, spec, tokens: tokens)))
      let pass = AttentionBackward(
        spec: spec, kernels: kernels, queries: queries.all, keys: keys.all, values: values.all,
        gradient: gradient.all, queryGradient: queryGradient.all, keyGradients: keyGradients.all,
        valueGradients: valueGradients.all,
        sinks: spec.hasSinks ? (sinks.all[0], sinkGradient.all[0]) : nil,
        staging: StripStaging(kernels))
      pool.forEach(spec.heads) { worker, head in
        pass.perform(head: head, scratch: scratch.all[worker])
      }
      let (ownKeys, ownValues) = (zeros(spec.keysWidth), zeros(spec.valuesWidth))
      for token in 0..<tokens {
        pass.sumGroups(token: token, keys: ownKeys.all[token], values: ownValues.all[token])
      }
      withExtendedLifetime((keyGradients, valueGradients, scratch)) {}
      return Gradients(
        queries: queryGradient.elements, keys: ownKeys.elements, values: ownValues.elements,
        sinks: spec.hasSinks ? sinkGradient.elements : [])
    }

    var expected: Gradients<Double> {
      let oracle = AttentionBackwardReference(
        spec: spec, queries: queries.all, keys: keys.all, values: values.all,
        gradient: gradient.all,
        sinks: spec.hasSinks ? sinks.row(0).map(Double.init) : nil)
      let pairs = (0..<tokens).map { token in
        (0..<spec.keyValueHeads).map { oracle.keyAndValue(token: token, head: $0) }
      }
      return Gradients(
        queries: (0..<tokens).flatMap { token in
          (0..<spec.heads).flatMap { oracle.query(token: token, head: $0) }
        }, keys: pairs.flatMap { $0.flatMap(\.key) }, values: pairs.flatMap { $0.flatMap(\.value) },
        sinks: spec.hasSinks ? (0..<spec.heads).map(oracle.sink) : [])
    }
  }
}
