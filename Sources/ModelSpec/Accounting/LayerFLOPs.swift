import LayerSpec

extension FeedForwardSpec {
  /// FLOPs of the matrix products for one token: 2·m·n·k each, so 2 per matrix element.
  public var matmulFLOPsPerToken: Int { 2 * matrixElements }
}

extension FFNLayerSpec {
  /// FLOPs of the matrix products for one token: those of the layer's operations.
  public var matmulFLOPsPerToken: Int {
    Int(flops(tokens: 1))
  }

  private func flops(tokens: Int) -> Count {
    operations(tokens: tokens, use: ExpertUse(distinctExperts: 0), formats: FormatPlan(.f32))
      .reduce(0) { $0 + $1.flops }
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
    return try AccountingError.narrow(flops(tokens: tokens), tokens: tokens)
  }
}
