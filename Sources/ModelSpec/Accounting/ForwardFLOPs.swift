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
  /// Those of the operations of its parts (`operations(of:tokens:formats:)`). In an encoder-decoder,
  /// `tokens` tokens go through both stacks.
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
    func flops(of part: ModelPart) -> Count {
      operations(of: part, tokens: tokens, formats: FormatPlan(.f32)).reduce(0) { $0 + $1.flops }
    }
    let (ffn, attention) = (flops(of: .feedForward), flops(of: .attention))
    let (head, other) = (flops(of: .head), flops(of: .other))
    return ForwardFLOPs(
      ffn: try AccountingError.narrow(ffn, tokens: tokens),
      attention: try AccountingError.narrow(attention, tokens: tokens),
      head: try AccountingError.narrow(head, tokens: tokens),
      other: try AccountingError.narrow(other, tokens: tokens),
      total: try AccountingError.narrow(ffn + attention + head + other, tokens: tokens))
  }
}
