/// One mixture-of-experts layer: y = Σ weight·expert(x) over the K selected, plus what is shared.
///
/// Letters: T tokens, H `hidden`, E `experts`, K `topK`, F `expert.intermediate`, L the latent width.
public struct SparseLayerSpec: Hashable, Sendable {
  /// An expert that every token visits.
  public struct Shared: Hashable, Sendable {
    /// The network, of width H also where routed experts work in a latent space.
    public let network: FeedForwardSpec
    /// True when its output is multiplied by σ(w·x), w of H elements (Qwen2-MoE).
    public let isGated: Bool

    /// A shared expert, added as it is or times its sigmoid gate.
    public init(network: FeedForwardSpec, isGated: Bool = false) {
      self.network = network
      self.isGated = isGated
    }
  }

  /// Experts that work in a narrower space than the model (Muse Spark).
  ///
  /// The experts read the norm of P_pre·x, P_pre L×H; every expert's output is normalised before its
  /// weight; the weighted sum goes through P_post, H×L. Both norms are RMS norms with a scale s of L
  /// elements. The first scales afterwards, v·s / √(mean(v²) + epsilon); the one on the experts'
  /// outputs scales before, v·s / √(mean((v·s)²) + epsilon), as the reference implementation does.
  public struct Latent: Hashable, Sendable {
    /// L, the width that routed experts read and write.
    public let width: Int
    /// What is added to the mean square in the norm after P_pre.
    public let inputNormEpsilon: Float
    /// What is added to the mean square in the norm on each expert's output.
    public let expertNormEpsilon: Float

    /// A latent space; `SparseLayerSpec` checks that the experts have its width.
    public init(width: Int, inputNormEpsilon: Float, expertNormEpsilon: Float) {
      self.width = width
      self.inputNormEpsilon = inputNormEpsilon
      self.expertNormEpsilon = expertNormEpsilon
    }
  }

  /// H, the model's hidden size: columns of the layer's input and output.
  public let hidden: Int
  /// E, the routed experts that compute.
  public let experts: Int
  /// Further choices of the router that return the token unchanged, at no FLOPs (the zero-computation experts
  /// of LongCat-Flash).
  ///
  /// They follow the computing experts in the router's numbering.
  public let identityExperts: Int
  /// K, the choices that each token visits, identity experts included.
  public let topK: Int
  /// One routed expert, of width L when there is a latent space, else H.
  public let expert: FeedForwardSpec
  /// How the router's logits become K experts and their weights.
  public let router: RouterPolicy
  /// The expert that every token visits beside the K; `nil` for none.
  public let shared: Shared?
  /// The narrower space that routed experts work in; `nil` where they work at H.
  public let latent: Latent?

  /// - Throws: `LayerSpecError` when a size is not positive, K exceeds the choices, groups do not
  ///   divide the experts, widths disagree, or the parameters cannot be counted in 63 bits.
  public init(
    hidden: Int, experts: Int, identityExperts: Int = 0, topK: Int, expert: FeedForwardSpec,
    router: RouterPolicy, shared: Shared? = nil, latent: Latent? = nil
  ) throws(LayerSpecError) {
    try LayerSpecError.requirePositive(hidden, "hidden size")
    try LayerSpecError.requirePositive(experts, "number of experts")
    try LayerSpecError.requirePositive(topK, "top-k")
    guard identityExperts >= 0 else {
      throw .notPositive(what: "number of identity experts", value: identityExperts)
    }
    guard topK <= experts + identityExperts else {
      throw .topKExceedsExperts(topK: topK, experts: experts + identityExperts)
    }
    if let latent { try LayerSpecError.requirePositive(latent.width, "latent width") }
    let width = latent?.width ?? hidden
    guard expert.width == width else {
      throw .widthsDisagree(what: "expert", width: expert.width, expected: width)
    }
    if let shared, shared.network.width != hidden {
      throw .widthsDisagree(what: "shared expert", width: shared.network.width, expected: hidden)
    }
    if let groups = router.groups {
      let perGroup = groups.count > 0 ? (experts + identityExperts) / groups.count : 0
      guard groups.count > 0, (experts + identityExperts) % groups.count == 0,
        groups.kept > 0, groups.kept <= groups.count, topK <= groups.kept * perGroup
      else {
        throw .groupsDoNotFit(
          count: groups.count, kept: groups.kept, experts: experts + identityExperts, topK: topK)
      }
    }
    if case .sparseMixer = router.score, topK != 2 { throw .sparseMixerNeedsTwo(topK: topK) }
    _ = try LayerSpecError.product([experts, expert.parameters, 4], "expert parameters")
    _ = try LayerSpecError.product([experts + identityExperts, hidden, 4], "router parameters")
    if let latent {
      _ = try LayerSpecError.product([2, latent.width, hidden, 4], "latent projections")
    }
    self.hidden = hidden
    self.experts = experts
    self.identityExperts = identityExperts
    self.topK = topK
    self.expert = expert
    self.router = router
    self.shared = shared
    self.latent = latent
  }

  /// Rows of the router matrix: everything that can be chosen.
  public var choices: Int { experts + identityExperts }

  /// The width that routed experts read and write: L, or H without a latent space.
  public var expertWidth: Int { expert.width }

  /// Parameters of all E routed experts, biases included.
  public var routedExpertParameters: Int { experts * expert.parameters }

  /// Parameters of the router: its matrix, and biases that are parameters.
  ///
  /// The selection bias is a buffer in most reference implementations (it is set by a balancing
  /// rule) and counts only where it is a parameter.
  public var routerParameters: Int {
    choices * hidden + (router.hasBias ? choices : 0)
      + (router.hasSelectionBias && router.selectionBiasIsParameter ? choices : 0)
  }

  /// Parameters that every token uses, router apart: shared expert and its gate, projections, norms.
  public var sharedParameters: Int {
    var count = 0
    if let shared { count += shared.network.parameters + (shared.isGated ? hidden : 0) }
    if let latent { count += 2 * latent.width * hidden + 2 * latent.width }
    return count
  }

  /// Parameters of the layer: all experts, the router and what is shared.
  public var parameters: Int { routedExpertParameters + routerParameters + sharedParameters }

  /// Parameters that one token uses whose K choices all compute: K experts, the router and what is shared.
  public var activeParameters: Int {
    topK * expert.parameters + routerParameters + sharedParameters
  }
}
