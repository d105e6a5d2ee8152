/// How a router turns logits into K experts and their weights.
///
/// One value covers the published families, as read from
/// Hugging Face transformers 4.57.3 and 5.23.0. In order:
///
/// 1. logits = (W·x + bias)·`logitMultiplier`, then `softcap`·tanh(logits / `softcap`) when set
/// 2. scores = `score`(logits) over all experts
/// 3. choice = scores + selection bias; groups outside the best `groups.kept` are masked
/// 4. the K largest of choice are selected, ties to the lower expert id, NaN never before a number
/// 5. weights = the *unbiased* scores of the selected (for `.softmaxOverSelected`, the softmax over
///    the K selected logits)
/// 6. weights are normalised, then multiplied by `scaling`
public struct RouterPolicy: Hashable, Sendable {
  /// How logits become scores, and which of the two selection and weights are made of.
  public enum Score: Hashable, Sendable {
    /// Softmax over all experts, before selection (Mixtral, Qwen, OLMoE, DeepSeek-V2).
    case softmax
    /// Selection on the logits, softmax over the K selected (Granite, gpt-oss).
    case softmaxOverSelected
    /// Sigmoid of each logit, before selection (DeepSeek-V3, MiniMax-M2). Llama 4 selects on the
    /// logits and then takes the sigmoid, which is the same order.
    case sigmoid
    /// √softplus of each logit, √ln(1 + eˣ), before selection (DeepSeek-V4).
    case sqrtSoftplus
    /// Phi's sparse mixer at inference: two rounds of argmax, each weight a softmax over the logits
    /// within a relative distance of 2·jitter of the round's largest. Needs K = 2; step 6 applies.
    case sparseMixer(jitter: Float)

    /// What the weights of the selected are made of.
    public enum Weights: Hashable, Sendable {
      /// Their scores.
      case scores
      /// A softmax over their logits.
      case softmaxOfSelected
      /// For each the softmax over the logits within 2·jitter of its own.
      case mixer(jitter: Float)
    }

    /// What step 5 makes weights of.
    public var weights: Weights {
      switch self {
      case .softmax, .sigmoid, .sqrtSoftplus: .scores
      case .softmaxOverSelected: .softmaxOfSelected
      case .sparseMixer(let jitter): .mixer(jitter: jitter)
      }
    }
  }

  /// Selection limited to the best groups of consecutive experts.
  public struct Groups: Hashable, Sendable {
    /// How the choice values of a group's experts make the group's score.
    public enum Score: Hashable, Sendable {
      /// The largest of them (DeepSeek-V2).
      case maximum
      /// The sum of the two largest, or the only one of a group of one (DeepSeek-V3).
      case topTwoSum
    }

    /// Groups that the experts are divided into, equal runs in order of expert id.
    public let count: Int
    /// Groups that selection may draw from, 1 to `count`; together they have at least K experts.
    public let kept: Int
    /// What groups are ranked by; ties go to the lower group.
    public let score: Score
    /// What experts outside the kept groups are given as choice value: `-.infinity`, or 0 where
    /// the reference writes zeros (DeepSeek-V2).
    public let maskedChoice: Float

    /// Selection from the best `kept` of `count` groups; `SparseLayerSpec` checks that they fit the experts.
    public init(count: Int, kept: Int, score: Score, maskedChoice: Float = -.infinity) {
      self.count = count
      self.kept = kept
      self.score = score
      self.maskedChoice = maskedChoice
    }
  }

  /// How the K weights w of a token are normalised, before `scaling`.
  public enum Normalization: Hashable, Sendable {
    /// Weights stay the scores that they are and need not add up to 1.
    case none
    /// w / (Σw + epsilon), where epsilon keeps a sum of 0 from dividing.
    case sum(epsilon: Float)
    /// w / max(Σw, minimum) (ERNIE 4.5).
    case clampedSum(minimum: Float)
  }

  /// Where the weight of an expert is applied, which makes a difference because experts are not linear.
  public enum Application: Hashable, Sendable {
    /// weight·expert(x) in the combine, everyone but Llama 4.
    case output
    /// expert(weight·x): rows are scaled when they are gathered, and the combine only adds (Llama 4).
    case input
  }

  /// Step 2: how logits become scores.
  public var score: Score
  /// True when the router's logits have a bias, one element per choice (gpt-oss).
  public var hasBias: Bool
  /// Factor on the logits (Muse Spark), 1 for everyone else.
  public var logitMultiplier: Float
  /// Bound of the logits' softcap, within ± which they stay; `nil` for none.
  public var softcap: Float?
  /// True when a learned bias takes part in selection only (DeepSeek-V3's balancing bias).
  public var hasSelectionBias: Bool
  /// True when the reference implementation holds the selection bias as a parameter (ERNIE 4.5)
  /// where others hold it as a buffer; it then counts among the layer's parameters.
  public var selectionBiasIsParameter: Bool
  /// Group-limited selection; `nil` where selection may draw from all experts.
  public var groups: Groups?
  /// Step 6: how the K weights are normalised.
  public var normalization: Normalization
  /// Factor on the normalised weights (DeepSeek's routed scaling factor), 1 for none.
  public var scaling: Float
  /// Whether weights scale what experts return or what they read.
  public var application: Application

  /// A router; the defaults are a plain softmax router without renormalisation.
  public init(
    score: Score = .softmax, hasBias: Bool = false, logitMultiplier: Float = 1,
    softcap: Float? = nil, hasSelectionBias: Bool = false, selectionBiasIsParameter: Bool = false,
    groups: Groups? = nil, normalization: Normalization = .none, scaling: Float = 1,
    application: Application = .output
  ) {
    self.score = score
    self.hasBias = hasBias
    self.logitMultiplier = logitMultiplier
    self.softcap = softcap
    self.hasSelectionBias = hasSelectionBias
    self.selectionBiasIsParameter = selectionBiasIsParameter
    self.groups = groups
    self.normalization = normalization
    self.scaling = scaling
    self.application = application
  }
}
