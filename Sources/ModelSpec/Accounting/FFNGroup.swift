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
  /// The feed-forward layers of both sides when the model is held against a baseline.
  ///
  /// Against a dense counterpart one routed layer stands for all, for they are alike; against a named model
  /// every feed-forward layer of both takes part, as often as the model has it.
  ///
  /// - Returns: `nil` when the model routes nothing and the baseline needs it to.
  public func ffnGroups(
    against baseline: Baseline
  ) -> (baseline: [FFNGroup], candidate: [FFNGroup])? {
    let counterpart: KeyPath<SparseLayerSpec, FeedForwardSpec>
    switch baseline {
    case .named(let architecture): return (architecture.ffnGroups, ffnGroups)
    case .isoActive: counterpart = \.isoActiveNetwork
    case .isoTotal: counterpart = \.isoTotalNetwork
    }
    return dominantSparseLayer.map { layer in
      (
        [FFNGroup(layer: .dense(layer[keyPath: counterpart]), count: 1)],
        [FFNGroup(layer: .sparse(layer), count: 1)]
      )
    }
  }

  /// The first routed feed-forward network, `nil` in a dense model.
  public var firstRoutedLayer: SparseLayerSpec? {
    layers.lazy.flatMap(\.feedForwards).compactMap(\.routed).first
  }

  /// The routed layer that the model has most of, `nil` when it routes nothing; against a dense
  /// counterpart it stands for all.
  public var dominantSparseLayer: SparseLayerSpec? {
    ffnGroups.sorted { $0.count > $1.count }.lazy.compactMap(\.layer.routed).first
  }
}
