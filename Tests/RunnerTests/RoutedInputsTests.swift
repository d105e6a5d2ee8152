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

  @Test func noiseDiffersFromTokenToToken() {
    let inputs = RoutedInputs(router: router(choices: 2, hidden: 32), choices: 2, hidden: 32)
    var noise = SeededGenerator(seed: 1, purpose: "noise")
    let first = inputs.activations(logits: [0, 1], noise: &noise)
    #expect(first != inputs.activations(logits: [0, 1], noise: &noise))
  }
}
