import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#endif

/// Draws router logits whose K largest are K experts without replacement in proportion to their
/// popularity.
///
/// Adding independent Gumbel noise to log-popularities and taking the K largest is exactly
/// sequential sampling without replacement (Kool, van Hoof and Welling 2019, arXiv 1903.06059).
struct RoutingDraw {
  /// Log-popularity of each choice.
  private let logPopularity: [Double]
  private var generator: SeededGenerator

  /// How far the favoured K stand above the rest under `.single`: Gumbel noise exceeds 20 once in
  /// e²⁰ draws, so they always win.
  private static let favour = 40.0

  /// Popularities of `choices` experts; the same seed gives the same popular experts.
  init(_ routing: Routing, choices: Int, topK: Int, seed: UInt64) {
    var shuffling = SeededGenerator(seed: seed, purpose: "expert popularity")
    let ranks = (1...choices).shuffled(using: &shuffling)
    switch routing {
    case .uniform: logPopularity = Array(repeating: 0, count: choices)
    case .zipf(let alpha): logPopularity = ranks.map { -alpha * log(Double($0)) }
    case .single: logPopularity = ranks.map { $0 <= topK ? Self.favour : 0 }
    }
    generator = SeededGenerator(seed: seed, purpose: "token routing")
  }

  /// Logits of one token, shifted to mean 0: the mean carries no information for any router that
  /// only compares, and a small range keeps sigmoid routers away from saturation.
  mutating func nextLogits() -> [Float] {
    var logits = logPopularity.map { $0 - log(-log(generator.nextOpenUnit())) }
    let mean = logits.reduce(0, +) / Double(logits.count)
    for index in logits.indices { logits[index] -= mean }
    return logits.map(Float.init)
  }
}
