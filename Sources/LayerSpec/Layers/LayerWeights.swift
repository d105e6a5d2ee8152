/// The weights of one feed-forward network in the canonical layout: row-major, outputs × inputs.
public struct FeedForwardWeights: Sendable {
  /// W_gate, F×H; `nil` when the network is not gated.
  public var gate: [Float]?
  /// W_up, F×H.
  public var up: [Float]
  /// W_down, H×F.
  public var down: [Float]
  /// Bias of W_gate, F elements; `nil` for none.
  public var gateBias: [Float]?
  /// Bias of W_up, F elements; `nil` for none.
  public var upBias: [Float]?
  /// Bias of W_down, H elements; `nil` for none.
  public var downBias: [Float]?

  /// The weights of one network; biases are absent unless given.
  public init(
    gate: [Float]?, up: [Float], down: [Float], gateBias: [Float]? = nil, upBias: [Float]? = nil,
    downBias: [Float]? = nil
  ) {
    self.gate = gate
    self.up = up
    self.down = down
    self.gateBias = gateBias
    self.upBias = upBias
    self.downBias = downBias
  }
}

/// The weights of one mixture-of-experts layer in the canonical layout.
///
/// A checkpoint's own layout (fused, interleaved, transposed) is undone before this value is made,
/// and norm scales are the factors themselves, also where a checkpoint stores them minus one.
public struct SparseLayerWeights: Sendable {
  /// W of the router, choices × H: a row for each expert, identity experts last.
  public var router: [Float]
  /// Bias of the router's logits, one per choice; `nil` for none.
  public var routerBias: [Float]?
  /// Bias that takes part in selection only, one per choice; `nil` for none.
  public var selectionBias: [Float]?
  /// The routed experts that compute, E of them in order of id.
  public var experts: [FeedForwardWeights]
  /// The shared expert; `nil` for none.
  public var shared: FeedForwardWeights?
  /// The row w of the shared expert's gate σ(w·x), H elements; `nil` for none.
  public var sharedGate: [Float]?
  /// The latent space's matrices and norm scales; `nil` for none.
  public var latent: LatentWeights?

  /// The weights of one layer; what a layer does not have stays `nil`.
  public init(
    router: [Float], routerBias: [Float]? = nil, selectionBias: [Float]? = nil,
    experts: [FeedForwardWeights], shared: FeedForwardWeights? = nil, sharedGate: [Float]? = nil,
    latent: LatentWeights? = nil
  ) {
    self.router = router
    self.routerBias = routerBias
    self.selectionBias = selectionBias
    self.experts = experts
    self.shared = shared
    self.sharedGate = sharedGate
    self.latent = latent
  }
}

/// The matrices and norm scales around experts in a latent space (`SparseLayerSpec.Latent`).
public struct LatentWeights: Sendable {
  /// P_pre, L×H.
  public var inputProjection: [Float]
  /// Scale of the norm after P_pre, L elements.
  public var inputNorm: [Float]
  /// Scale of the norm on each expert's output, L elements.
  public var expertNorm: [Float]
  /// P_post, H×L.
  public var outputProjection: [Float]

  /// The four tensors of a latent space, whose sizes are checked when a layer is made of them.
  public init(
    inputProjection: [Float], inputNorm: [Float], expertNorm: [Float], outputProjection: [Float]
  ) {
    self.inputProjection = inputProjection
    self.inputNorm = inputNorm
    self.expertNorm = expertNorm
    self.outputProjection = outputProjection
  }
}
