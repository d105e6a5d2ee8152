/// The feed-forward half of a decoder layer, dense or routed.
public enum FFNLayerSpec: Hashable, Sendable {
  /// Every parameter is used for every token.
  case dense(FeedForwardSpec)
  /// Tokens are routed to K of E experts.
  case sparse(SparseLayerSpec)

  /// H, the width of the layer's input and output.
  public var hidden: Int {
    switch self {
    case .dense(let network): network.width
    case .sparse(let layer): layer.hidden
    }
  }

  /// Everything learned in the layer.
  public var parameters: Int {
    switch self {
    case .dense(let network): network.parameters
    case .sparse(let layer): layer.parameters
    }
  }

  /// What one token uses.
  public var activeParameters: Int {
    switch self {
    case .dense(let network): network.parameters
    case .sparse(let layer): layer.activeParameters
    }
  }
}
