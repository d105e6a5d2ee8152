/// Causal self-attention of a decoder layer as it is computed: queries, keys and values of all tokens of a
/// sequence, and what each query sees of the earlier ones.
///
/// y = W_o·concat over heads of Σ softmax(scale·q·k)·v. Query head h reads key-value head
/// h / (`heads` / `keyValueHeads`). In latent attention (DeepSeek-V2, arXiv 2405.04434) keys and values are
/// made from one vector of `Latent.rank` elements and one rotated key that all heads share, which are all that
/// a cache needs to keep.
public struct SelfAttentionSpec: Hashable, Sendable {
  /// Multi-head latent attention.
  public struct Latent: Hashable, Sendable {
    /// The rank that queries go through; `nil` where they are made directly.
    public let queryRank: Int?
    /// The rank of the vector that keys and values are made of.
    public let rank: Int
    /// Elements of a query or key that are not turned; those that are follow them.
    public let plainWidth: Int
    /// Elements of the key that all heads share.
    public let rotaryWidth: Int
    /// Added to the mean square by the norms of both ranks.
    public let normEpsilon: Float

    /// Sizes of latent attention, checked when a spec is made of it.
    public init(
      queryRank: Int?, rank: Int, plainWidth: Int, rotaryWidth: Int, normEpsilon: Float
    ) {
      self.queryRank = queryRank
      self.rank = rank
      self.plainWidth = plainWidth
      self.rotaryWidth = rotaryWidth
      self.normEpsilon = normEpsilon
    }
  }

  /// RMS norms of queries and keys.
  public enum QueryKeyNorm: Hashable, Sendable {
    /// None.
    case absent
    /// Each head by itself before it is turned, with one scale for all heads (Qwen3).
    case perHead(epsilon: Float)
    /// All heads together before they are turned, with a scale as wide as they (OLMoE).
    case wide(epsilon: Float)
    /// Each head by itself after it was turned, without a scale (Llama 4).
    case turned(epsilon: Float)
  }

  /// Which earlier tokens a query sees.
  public enum Reach: Hashable, Sendable {
    /// All, and itself.
    case all
    /// The last so many, itself among them.
    case window(Int)
    /// Those of its own chunk: chunks of so many tokens follow each other from position 0 (Llama 4).
    case chunk(Int)

    /// The first position that the token at a position sees.
    public func first(seenBy position: Int) -> Int {
      switch self {
      case .all: 0
      case .window(let tokens): max(0, position - tokens + 1)
      case .chunk(let tokens): position / tokens * tokens
      }
    }
  }

  /// Llama 4's factor on queries of layers without rotation: ln(1 + ⌊(position + 1) / floor⌋)·scale + 1.
  public struct Temperature: Hashable, Sendable {
    /// Tokens from one step of the factor to the next.
    public let floor: Double
    /// How much the logarithm counts.
    public let scale: Double

    /// The two numbers of a configuration.
    public init(floor: Double, scale: Double) {
      self.floor = floor
      self.scale = scale
    }
  }

  /// H, the width of the input and of the output.
  public let hidden: Int
  /// Query heads.
  public let heads: Int
  /// Heads of keys and values, which divide the query heads; as many in latent attention.
  public let keyValueHeads: Int
  /// Elements of one query or key.
  public let keyWidth: Int
  /// Elements of one value.
  public let valueWidth: Int
  /// `nil` for grouped attention.
  public let latent: Latent?
  /// Whether the matrices of queries, keys and values have biases.
  public let hasInputBias: Bool
  /// Whether the output matrix has one.
  public let hasOutputBias: Bool
  /// Norms of queries and keys.
  public let queryKeyNorm: QueryKeyNorm
  /// Bound of queries, keys and values, within ± which they are clamped after the norm; `nil` for none.
  public let clip: Float?
  /// How positions turn queries and keys; `nil` for a layer without.
  public let rotary: RotarySpec?
  /// Which earlier tokens a query sees.
  public let reach: Reach
  /// Factor on the products of queries and keys.
  public let scale: Float
  /// Bound c of the scores, which become c·tanh(score / c) before the mask; `nil` for none.
  public let softcap: Float?
  /// Whether each head has one more logit in its softmax, of which nothing is read (gpt-oss).
  public let hasSinks: Bool
  /// Llama 4's factor on queries; `nil` for none.
  public let temperature: Temperature?

  /// - Throws: `LayerSpecError` when a size is not positive, heads do not divide, or rotation is wider than
  ///   what it turns.
  public init(
    hidden: Int, heads: Int, keyValueHeads: Int, keyWidth: Int, valueWidth: Int,
    latent: Latent? = nil, hasInputBias: Bool = false, hasOutputBias: Bool = false,
    queryKeyNorm: QueryKeyNorm = .absent, clip: Float? = nil, rotary: RotarySpec?,
    reach: Reach = .all, scale: Float, softcap: Float? = nil, hasSinks: Bool = false,
    temperature: Temperature? = nil
  ) throws(LayerSpecError) {
    for (size, what) in [
      (hidden, "hidden size"), (heads, "number of attention heads"),
      (keyValueHeads, "number of key-value heads"), (keyWidth, "width of a key"),
      (valueWidth, "width of a value"),
    ] {
      try LayerSpecError.requirePositive(size, what)
    }
    guard heads % keyValueHeads == 0 else {
      throw .headsDoNotDivide(heads: heads, keyValueHeads: keyValueHeads)
    }
    if let latent {
      try LayerSpecError.requirePositive(latent.rank, "rank of keys and values")
      if let rank = latent.queryRank { try LayerSpecError.requirePositive(rank, "rank of queries") }
      guard keyValueHeads == heads, latent.plainWidth >= 0, latent.rotaryWidth >= 0,
        keyWidth == latent.plainWidth + latent.rotaryWidth
      else {
        throw .widthsDisagree(
          what: "latent key", width: keyWidth, expected: latent.plainWidth + latent.rotaryWidth)
      }
    }
    switch reach {
    case .all: break
    case .window(let tokens), .chunk(let tokens):
      try LayerSpecError.requirePositive(tokens, "attention window")
    }
    let turned = latent?.rotaryWidth ?? keyWidth
    if let rotary, rotary.width > turned {
      throw .widthsDisagree(what: "rotation", width: rotary.width, expected: turned)
    }
    _ = try LayerSpecError.product(
      [heads, max(keyWidth, valueWidth), hidden, 4], "attention weights")
    self.hidden = hidden
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.keyWidth = keyWidth
    self.valueWidth = valueWidth
    self.latent = latent
    self.hasInputBias = hasInputBias
    self.hasOutputBias = hasOutputBias
    self.queryKeyNorm = queryKeyNorm
    self.clip = clip
    self.rotary = rotary
    self.reach = reach
    self.scale = scale
    self.softcap = softcap
    self.hasSinks = hasSinks
    self.temperature = temperature
  }

  /// Query heads that share a head of keys and values.
  public var group: Int { heads / keyValueHeads }
  /// Elements of all queries of a token.
  public var queryWidth: Int { heads * keyWidth }
  /// Elements of all keys of a token.
  public var keysWidth: Int { keyValueHeads * keyWidth }
  /// Elements of all values of a token.
  public var valuesWidth: Int { keyValueHeads * valueWidth }
  /// Elements that all heads together give to the output matrix.
  public var outputWidth: Int { heads * valueWidth }
  /// The first element of a query or key that is turned.
  public var rotaryOffset: Int { latent?.plainWidth ?? 0 }

  /// Whether queries of tokens behind `context` cached ones are taken into the latent space: of a prompt from its
  /// beginning keys and values are expanded once, and cached latent vectors are never expanded again.
  public func isAbsorbed(context: Int) -> Bool { latent != nil && context > 0 }

  /// Elements that a cache needs for one token: all keys and values, or the latent vector and the shared key.
  public var cachedWidth: Int {
    latent.map { $0.rank + $0.rotaryWidth } ?? keysWidth + valuesWidth
  }
}
