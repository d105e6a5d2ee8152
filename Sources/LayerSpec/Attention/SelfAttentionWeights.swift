/// The weights of one self-attention in the canonical layout: row-major, outputs × inputs; scales of norms are
/// the factors themselves, also where a checkpoint stores them minus one.
public struct SelfAttentionWeights: Sendable {
  /// A matrix with its bias.
  public struct Linear: Sendable {
    /// Outputs × inputs.
    public var matrix: [Float]
    /// One element per output; `nil` for none.
    public var bias: [Float]?

    /// A matrix, by default without a bias.
    public init(_ matrix: [Float], bias: [Float]? = nil) {
      self.matrix = matrix
      self.bias = bias
    }
  }

  /// What makes keys and values.
  public enum KeysAndValues: Sendable {
    /// Grouped attention: W_k, keys × H, and W_v, values × H.
    case grouped(key: Linear, value: Linear)
    /// Latent attention: (rank + shared key) × H, the norm's scale of `rank` elements, and the matrix that
    /// expands the rank into each head's plain key and value, heads · (plain + value) × rank.
    case latent(compress: Linear, norm: [Float], expand: [Float])
  }

  /// W_q, queries × H; behind a rank, queries × rank.
  public var query: Linear
  /// The matrix into the rank of queries and the scale of its norm; `nil` for none.
  public var queryRank: (compress: Linear, norm: [Float])?
  /// What makes keys and values.
  public var keysAndValues: KeysAndValues
  /// W_o, H × outputs of all heads.
  public var output: Linear
  /// Scales of the norms of queries and of keys, as wide as a head or as all of them; `nil` for none.
  public var queryNorm: [Float]?
  /// See `queryNorm`.
  public var keyNorm: [Float]?
  /// The further logit of each query head; `nil` for none.
  public var sinks: [Float]?

  /// The weights of one attention; what it does not have stays `nil`.
  public init(
    query: Linear, queryRank: (compress: Linear, norm: [Float])? = nil,
    keysAndValues: KeysAndValues, output: Linear, queryNorm: [Float]? = nil,
    keyNorm: [Float]? = nil, sinks: [Float]? = nil
  ) {
    self.query = query
    self.queryRank = queryRank
    self.keysAndValues = keysAndValues
    self.output = output
    self.queryNorm = queryNorm
    self.keyNorm = keyNorm
    self.sinks = sinks
  }
}
