/// The feed-forward half of a decoder layer, dense or routed.
public enum FFNLayerSpec: Hashable, Sendable {
  /// One network, all of whose parameters every token uses.
  case dense(FeedForwardSpec)
  /// A mixture of experts: tokens are routed to K of E networks.
  case sparse(SparseLayerSpec)

  /// H, the width of the layer's input and output.
  public var hidden: Int {
    switch self {
    case .dense(let network): network.width
    case .sparse(let layer): layer.hidden
    }
  }

  /// Parameters of the layer: everything learned in it, router, biases and norms included.
  public var parameters: Int {
    switch self {
    case .dense(let network): network.parameters
    case .sparse(let layer): layer.parameters
    }
  }

  /// Parameters that one token uses: all of a dense layer; K experts, the router and what is shared of a
  /// routed one.
  public var activeParameters: Int {
    switch self {
    case .dense(let network): network.parameters
    case .sparse(let layer): layer.activeParameters
    }
  }
}
