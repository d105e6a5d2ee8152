import LayerSpec

/// What mixes tokens in a decoder layer: attention in any of its forms, a linear recurrence, or a
/// short convolution.
///
/// Every form is described by the same four facts, which is all that accounting needs: the matrices
/// that each token is multiplied with, the products between tokens, the state of a recurrence, and
/// the parameters that take part in no product (norms, sinks, convolution kernels, decay rates).
public struct AttentionSpec: Hashable, Sendable {
  /// The name of the mechanism, for readers: accounting does not look at it.
  public enum Form: String, Hashable, Sendable, Codable {
    /// Softmax attention, a key-value pair per head or per group of heads.
    case grouped
    /// Multi-head latent attention: keys and values are made from one compressed vector.
    case latent
    /// Attention over compressed blocks of the past beside a sliding window (DeepSeek-V4).
    case compressed
    /// Softmax attention whose query and output matrices are experts (JetMoE).
    case mixture
    /// Linear attention and its relatives: a matrix-valued state per head.
    case linear
    /// A selective state-space recurrence (Mamba).
    case stateSpace = "state_space"
    /// A short gated convolution.
    case convolution
  }

  /// The products between a token's query and other tokens' keys and values.
  public struct Scores: Hashable, Sendable {
    /// Query heads.
    public let heads: Int
    /// Elements of one query or key.
    public let keyWidth: Int
    /// Elements of one value.
    public let valueWidth: Int
    /// Keys that a query can see at most, `nil` for all.
    public let window: Int?
    /// Tokens that share one key; above 1 where the past is compressed.
    public let tokensPerKey: Int

    /// Products of `heads` query heads, by default with every token's key and value.
    public init(
      heads: Int, keyWidth: Int, valueWidth: Int, window: Int? = nil, tokensPerKey: Int = 1
    ) {
      self.heads = heads
      self.keyWidth = keyWidth
      self.valueWidth = valueWidth
      self.window = window
      self.tokensPerKey = tokensPerKey
    }
  }

  /// The state that a recurrence carries from token to token: one matrix per head.
  public struct State: Hashable, Sendable {
    /// Heads, or channels where every channel has a state of its own (Mamba).
    public let heads: Int
    /// Rows of a head's state.
    public let keyWidth: Int
    /// Columns of a head's state.
    public let valueWidth: Int
    /// Multiply-adds per element and token: one to write it and one to read it, and one more for
    /// the delta rule, which reads before it writes.
    public let passes: Int

    /// A state of `heads` matrices, each `keyWidth` by `valueWidth`.
    public init(heads: Int, keyWidth: Int, valueWidth: Int, passes: Int) {
      self.heads = heads
      self.keyWidth = keyWidth
      self.valueWidth = valueWidth
      self.passes = passes
    }
  }

  /// What each sequence keeps of its earlier tokens, in elements.
  public struct Cache: Hashable, Sendable {
    /// Elements that are kept together: a token's keys and values, or a latent vector that makes them.
    public let elements: Int
    /// Tokens of the past that are kept at most, `nil` for all; a short convolution keeps its kernel but
    /// one.
    public let window: Int?
    /// Tokens that share the elements; above 1 where the past is compressed.
    public let tokensPerEntry: Int

    /// A cache of `elements` for each token, or for each `tokensPerEntry`.
    public init(elements: Int, window: Int? = nil, tokensPerEntry: Int = 1) {
      self.elements = elements
      self.window = window
      self.tokensPerEntry = tokensPerEntry
    }

    /// Elements after `context` tokens.
    func elements(context: Int) -> Count {
      Count(elements) * Count(min(context, window ?? context) / tokensPerEntry)
    }
  }

  /// The mechanism; of two that follow each other, the first.
  public var form: Form
  /// Matrices that every token is multiplied with.
  public var projections: [LinearSpec]
  /// Products between tokens; two entries where a layer attends twice.
  public var scores: [Scores]
  /// Products between a token and those in a cache; `nil` where a step of decoding computes those of a prompt.
  ///
  /// Latent attention then meets latent vectors, which no step expands.
  public var cachedScores: [Scores]?
  /// State of a recurrence, `nil` where there is none.
  public var state: State?
  /// What a sequence keeps of its earlier tokens; empty where a recurrence's state is all, and where another
  /// layer's is used.
  public var caches: [Cache]
  /// Matrix-shaped parameters that take part in no matrix product: kernels of depthwise
  /// convolutions (taps × channels), decay rates of a state.
  public var elementwise: [LinearSpec]
  /// Vectors of parameters: norms, sinks, decay rates.
  public var otherParameters: Int

  /// Attention; its sizes are checked when it becomes part of an `Architecture`.
  public init(
    form: Form, projections: [LinearSpec], scores: [Scores] = [],
    cachedScores: [Scores]? = nil, state: State? = nil, caches: [Cache] = [],
    elementwise: [LinearSpec] = [], otherParameters: Int = 0
  ) {
    self.form = form
    self.projections = projections
    self.scores = scores
    self.cachedScores = cachedScores
    self.state = state
    self.caches = caches
    self.elementwise = elementwise
    self.otherParameters = otherParameters
  }

  /// This attention and then another in one layer (LongCat's two; a decoder's self and cross
  /// attention).
  func followed(by other: AttentionSpec) -> AttentionSpec {
    AttentionSpec(
      form: form, projections: projections + other.projections, scores: scores + other.scores,
      cachedScores: cachedScores == nil && other.cachedScores == nil
        ? nil : (cachedScores ?? scores) + (other.cachedScores ?? other.scores),
      state: state ?? other.state, caches: caches + other.caches,
      elementwise: elementwise + other.elementwise,
      otherParameters: otherParameters + other.otherParameters)
  }

  var parameters: Count {
    projections.reduce(elementwiseCount) { $0 + $1.parameters }
  }

  var activeParameters: Count {
    projections.reduce(elementwiseCount) { $0 + $1.activeParameters }
  }

  private var elementwiseCount: Count {
    elementwise.reduce(Count(otherParameters)) { $0 + $1.parameters }
  }
}
