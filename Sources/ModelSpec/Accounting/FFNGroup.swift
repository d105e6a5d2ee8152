import LayerSpec

/// Feed-forward networks of one shape within a model.
public struct FFNGroup: Hashable, Sendable {
  /// The shape.
  public let layer: FFNLayerSpec
  /// How many the model has.
  public let count: Int

  /// `count` networks of one shape.
  public init(layer: FFNLayerSpec, count: Int) {
    self.layer = layer
    self.count = count
  }
}

extension Architecture {
  /// The distinct feed-forward networks and how many of each there are, in order of appearance.
  public var ffnGroups: [FFNGroup] {
    var order: [FFNLayerSpec] = []
    var counts: [FFNLayerSpec: Int] = [:]
    for network in layers.lazy.flatMap(\.feedForwards) {
      if counts[network] == nil { order.append(network) }
      counts[network, default: 0] += 1
    }
    return order.map { FFNGroup(layer: $0, count: counts[$0] ?? 0) }
  }
}

extension Architecture {
  /// The routed layer that the model has most of, `nil` when it routes nothing; against a dense
  /// counterpart it stands for all.
  public var dominantSparseLayer: SparseLayerSpec? {
    ffnGroups.sorted { $0.count > $1.count }.lazy.compactMap(\.layer.routed).first
  }
}
