import LayerSpec

/// FLOPs of whole models at a context, where attention between tokens is no detail.
extension Architecture {
  /// FLOPs of a sequence of `tokens` tokens, of whose attention only the pairs count in which the query sees
  /// the key.
  ///
  /// `forwardFLOPs(tokens:)` counts the masked half too, as eager attention computes it and as published
  /// counts have it (those of DeepSeekMoE, arXiv 2401.06066, table 4). Latent attention counts in its expanded
  /// form in both.
  ///
  /// - Throws: `AccountingError` when the number of tokens is negative or too large to count.
  public func visibleForwardFLOPs(tokens: Int) throws(AccountingError) -> Int {
    let all = try checkedForwardFLOPs(tokens: tokens).total
    return try AccountingError.narrow(
      Count(all) - betweenTokens { Count(tokens) * Count($0.seen(at: tokens)) }
        + betweenTokens { $0.visiblePairs(tokens: tokens) }, tokens: tokens)
  }

  /// FLOPs of one more token behind `context` others.
  ///
  /// - Throws: `AccountingError` when the number of tokens is negative or too large to count.
  public func stepFLOPs(context: Int) throws(AccountingError) -> Int {
    try AccountingError.check(tokens: context)
    let alone = Count(try checkedForwardFLOPs(tokens: 1).total)
    return try AccountingError.narrow(
      alone - betweenTokens { Count($0.seen(at: 1)) }
        + betweenTokens { Count($0.seen(at: context + 1)) }, tokens: context)
  }

  /// FLOPs between tokens in all layers, by the number of pairs of a query and a key for one head.
  private func betweenTokens(pairs: (AttentionSpec.Scores) -> Count) -> Count {
    layers.compactMap(\.attention).flatMap(\.scores).reduce(0) { sum, score in
      sum + 2 * Count(score.heads) * Count(score.keyWidth + score.valueWidth) * pairs(score)
    }
  }
}

extension AttentionSpec.Scores {
  /// Keys that the last of `tokens` tokens sees.
  func seen(at tokens: Int) -> Int {
    let keys = tokens / tokensPerKey
    return min(keys, window ?? keys)
  }

  /// Pairs of a query and a key that it sees among `tokens` tokens from the beginning of a sequence: the sum
  /// of `seen(at:)` over 1 to `tokens`.
  func visiblePairs(tokens: Int) -> Count {
    // Until the window is full a key is added with every `tokensPerKey` tokens; later ones see the window.
    let growing = Int(
      window.map { min(Count(tokens), Count($0) * Count(tokensPerKey)) } ?? Count(tokens))
    let (whole, rest) = (Count(growing / tokensPerKey), Count(growing % tokensPerKey))
    let sum = Count(tokensPerKey) * whole * (whole - 1) / 2 + whole * (rest + 1)
    return sum + Count(tokens - growing) * Count(window ?? 0)
  }
}
