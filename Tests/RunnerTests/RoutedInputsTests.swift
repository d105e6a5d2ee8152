import Statistics
import Testing

@testable import Runner

@Suite struct RoutedInputsTests {
  private func router(choices: Int, hidden: Int) -> [Float] {
    var generator = SeededGenerator(seed: 5, purpose: "router")
    return (0..<choices * hidden).map { _ in Float(generator.nextOpenUnit() - 0.5) }
  }

  private func logits(of activations: [Float], router: [Float], choices: Int) -> [Double] {
    let hidden = activations.count
    var logits = [Double](repeating: 0, count: choices)
    for choice in 0..<choices {
      for column in 0..<hidden {
        logits[choice] += Double(router[choice * hidden + column]) * Double(activations[column])
      }
    }
    return logits
  }

  /// Widths around the lanes' 16, and choices up to half the width.
  @Test(arguments: [(1, 1), (3, 15), (4, 16), (5, 17), (8, 64), (32, 65)])
  func activationsProduceTheWantedLogits(choices: Int, hidden: Int) {
    let router = router(choices: choices, hidden: hidden)
    let inputs = RoutedInputs(router: router, choices: choices, hidden: hidden)
    var noise = SeededGenerator(seed: 1, purpose: "noise")
    let wanted = (0..<choices).map { Float($0) - 2 }
    let activations = inputs.activations(logits: wanted, noise: &noise)
    #expect(activations.count == hidden)
    for (got, want) in zip(logits(of: activations, router: router, choices: choices), wanted) {
      // The regularised diagonal moves a logit by at most 1e-4 of the largest correction times the
      // condition number of G, below 40 for these routers; corrections stay below 20.
      #expect(abs(got - Double(want)) < 1e-4 * 40 * 20)
    }
  }

  /// Factoring the smaller of W·Wᵀ and Wᵀ·W gives the same activations, for (W·Wᵀ + λ)⁻¹ and
  /// (Wᵀ·W + λ)⁻¹ exchange places with W; both are within λ of singular where the other is not.
  @Test(arguments: [(1, 1), (3, 15), (16, 16), (17, 5), (40, 16), (300, 33)])
  func eitherFactorGivesTheSameActivations(choices: Int, hidden: Int) {
    let router = router(choices: choices, hidden: hidden)
    let wanted = (0..<choices).map { Float($0 % 7) - 3 }
    let both = [false, true].map { byColumns in
      let inputs = RoutedInputs(
        router: router, choices: choices, hidden: hidden, byColumns: byColumns)
      var noise = SeededGenerator(seed: 1, purpose: "noise")
      return inputs.activations(logits: wanted, noise: &noise)
    }
    let largest = both[0].map(abs).max() ?? 0
    // Logits in 32 bits err by 2⁻²⁴·√H of themselves; a factor's inverse multiplies that by up to the
    // condition number, which λ bounds by 10⁴ times the ratio of the largest eigenvalue to their mean, and
    // the Gram matrices of 32-bit products by as much again.
    for (left, right) in zip(both[0], both[1]) { #expect(abs(left - right) < 0.02 * largest) }
  }

  /// With more choices than columns no activations have all logits; those are made that come nearest.
  @Test func moreChoicesThanColumnsComeNear() {
    let (choices, hidden) = (256, 32)
    let router = router(choices: choices, hidden: hidden)
    let inputs = RoutedInputs(router: router, choices: choices, hidden: hidden)
    var noise = SeededGenerator(seed: 1, purpose: "noise")
    let wanted = (0..<choices).map { $0 < 4 ? Float(8) : 0 }
    let activations = inputs.activations(logits: wanted, noise: &noise)
    func distance(_ activations: [Float]) -> Double {
      zip(logits(of: activations, router: router, choices: choices), wanted)
        .reduce(0) { $0 + ($1.0 - Double($1.1)) * ($1.0 - Double($1.1)) }
    }
    // Whatever is added to the nearest is further away.
    var other = SeededGenerator(seed: 2, purpose: "elsewhere")
    for _ in 0..<20 {
      let moved = zip(activations, other.normals(count: hidden)).map { $0 + 0.1 * $1 }
      #expect(distance(moved) > distance(activations))
    }
  }

  @Test func noiseDiffersFromTokenToToken() {
    let inputs = RoutedInputs(router: router(choices: 2, hidden: 32), choices: 2, hidden: 32)
    var noise = SeededGenerator(seed: 1, purpose: "noise")
    let first = inputs.activations(logits: [0, 1], noise: &noise)
    #expect(first != inputs.activations(logits: [0, 1], noise: &noise))
  }

  /// Orders around the 8 lanes of a register.
  @Test(arguments: [1, 2, 7, 8, 9, 16, 33])
  func aFactorSolvesWhatItFactors(order: Int) {
    var generator = SeededGenerator(seed: UInt64(order), purpose: "matrix")
    let root = (0..<order).map { _ in (0..<order).map { _ in generator.nextOpenUnit() - 0.5 } }
    func element(_ row: Int, _ column: Int) -> Double {
      zip(root[row], root[column]).reduce(row == column ? 1 : 0) { $0 + $1.0 * $1.1 }
    }
    let solution = (0..<order).map { Double($0) - 3 }
    var vector = (0..<order).map { row in
      (0..<order).reduce(0) { $0 + element(row, $1) * solution[$1] }
    }
    CholeskyFactor(lowerTriangle: (0..<order).map { row in (0...row).map { element(row, $0) } })
      .solve(&vector)
    // Eigenvalues lie between 1 and 1 + n/4, so rounding of n·2⁻⁵³ grows by no more than that.
    for (got, want) in zip(vector, solution) { #expect(abs(got - want) < 1e-12 * 40) }
  }
}
