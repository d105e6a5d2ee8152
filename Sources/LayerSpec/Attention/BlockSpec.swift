/// One decoder layer (a *block*): attention and a feed-forward half, each in a residual branch with its norms.
public struct BlockSpec: Hashable, Sendable {
  /// Where the RMS norms of a branch stand.
  public enum NormOrder: Hashable, Sendable {
    /// x += f(norm x), as Llama.
    case before
    /// x += norm f(norm x), as Gemma 2.
    case around
    /// x += norm f(x), as OLMo 2.
    case after

    /// Whether a branch begins with a norm.
    public var hasBefore: Bool { self != .after }
    /// Whether a branch ends with one.
    public var hasAfter: Bool { self != .before }
  }

  /// What mixes tokens.
  public let attention: SelfAttentionSpec
  /// What follows it.
  public let feedForward: FFNLayerSpec
  /// Where norms stand.
  public let norms: NormOrder
  /// Added to the mean square by all of these norms.
  public let normEpsilon: Float
  /// Factor on each branch before it is added; 1 for most.
  public let residualScale: Float
  /// Tokens of the longest sequence that the model is made for; `nil` where its configuration does not say.
  public let longestContext: Int?

  /// - Throws: `LayerSpecError` when both halves are not of one width.
  public init(
    attention: SelfAttentionSpec, feedForward: FFNLayerSpec, norms: NormOrder = .before,
    normEpsilon: Float, residualScale: Float = 1, longestContext: Int? = nil
  ) throws(LayerSpecError) {
    guard feedForward.hidden == attention.hidden else {
      throw .widthsDisagree(
        what: "feed-forward half", width: feedForward.hidden, expected: attention.hidden)
    }
    self.attention = attention
    self.feedForward = feedForward
    self.norms = norms
    self.normEpsilon = normEpsilon
    self.residualScale = residualScale
    self.longestContext = longestContext
  }

  /// H, the width of the input and of the output.
  public var hidden: Int { attention.hidden }

  /// The same block with another feed-forward half.
  ///
  /// - Throws: `LayerSpecError` when that is of another width.
  public func with(feedForward: FFNLayerSpec) throws(LayerSpecError) -> BlockSpec {
    try BlockSpec(
      attention: attention, feedForward: feedForward, norms: norms, normEpsilon: normEpsilon,
      residualScale: residualScale, longestContext: longestContext)
  }
}

/// The weights of one block; scales of norms are the factors themselves.
public struct BlockWeights: Sendable {
  /// The feed-forward half, dense or routed.
  public enum FeedForward: Sendable {
    case dense(FeedForwardWeights)
    case sparse(SparseLayerWeights)
  }

  /// Scales of the norms of one branch, H elements each; `nil` where it has none.
  public struct Norms: Sendable {
    /// Of the norm before the branch.
    public var before: [Float]?
    /// Of the norm behind it.
    public var after: [Float]?

    /// The scales of one branch.
    public init(before: [Float]?, after: [Float]?) {
      self.before = before
      self.after = after
    }
  }

  /// The attention.
  public var attention: SelfAttentionWeights
  /// The norms of its branch.
  public var attentionNorms: Norms
  /// The feed-forward half.
  public var feedForward: FeedForward
  /// The norms of its branch.
  public var feedForwardNorms: Norms

  /// The weights of one block.
  public init(
    attention: SelfAttentionWeights, attentionNorms: Norms, feedForward: FeedForward,
    feedForwardNorms: Norms
  ) {
    self.attention = attention
    self.attentionNorms = attentionNorms
    self.feedForward = feedForward
    self.feedForwardNorms = feedForwardNorms
  }
}
