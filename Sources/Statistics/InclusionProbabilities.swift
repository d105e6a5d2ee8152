import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#endif

/// How often each expert is among the K that a token draws without replacement.
///
/// Drawing by Gumbel noise is a race: expert i arrives after an exponential time of rate wᵢ, and the
/// first K are taken. So πᵢ = ∫ wᵢ·e^(−wᵢ·t) · P(fewer than K others arrived by t) dt, which K·wᵢ / Σw
/// is not: nobody can be drawn twice (Yellott 1977, Journal of Mathematical Psychology 15, for the
/// race; Rosén 1997, Journal of Statistical Planning and Inference 62, for order sampling).
public enum InclusionProbabilities {
  /// Step of the integration over u = ln t.
  ///
  /// The integrand is analytic around the real line, so the trapezoidal rule converges exponentially
  /// (Trefethen and Weideman 2014, SIAM Review 56): half of this changes no probability of 64 experts
  /// and K = 8 by more than 10⁻⁸.
  private static let step = 0.25

  /// Before e^−16 of the fastest expert's mean time less than 2·10⁻⁷ of it has arrived.
  private static let head = 16.0

  /// Once all of K experts have come with this certainty, nobody who comes later is taken.
  private static let negligible = 1e-12

  /// πᵢ of experts with these logarithms of wᵢ; they add up to K.
  ///
  /// - Precondition: K is from 1 to the number of experts.
  public static func probabilities(logWeights: [Double], topK: Int) -> [Double] {
    let experts = logWeights.count
    precondition(topK >= 1 && topK <= experts, "\(topK) of \(experts) experts")
    guard topK < experts else { return Array(repeating: 1, count: experts) }
    var sums = [Double](repeating: 0, count: experts)
    // Row i: probabilities that 0, 1, … K − 1 of the experts before i, or from i on, have arrived.
    var before = [Double](repeating: 0, count: (experts + 1) * topK)
    var after = before
    var u = -(logWeights.max() ?? 0) - head
    while true {
      let rates = logWeights.map { exp($0 + u) }
      let absent = rates.map { exp(-$0) }
      count(absent, topK: topK, into: &before, from: 0, through: experts, by: 1)
      count(absent, topK: topK, into: &after, from: experts, through: 0, by: -1)
      let undecided = after[0..<topK].reduce(0, +)
      for expert in 0..<experts {
        sums[expert] +=
          rates[expert] * absent[expert] * fewerThanK(before, after, without: expert, topK: topK)
      }
      if undecided < negligible { break }
      u += step
    }
    // The normalisation takes the step's width along, and what the cut-off head left out.
    let total = sums.reduce(0, +)
    return sums.map { min(1, $0 * Double(topK) / total) }
  }

  /// Fills rows of arrival counts, adding one expert at a time in either direction.
  private static func count(
    _ absent: [Double], topK: Int, into rows: inout [Double], from first: Int, through last: Int,
    by direction: Int
  ) {
    for arrived in 0..<topK { rows[first * topK + arrived] = arrived == 0 ? 1 : 0 }
    for row in stride(from: first + direction, through: last, by: direction) {
      let expert = direction > 0 ? row - 1 : row
      let previous = (row - direction) * topK
      for arrived in 0..<topK {
        let comes = arrived > 0 ? rows[previous + arrived - 1] * (1 - absent[expert]) : 0
        rows[row * topK + arrived] = rows[previous + arrived] * absent[expert] + comes
      }
    }
  }

  /// Probability that fewer than K of all experts but one have arrived.
  private static func fewerThanK(
    _ before: [Double], _ after: [Double], without expert: Int, topK: Int
  ) -> Double {
    var probability = 0.0
    var others = 0.0
    // With a arrived before the expert, up to K − 1 − a may have arrived after it.
    for arrived in (0..<topK).reversed() {
      others += after[(expert + 1) * topK + (topK - 1 - arrived)]
      probability += before[expert * topK + arrived] * others
    }
    return probability
  }
}

extension InclusionProbabilities {
  /// Corrections of the first guess: after 20 the popularities of 8, 16 and 32 experts under Zipf's
  /// law are reproduced to 10⁻¹¹.
  private static let corrections = 20

  /// Probabilities are kept this far from 1, where the race would need an infinite rate.
  private static let margin = 1e-9

  /// Log-weight of an expert that is never chosen: beside those of others it stands for nothing.
  private static let never = -60.0

  /// Log-weights under which the draw chooses each expert as often as wanted.
  ///
  /// A popularity of 1 − e^(−w) at a common time is the first guess, exact for many experts and small
  /// K; what it misses in the true popularities is corrected until nothing is.
  ///
  /// - Parameter wanted: πᵢ from 0 to 1, adding up to K, of which at least K are above 0.
  public static func logWeights(for wanted: [Double], topK: Int) -> [Double] {
    func logRate(_ probability: Double) -> Double { log(-log1p(-min(probability, 1 - margin))) }
    let chosen = wanted.indices.filter { wanted[$0] > 0 }
    var weights = chosen.map { logRate(wanted[$0]) }
    if chosen.count > topK {
      for _ in 0..<corrections {
        let reached = probabilities(logWeights: weights, topK: topK)
        for (index, expert) in chosen.enumerated() {
          weights[index] += logRate(wanted[expert]) - logRate(reached[index])
        }
      }
    }
    var all = [Double](repeating: never, count: wanted.count)
    for (index, expert) in chosen.enumerated() { all[expert] = weights[index] }
    return all
  }
}
