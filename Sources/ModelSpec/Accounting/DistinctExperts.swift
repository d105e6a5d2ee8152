import LayerSpec

extension SparseLayerSpec {
  /// E[D], the experts that a pass reads when all are equally popular: E·(1 − (1 − K/E)^T).
  ///
  /// Exact where every token chooses its K different experts independently of the other tokens.
  /// Skew and correlation between tokens lower the number. KTransformers' `bench_bf16_moe.py` uses
  /// the same formula. Identity experts (LongCat-Flash) are chosen with the others and are not
  /// read.
  ///
  /// - Parameter tokens: T; 0 reads nothing.
  /// - Precondition: `tokens` is not negative.
  public func expectedDistinctExperts(tokens: Int) -> Double {
    let inclusion = Double(topK) / Double(choices)
    return Double(experts) * reached(inclusion: inclusion, tokens: tokens)
  }
}

/// E[D] for experts of any popularity: Σ (1 − (1 − πᵢ)^T) over the experts.
///
/// By concavity it is largest where all πᵢ are equal:
/// `SparseLayerSpec.expectedDistinctExperts(tokens:)`.
///
/// - Parameters:
///   - inclusion: πᵢ, the probability that expert i is among the K of a token; they add up to K. It is
///     not K times the popularity: no expert is chosen twice by a token.
///   - tokens: T, each choosing independently of the others.
/// - Precondition: every probability is in 0...1, and `tokens` is not negative.
public func expectedDistinctExperts(inclusion: [Double], tokens: Int) -> Double {
  inclusion.reduce(0) { $0 + reached(inclusion: $1, tokens: tokens) }
}

/// The probability that at least one of so many tokens chooses an expert that each chooses with
/// probability `inclusion`.
private func reached(inclusion: Double, tokens: Int) -> Double {
  precondition((0...1).contains(inclusion), "\(inclusion) is no probability")
  precondition(tokens >= 0, "\(tokens) tokens")
  // Squaring the base for every bit of the exponent; rounding grows with T, to 10⁻¹⁰ at a million.
  var missed = 1.0
  var base = 1 - inclusion
  var exponent = tokens
  while exponent > 0 {
    if exponent & 1 == 1 { missed *= base }
    base *= base
    exponent >>= 1
  }
  return 1 - missed
}
