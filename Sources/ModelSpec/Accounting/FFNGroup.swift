import LayerSpec

/// Equal feed-forward layers of a model, and how many of them it has.
public struct FFNGroup: Hashable, Sendable {
  /// What each of the layers is.
  public let layer: FFNLayerSpec
  /// How many of them the model has, at least 1.
  public let count: Int

  /// `count` layers, each of which is `layer`.
  public init(layer: FFNLayerSpec, count: Int) {
    self.layer = layer
    self.count = count
  }
}

extension Architecture {
  /// The distinct feed-forward layers and how many of each there are, in order of appearance.
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
  /// The feed-forward layers of both sides of a pairing of this model with a baseline.
  ///
  /// Against `iso-active` and `iso-total` one routed layer stands for all of them
  /// (`dominantSparseLayer`); against a named model every feed-forward layer of both takes part, as
  /// often as the model has it.
  ///
  /// - Returns: `nil` for a model without routed layers against `iso-active` or `iso-total`, which
  ///   are made from one.
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

  /// The first routed feed-forward layer, `nil` in a dense model.
  public var firstRoutedLayer: SparseLayerSpec? {
    layers.lazy.flatMap(\.feedForwards).compactMap(\.routed).first
  }

  /// The routed layer that the model has most of, `nil` in a dense model; it stands for all where
  /// the baseline is made from one.
  public var dominantSparseLayer: SparseLayerSpec? {
    ffnGroups.sorted { $0.count > $1.count }.lazy.compactMap(\.layer.routed).first
  }
}
