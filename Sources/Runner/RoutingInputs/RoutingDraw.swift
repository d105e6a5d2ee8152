import FoundationEssentials
import Statistics

#if canImport(Glibc)
  import Glibc
#endif

/// Draws router logits whose K largest are K experts without replacement in proportion to their
/// popularity, or the experts that a trace says.
///
/// Adding independent Gumbel noise to log-popularities and taking the K largest is exactly
/// sequential sampling without replacement (Kool, van Hoof and Welling 2019, arXiv 1903.06059).
struct RoutingDraw {
  private enum Law {
    /// Log-popularity of each choice.
    case popularity([Double])
    /// One recorded token after the other.
    case trace(TraceCursor)
  }

  private var law: Law
  private let choices: Int
  private let topK: Int
  private var generator: SeededGenerator

  /// How far the favoured K stand above the rest under `.single`: Gumbel noise exceeds 20 once in
  /// e²⁰ draws, so they always win.
  private static let favour = 40.0

  /// Popularities of `choices` experts; the same seed gives the same popular experts.
  ///
  /// - Precondition: a recorded routing fits the choices and K (`Routing.misfit`).
  init(_ routing: Routing, choices: Int, topK: Int, seed: UInt64) {
    self.choices = choices
    self.topK = topK
    generator = SeededGenerator(seed: seed, purpose: "token routing")
    var shuffling = SeededGenerator(seed: seed, purpose: "expert popularity")
    func byRank(_ logPopularity: (Int) -> Double) -> Law {
      .popularity((1...choices).shuffled(using: &shuffling).map(logPopularity))
    }
    switch routing {
    case .uniform: law = .popularity(Array(repeating: 0, count: choices))
    case .zipf(let alpha): law = byRank { -alpha * log(Double($0)) }
    case .single: law = byRank { $0 <= topK ? Self.favour : 0 }
    case .trace(let trace): law = .trace(TraceCursor(trace, seed: seed))
    case .histogram(let histogram):
      law = .popularity(
        InclusionProbabilities.logWeights(
          for: histogram.popularity(choices: choices, topK: topK), topK: topK))
    }
  }

  /// The experts of one token, as a router that only compares logits chooses them.
  mutating func nextExperts() -> ArraySlice<Int> {
    Self.experts(logits: nextLogits(), topK: topK)
  }

  /// The experts that a router which only compares chooses by these logits.
  static func experts(logits: [Float], topK: Int) -> ArraySlice<Int> {
    logits.indices.sorted { logits[$0] > logits[$1] }.prefix(topK)
  }

  /// Logits of one token.
  mutating func nextLogits() -> [Float] {
    switch law {
    case .popularity(let logPopularity):
      // The mean carries no information for any router that only compares, and a small range keeps
      // sigmoid routers away from saturation.
      var logits = logPopularity.map { $0 + generator.nextGumbel() }
      let mean = logits.reduce(0, +) / Double(choices)
      for index in logits.indices { logits[index] -= mean }
      return logits.map(Float.init)
    case .trace(var cursor):
      let chosen = cursor.next()
      law = .trace(cursor)
      return PlantedLogits.planting(chosen, choices: choices, noise: &generator).map(Float.init)
    }
  }
}
