import Foundation
import LayerSpec
import Testing

@testable import MoEKernel

@Suite struct TopKTests {
  private func select(_ wanted: Int, of values: [Float]) -> [Int] {
    let row = Matrix(rows: 1, columns: values.count, elements: values)
    let keys = AlignedBuffer<Int64>(count: wanted)
    return withExtendedLifetime(row) {
      TopK.select(wanted, of: row.all[0], count: values.count, keys: keys.base)
      return (0..<wanted).map { TopK.index(of: keys[$0]) }
    }
  }

  @Test func takesTheLargest() {
    #expect(select(2, of: [1, 4, 2, 3]) == [1, 3])
    #expect(select(4, of: [1, 4, 2, 3]) == [1, 3, 2, 0])
    #expect(select(1, of: [-3]) == [0])
    #expect(select(2, of: [-3, -1, -2]) == [1, 2])
  }

  @Test func tiesGoToTheLowerIndex() {
    #expect(select(3, of: [7, 9, 7, 9, 7]) == [1, 3, 0])
    #expect(select(2, of: [-0.0, 0, 0]) == [0, 1])
    #expect(select(2, of: [0, -0.0, 0]) == [0, 1])
  }

  @Test func nanComesLast() {
    #expect(select(3, of: [.nan, -.infinity, .nan, 1]) == [3, 1, 0])
    #expect(select(2, of: [.nan, .nan, .nan]) == [0, 1])
    #expect(select(2, of: [-Float.nan, -1, .infinity]) == [2, 1])
  }

  /// Against a stable sort, with many ties.
  @Test(arguments: [1, 5, 64]) func agreesWithSorting(wanted: Int) {
    var numbers = TestNumbers(seed: 2)
    let values = numbers.take(64, amplitude: 6).map { $0.rounded() }
    let sorted = values.indices.sorted { (values[$0], -$0) > (values[$1], -$1) }
    #expect(select(wanted, of: values) == Array(sorted.prefix(wanted)))
  }
}

/// Routing by hand: logits go in, so that the numbers can be followed.
///
/// What a pass does and what its
/// oracle does share no code, and both are held against the numbers.
@Suite struct SelectionTests {
  private typealias Route = (experts: [Int], weights: [Float])

  /// What a pass makes of the logits, after the oracle has made the same of them.
  private func route(
    _ logits: [Float], topK: Int, _ policy: RouterPolicy, bias: [Float]? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Route {
    let spec = try SparseLayerSpec(
      hidden: 1, experts: logits.count, topK: topK,
      expert: FeedForwardSpec(width: 1, intermediate: 1), router: policy)
    let pass = routeByPass(logits, spec, bias)
    let oracle = ReferenceRouter(layer: spec, selectionBias: bias?.map(Double.init))
      .route(logits.map(Double.init))
    #expect(oracle.experts == pass.experts, sourceLocation: sourceLocation)
    // A difference of logits of up to `range` is off by 2⁻²⁴ of itself, and so is its exponential.
    let numbers = logits.filter(\.isFinite)
    let range = (numbers.max() ?? 0) - (numbers.min() ?? 0)
    expectClose(
      pass.weights, oracle.weights.map { Float($0) }, within: tolerance + 2 * range * 0x1p-24,
      sourceLocation: sourceLocation)
    return pass
  }

  private func routeByPass(
    _ logits: [Float], _ spec: SparseLayerSpec, _ bias: [Float]?
  ) -> Route {
    let topK = spec.topK
    let row = Matrix.paddedRow(logits, logits.count)
    let scratch = RouterScratchPool(
      workers: 1, choices: logits.count, topK: topK, groups: spec.router.groups?.count ?? 0)
    let experts = AlignedBuffer<Int32>(count: topK)
    let weights = AlignedBuffer<Float>(count: topK)
    let selectionBias = bias.map { Matrix.paddedRow($0, logits.count) }
    withExtendedLifetime((row, scratch, selectionBias)) {
      Scores.finishLogits(row.all[0], count: logits.count, policy: spec.router, bias: nil)
      Selection.route(
        row.all[0], layer: spec, selectionBias: selectionBias?.all[0], scratch: scratch[0],
        experts: experts.base, weights: weights.base)
    }
    return ((0..<topK).map { Int(experts[$0]) }, (0..<topK).map { weights[$0] })
  }

  /// Logits ln 1, ln 2, ln 5: the softmax is 1/8, 2/8, 5/8.
  private let logs = [1, 2, 5].map { Float(log(Double($0))) }

  /// Exponential, sum and division round five times; logits of up to 2 round by 2⁻²⁴ of themselves.
  private let tolerance: Float = 10 * 0x1p-24

  private func expectClose(
    _ values: [Float], _ expected: [Float], within tolerance: Float? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let tolerance = tolerance ?? self.tolerance
    #expect(values.count == expected.count, sourceLocation: sourceLocation)
    for (value, wanted) in zip(values, expected) {
      #expect(
        abs(value - wanted) <= tolerance * abs(wanted) || value.isNaN && wanted.isNaN,
        sourceLocation: sourceLocation)
    }
  }

  @Test func softmaxOfAll() throws {
    let result = try route(logs, topK: 2, RouterPolicy())
    #expect(result.experts == [1, 2])
    expectClose(result.weights, [0.25, 0.625])
  }

  @Test func normalisations() throws {
    expectClose(
      try route(logs, topK: 2, .init(normalization: .sum(epsilon: 0))).weights, [2 / 7, 5 / 7])
    expectClose(
      try route(logs, topK: 2, .init(normalization: .sum(epsilon: 0.125), scaling: 3)).weights,
      [0.75, 1.875])
    expectClose(
      try route(logs, topK: 2, .init(normalization: .clampedSum(minimum: 2))).weights,
      [0.125, 0.3125])
  }

  @Test func softmaxOfTheSelected() throws {
    expectClose(
      try route(logs, topK: 2, .init(score: .softmaxOverSelected)).weights, [2 / 7, 5 / 7])
  }

  @Test func multiplierAndSoftcap() throws {
    expectClose(
      try route(logs, topK: 1, .init(logitMultiplier: 2)).weights, [25 / 30])
    let capped = logs.map { 2 * tanh($0 / 2) }
    let total = capped.map { exp($0) }.reduce(0, +)
    expectClose(try route(logs, topK: 1, .init(softcap: 2)).weights, [exp(capped[2]) / total])
  }

  /// The bias moves the choice to 0 and 1; the weights stay those of the scores.
  @Test func biasTakesPartInSelectionOnly() throws {
    let result = try route(
      [0, 0, 3], topK: 2, .init(score: .sigmoid, hasSelectionBias: true), bias: [5, 5, 0])
    #expect(result.experts == [0, 1])
    expectClose(result.weights, [0.5, 0.5])
  }

  @Test func squareRootOfSoftplus() throws {
    // softplus(0) = ln 2; softplus(ln 7) = ln 8 = 3 ln 2.
    let root = Float(log(2.0).squareRoot())
    let result = try route([0, Float(log(7.0))], topK: 2, .init(score: .sqrtSoftplus))
    expectClose(result.weights, [root, root * Float(3.0.squareRoot())])
  }

  /// The best single score is in group 0, the best two together in group 1.
  @Test func groupsByMaximumAndByTopTwo() throws {
    let logits: [Float] = [4, 0, 3, 3]
    func policy(_ score: RouterPolicy.Groups.Score) -> RouterPolicy {
      RouterPolicy(
        score: .softmaxOverSelected, groups: .init(count: 2, kept: 1, score: score))
    }
    #expect(try route(logits, topK: 2, policy(.maximum)).experts == [0, 1])
    #expect(try route(logits, topK: 2, policy(.topTwoSum)).experts == [2, 3])
  }

  /// Masked to 0, an expert outside beats a negative one inside; masked to -∞ it cannot.
  @Test(arguments: [(Float(0), [0, 2]), (-.infinity, [0, 1])])
  func whatIsMaskedStillCounts(masked: Float, expected: [Int]) throws {
    let groups = RouterPolicy.Groups(count: 2, kept: 1, score: .maximum, maskedChoice: masked)
    let result = try route(
      [3, -1, 1, 1], topK: 2, .init(score: .softmaxOverSelected, groups: groups))
    #expect(result.experts == expected)
  }

  /// Jitter 0.1 keeps logits within a fifth of the winner: beside 10 that is 9 but not 7, and beside
  /// 9 nothing, 10 being taken.
  @Test func sparseMixer() throws {
    let result = try route([7, 10, 9, -20], topK: 2, .init(score: .sparseMixer(jitter: 0.1)))
    #expect(result.experts == [1, 2])
    expectClose(result.weights, [1 / (1 + exp(-1)), 1])
  }

  @Test(arguments: [
    RouterPolicy.Score.softmax, .softmaxOverSelected, .sigmoid, .sqrtSoftplus,
    .sparseMixer(jitter: 0.01),
  ])
  func nanIsChosenLast(score: RouterPolicy.Score) throws {
    let some = try route([.nan, 1, .nan, 0], topK: 2, .init(score: score))
    #expect(some.experts == [1, 3])
    #expect(some.weights.count { $0.isNaN } == 0)
    let none = try route([.nan, .nan, .nan, .nan], topK: 2, .init(score: score))
    #expect(none.experts == [0, 1])
    #expect(none.weights.count { $0.isNaN } == 2)
  }

  @Test(arguments: [1, 15, 16, 17, 33])
  func softmaxAddsUpToOne(count: Int) throws {
    var numbers = TestNumbers(seed: 3)
    let result = try route(numbers.take(count, amplitude: 9), topK: count, RouterPolicy())
    // `count` terms of at most 1, each with five roundings, and their sum.
    let bound = Float(gamma(count + 5))
    #expect(abs(result.weights.reduce(0, +) - 1) <= bound)
  }
}
