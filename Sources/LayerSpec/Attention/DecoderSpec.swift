/// A whole decoder: a table of tokens, blocks one after the other, an RMS norm, and the output head.
public struct DecoderSpec: Hashable, Sendable {
  /// The blocks in order.
  public let blocks: [BlockSpec]
  /// V, rows of the table and outputs of the head.
  public let vocabulary: Int

  /// - Precondition: there are blocks, all of one width, and tokens.
  public init(blocks: [BlockSpec], vocabulary: Int) {
    precondition(
      Set(blocks.map(\.hidden)).count == 1 && vocabulary > 0,
      "\(blocks.count) blocks and \(vocabulary) tokens are no decoder")
    self.blocks = blocks
    self.vocabulary = vocabulary
  }

  /// H, the width of the stream.
  public var hidden: Int { blocks[0].hidden }

  /// Added to the mean square by the norm before the head, as by those of the blocks.
  public var normEpsilon: Float { blocks[0].normEpsilon }

  /// Tokens of the longest sequence that all blocks are made for; `nil` where none says.
  public var longestContext: Int? { blocks.compactMap(\.longestContext).min() }
}
