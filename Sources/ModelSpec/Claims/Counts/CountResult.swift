/// What a count comes to: both sides, and what they say of the claim.
public struct CountResult: Hashable, Sendable {
  /// The count that was made.
  public var count: ClaimCount
  /// The claimant's model; `nil` where its sizes, or figures that the count needs, are not published.
  public var model: CountedSide?
  /// What it is compared with; `nil` likewise, and where there is none.
  public var baseline: CountedSide?
  /// Baseline / model, and of rates model / baseline; `nil` without both sides.
  public var ratio: RoundedValue?
  /// The claimed ratio with what its printing leaves open; `nil` when none is claimed.
  public var claimed: RoundedValue?
  /// Whether the model's side stays within the count's limit; `nil` without a limit or its side.
  public var isWithinLimit: Bool?
  /// Where the tokens that the model was trained with are unpublished: how many the claimed ratio leaves
  /// it; `nil` elsewhere.
  public var tokensLeft: TokensLeft?

  /// Tokens that a claimed saving of training leaves a model.
  public struct TokensLeft: Hashable, Sendable {
    /// Tokens, where the baseline's are published.
    public var tokens: RoundedValue?
    /// Its part of the baseline's tokens.
    public var share: RoundedValue
    /// Parameters of the model that a token uses.
    public var parameters: RoundedValue
  }
}

/// One side of a count with the numbers that its formula is made of.
public struct CountedSide: Hashable, Sendable {
  /// The catalogue's id, or the claim's own name where figures are stated.
  public var name: String
  /// What is counted of it.
  public var amount: RoundedValue
  /// The numbers behind the amount.
  public var parts: Parts

  /// What an amount is made of.
  public enum Parts: Hashable, Sendable {
    /// Nothing: the amount is a count of its own, or stated.
    case none
    /// Elements of a cache, at so many bits each.
    case cache(CacheElements, bits: Double)
    /// Weights of routed experts and all others, at so many bits each.
    case weights(experts: Int, expertBits: Double, others: Int, bits: Double)
    /// Parameters that a token uses and tokens of a training run.
    case training(parameters: RoundedValue, tokens: RoundedValue)
  }
}
