import LayerSpec

/// One decoder layer (a *block*): what mixes tokens, the feed-forward networks, and the norms
/// around them.
///
/// Layers of an encoder are described in the same way; hybrid models have layers without attention
/// or without a feed-forward half.
public struct DecoderLayer: Hashable, Sendable {
  /// What mixes tokens, `nil` when nothing does.
  public var attention: AttentionSpec?
  /// Feed-forward networks in the order they are applied.
  ///
  /// Most layers have one; Arctic and Gemma 4 run a dense one beside the routed one, LongCat has two
  /// dense ones and a routed one.
  public var feedForwards: [FFNLayerSpec]
  /// Matrices outside both halves, such as the mixing of residual streams in DeepSeek-V4.
  public var otherProjections: [LinearSpec]
  /// Products outside the attention with matrices that are computed, not learned.
  ///
  /// They cost FLOPs and have no parameters: DeepSeek-V4 mixes N streams by an N×N matrix.
  public var computedProducts: [LinearSpec]
  /// Norms, residual gates and whatever else takes part in no product.
  public var otherParameters: Int
  /// What the layer computes, where that is known beyond its sizes.
  public var block: Block

  /// Whether a layer can be computed.
  public enum Block: Hashable, Sendable {
    /// As this says.
    case executable(BlockSpec)
    /// It is counted only, for this reason, a clause.
    case counted(reason: String)
  }

  /// A layer; `attention` is `nil` and `feedForwards` empty where a hybrid's layer has none.
  public init(
    attention: AttentionSpec?, feedForwards: [FFNLayerSpec], otherProjections: [LinearSpec] = [],
    computedProducts: [LinearSpec] = [], otherParameters: Int,
    block: Block = .counted(reason: "its form is counted, and this version cannot compute it")
  ) {
    self.attention = attention
    self.feedForwards = feedForwards
    self.otherProjections = otherProjections
    self.computedProducts = computedProducts
    self.otherParameters = otherParameters
    self.block = block
  }

  /// The feed-forward network that the layer is known for: the routed one where there is one.
  public var ffn: FFNLayerSpec? {
    feedForwards.first { if case .sparse = $0 { true } else { false } } ?? feedForwards.first
  }
}
