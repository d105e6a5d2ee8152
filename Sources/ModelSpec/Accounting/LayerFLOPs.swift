import LayerSpec

extension FeedForwardSpec {
  /// FLOPs of the matrix products for one token: 2·m·n·k each, so 2 per matrix element.
  public var matmulFLOPsPerToken: Int { 2 * matrixElements }
}

extension SparseLayerSpec {
  /// FLOPs of the matrix products for one token: the router, K experts, the shared expert with its
  /// gate, and the projections into and out of the latent space.
  ///
  /// Where K experts are drawn from a pool with identity experts, K counts as if all computed,
  /// which is the most that a token can cost. Llama 4 counts its K selected experts, not the E that
  /// its reference implementation multiplies with weight zero.
  public var matmulFLOPsPerToken: Int {
    2 * choices * hidden + min(topK, experts) * expert.matmulFLOPsPerToken
      + (shared.map { $0.network.matmulFLOPsPerToken + ($0.isGated ? 2 * hidden : 0) } ?? 0)
      + (latent.map { 4 * $0.width * hidden } ?? 0)
  }
}

extension FFNLayerSpec {
  /// FLOPs of the matrix products for one token.
  public var matmulFLOPsPerToken: Int {
    switch self {
    case .dense(let network): network.matmulFLOPsPerToken
    case .sparse(let layer): layer.matmulFLOPsPerToken
    }
  }

  /// FLOPs of the matrix products for `tokens` tokens, as `torch.utils.flop_counter` counts them.
  ///
  /// - Precondition: the count fits in 63 bits. For a number of tokens that a user gave, ask
  ///   `checkedMatmulFLOPs(tokens:)`.
  public func matmulFLOPs(tokens: Int) -> Int { matmulFLOPsPerToken * tokens }

  /// As `matmulFLOPs(tokens:)`, for any number of tokens.
  ///
  /// - Throws: `AccountingError` when the number is negative or too large to count.
  public func checkedMatmulFLOPs(tokens: Int) throws(AccountingError) -> Int {
    try AccountingError.check(tokens: tokens)
    return try AccountingError.narrow(
      Count(matmulFLOPsPerToken) * Count(tokens), tokens: tokens)
  }
}
