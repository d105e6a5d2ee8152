import LayerSpec

/// FLOPs of the matrix products in one forward pass of a whole model.
public struct ForwardFLOPs: Codable, Hashable, Sendable {
  /// Feed-forward layers, dense and routed, the latter with their routers.
  public var ffn: Int
  /// Attention and what stands in its place: matrices, products between tokens, recurrent states.
  public var attention: Int
  /// The output head, computed for every token and not for the last one alone.
  public var head: Int
  /// Products outside the above, mostly none: mixed residual streams, per-layer embeddings.
  public var other: Int
  /// All of these together.
  public var total: Int
}

extension Architecture {
  /// FLOPs of `tokens` tokens that make one sequence from its beginning.
  ///
  /// 2·m·n·k per matrix product; norms, activations, softmax, rotary embeddings and depthwise
  /// convolutions are no matrix products and are not counted. Attention multiplies every query
  /// with every key within its window, the masked half included (`AttentionSpec`). In an
  /// encoder-decoder, `tokens` tokens go through both stacks.
  ///
  /// - Precondition: the counts fit in 63 bits. For a number of tokens that a user gave, ask
  ///   `checkedForwardFLOPs(tokens:)`.
  public func forwardFLOPs(tokens: Int) -> ForwardFLOPs {
    do {
      return try checkedForwardFLOPs(tokens: tokens)
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// As `forwardFLOPs(tokens:)`, for any number of tokens.
  ///
  /// - Throws: `AccountingError` when the number is negative or too large to count.
  public func checkedForwardFLOPs(tokens: Int) throws(AccountingError) -> ForwardFLOPs {
    try AccountingError.check(tokens: tokens)
    let count = Count(tokens)
    var ffn: Count = 0
    var attention: Count = 0
    var other = surroundings.projections.reduce(Count(0)) { $0 + $1.flopsPerToken } * count
    for layer in layers {
      ffn += layer.feedForwards.reduce(0) { $0 + Count($1.matmulFLOPsPerToken) } * count
      if let mixer = layer.attention {
        attention += mixer.flopsPerToken * count + mixer.flopsBetweenTokens(tokens)
      }
      let others = layer.otherProjections + layer.computedProducts
      other += others.reduce(0) { $0 + $1.flopsPerToken } * count
    }
    let head = 2 * Count(vocabulary) * Count(hidden) * count
    return ForwardFLOPs(
      ffn: try AccountingError.narrow(ffn, tokens: tokens),
      attention: try AccountingError.narrow(attention, tokens: tokens),
      head: try AccountingError.narrow(head, tokens: tokens),
      other: try AccountingError.narrow(other, tokens: tokens),
      total: try AccountingError.narrow(ffn + attention + head + other, tokens: tokens))
  }
}
