import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#endif

/// Zipf's law fitted to how often each expert was chosen: the r-th most popular expert has weight
/// r^−alpha in the draw of K experts for a token, which is what a Zipf routing means.
///
/// The exponent maximises the likelihood of all choices, each expert's probability being that of the
/// draw without replacement and not K·r^−alpha / Σ. Ranks are those of the sample, which makes even
/// an even choice look skewed in a small sample; simulated samples tell by how much, and that much is
/// taken back.
public struct ZipfFit: Hashable, Sendable {
  /// The exponent, from 0 (all experts alike) to `largestAlpha`, corrected for the sample's ranks.
  public let alpha: Double
  /// Kolmogorov-Smirnov distance of the sample's choices by rank from those of the likeliest law: 0
  /// when the law describes them, and at most 1.
  ///
  /// That law is the one before its exponent is corrected, for the sample's ranks are not either.
  public let distance: Double
  /// Gini coefficient of the law's popularities, to be held against the sample's.
  public let gini: Double
  /// True when the exponent may stand for the sample: its distance is one that the law itself would show, or
  /// at most `closeDistance`.
  public let isClose: Bool

  /// Exponents beyond this give one expert practically everything and say nothing new.
  public static let largestAlpha = 10.0

  /// Up to this distance it may: one choice in twenty lies at other ranks than the law says.
  public static let closeDistance = 0.05
  /// A sample of n choices is at this / √n or farther from its own law only once in twenty times
  /// (Smirnov 1948, Annals of Mathematical Statistics 19), so that far it may be as well.
  private static let chanceDistance = 1.36

  /// Experts × K beyond which fitting would take minutes; published layers have at most 512 × 22.
  private static let mostWork = 1 << 15

  /// Fits how many tokens chose each expert; `nil` with fewer choices than experts, which tell nothing
  /// of most of them, and for layers larger than any that was published.
  ///
  /// - Precondition: K is from 1 to the number of experts.
  public init?(tokensPerExpert counts: [Int], topK: Int) {
    let choices = counts.reduce(0, +)
    guard choices >= max(1, counts.count), counts.count * topK <= Self.mostWork else { return nil }
    let observed = counts.sorted(by: >).map(Double.init)
    let law = ZipfLaw(experts: counts.count, topK: topK)
    let likeliest = law.likeliestAlpha(observed)
    alpha = Self.corrected(
      likeliest, law: law, tokens: Double(choices) / Double(topK), experts: counts.count)
    func popularity(_ alpha: Double) -> [Double] {
      ZipfLaw.probabilities(alpha: alpha, experts: counts.count, topK: topK)
    }
    distance = Self.distance(observed, popularity(likeliest))
    isClose =
      distance <= max(Self.closeDistance, Self.chanceDistance / Double(choices).squareRoot())
    gini = popularity(alpha).giniCoefficient
  }

  /// Simulated samples behind one correction, and corrections.
  private static let (samples, corrections) = (16, 4)

  /// The exponent whose simulated samples are fitted, on average, by the exponent that was found.
  private static func corrected(
    _ likeliest: Double, law: ZipfLaw, tokens: Double, experts: Int
  ) -> Double {
    var generator = SeededGenerator(seed: 0, purpose: "ranks of a sample")
    let noise = (0..<samples).map { _ in generator.normals(count: experts).map(Double.init) }
    var alpha = likeliest
    for _ in 0..<corrections where alpha < largestAlpha {
      let probabilities = ZipfLaw.probabilities(alpha: alpha, experts: experts, topK: law.topK)
      let fits = noise.map { noise in
        // How many of so many tokens choose an expert is binomial, and near enough to normal.
        law.likeliestAlpha(
          zip(probabilities, noise).map { probability, normal in
            let spread = (tokens * probability * (1 - probability)).squareRoot()
            return max(0, tokens * probability + spread * normal)
          }.sorted(by: >))
      }
      let excess = fits.reduce(0, +) / Double(fits.count) - likeliest
      alpha = min(max(0, alpha - excess), largestAlpha)
    }
    return alpha
  }

  /// Largest difference of the cumulated shares, by rank: the Kolmogorov-Smirnov distance, 0 to 1.
  private static func distance(_ observed: [Double], _ expected: [Double]) -> Double {
    let (total, whole) = (observed.reduce(0, +), expected.reduce(0, +))
    var (difference, largest) = (0.0, 0.0)
    for (count, probability) in zip(observed, expected) {
      difference += count / total - probability / whole
      largest = max(largest, abs(difference))
    }
    return largest
  }
}

/// The law's probabilities for a grid of exponents, so that many samples are fitted quickly.
private struct ZipfLaw {
  let topK: Int
  /// Ascending exponents, and for each the logarithm of every rank's share of all choices.
  private let grid: [(alpha: Double, logShares: [Double])]

  /// Exponents are tried this far apart up to where trained models lie, and more coarsely beyond.
  private static let (fine, coarse, fineEnd) = (0.05, 0.25, 3.0)

  init(experts: Int, topK: Int) {
    self.topK = topK
    let alphas =
      Array(stride(from: 0, to: Self.fineEnd, by: Self.fine))
      + Array(stride(from: Self.fineEnd, through: ZipfFit.largestAlpha, by: Self.coarse))
    grid = alphas.map { alpha in
      let probabilities = Self.probabilities(alpha: alpha, experts: experts, topK: topK)
      return (
        alpha, probabilities.map { log(max($0 / Double(topK), Double.leastNormalMagnitude)) }
      )
    }
  }

  /// How often the expert of each rank, from the most popular on, is among a token's K; they add up to K.
  static func probabilities(alpha: Double, experts: Int, topK: Int) -> [Double] {
    InclusionProbabilities.probabilities(
      logWeights: (1...experts).map { -alpha * log(Double($0)) }, topK: topK)
  }

  /// The exponent under which choices by rank are most likely.
  ///
  /// Between the best point of the grid and its neighbours the log-likelihood is taken as a parabola.
  func likeliestAlpha(_ choicesByRank: [Double]) -> Double {
    let likelihoods = grid.map { point in
      zip(choicesByRank, point.logShares).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let best = likelihoods.indices.max { likelihoods[$0] < likelihoods[$1] } ?? 0
    guard best > 0, best + 1 < grid.count else { return grid[best].alpha }
    let (left, middle, right) = (grid[best - 1].alpha, grid[best].alpha, grid[best + 1].alpha)
    let (rise, fall) = (
      (likelihoods[best] - likelihoods[best - 1]) / (middle - left),
      (likelihoods[best] - likelihoods[best + 1]) / (right - middle)
    )
    // The slopes at the middles of both intervals are `rise` and −`fall`; between them lies zero.
    let (from, to) = ((left + middle) / 2, (middle + right) / 2)
    return rise + fall > 0 ? from + (to - from) * rise / (rise + fall) : middle
  }
}
