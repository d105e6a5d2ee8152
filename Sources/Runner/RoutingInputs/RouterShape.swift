import LayerSpec
import Statistics

/// What recorded routing must fit: how a router chooses, whatever it computes its logits from.
public struct RouterShape: Hashable, Sendable {
  /// What it chooses among: experts, and identity experts after them.
  public var choices: Int
  /// K, the choices of each token.
  public var topK: Int
  /// The groups that bound a token's choices; `nil` for a router without.
  public var groups: RouterPolicy.Groups?

  /// A router of K among `choices`.
  public init(choices: Int, topK: Int, groups: RouterPolicy.Groups? = nil) {
    self.choices = choices
    self.topK = topK
    self.groups = groups
  }

  /// The router of a mixture-of-experts layer.
  public init(_ layer: SparseLayerSpec) {
    self.init(choices: layer.choices, topK: layer.topK, groups: layer.router.groups)
  }
}

extension Routing {
  /// Why a router cannot be made to route this way; `nil` when it can.
  ///
  /// - Parameter owner: whose layer it is, as users name it.
  func misfit(with router: RouterShape, of owner: String) -> RecordingError? {
    switch self {
    case .uniform, .zipf, .single: nil
    case .trace(let trace): trace.misfit(with: router, of: owner)
    case .histogram(let histogram): histogram.misfit(with: router, of: owner)
    }
  }

  /// Zipf's law fitted to all that was recorded, `nil` for other kinds.
  func fit(choices: Int, topK: Int) -> ZipfFit? {
    source == nil
      ? nil : ZipfFit(tokensPerExpert: tokensPerExpert(choices: choices), topK: topK)
  }

  /// All recorded tokens of each of the router's choices, empty for other kinds.
  ///
  /// - Parameter choices: `nil` for as many as were named.
  func tokensPerExpert(choices: Int?) -> [Int] {
    switch self {
    case .uniform, .zipf, .single: []
    case .trace(let trace): trace.tokensPerExpert(choices: choices ?? trace.largest.expert + 1)
    case .histogram(let histogram):
      histogram.padded(to: choices ?? histogram.tokensPerExpert.count)
    }
  }
}
