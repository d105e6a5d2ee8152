import LayerSpec
import ModelSpec

/// What a candidate is held against.
public enum Baseline: Hashable, Sendable {
  /// A dense FFN with the parameters that one token activates.
  case isoActive
  /// A dense FFN with all of the layer's parameters.
  case isoTotal
  /// Another architecture, all of its feed-forward layers against all of the candidate's.
  case named(Architecture)

  /// The name that records use.
  public var id: String {
    switch self {
    case .isoActive: "iso-active"
    case .isoTotal: "iso-total"
    case .named(let architecture): architecture.id
    }
  }
}

/// A candidate, a baseline, and the routings under which they are compared.
public struct Comparison: Hashable, Sendable {
  /// The architecture under test.
  public let candidate: Architecture
  /// What it is held against.
  public let baseline: Baseline
  /// One cell is measured for each of these and each token count.
  public let routings: [Routing]

  /// A comparison.
  public init(candidate: Architecture, baseline: Baseline, routings: [Routing]) {
    self.candidate = candidate
    self.baseline = baseline
    self.routings = routings
  }

  /// The layers of both sides.
  ///
  /// Against a dense counterpart one routed layer stands for all, for they are alike; against a named
  /// model every feed-forward layer of both takes part, as often as the model has it.
  ///
  /// - Throws: `PlanError` when the candidate routes nothing and the baseline needs it to.
  func layers() throws(PlanError) -> (baseline: [FFNGroup], candidate: [FFNGroup]) {
    if case .named(let architecture) = baseline {
      return (architecture.ffnGroups, candidate.ffnGroups)
    }
    guard let sparse = candidate.dominantSparseLayer else {
      throw .candidateIsDense(id: candidate.id, baseline: baseline.id)
    }
    let dense = baseline == .isoActive ? isoActive(of: sparse) : isoTotal(of: sparse)
    return (
      [FFNGroup(layer: .dense(dense), count: 1)], [FFNGroup(layer: .sparse(sparse), count: 1)]
    )
  }
}

extension Architecture {
  /// The routed layer that the model has most of, `nil` when it routes nothing.
  var dominantSparseLayer: SparseLayerSpec? {
    let groups = ffnGroups.sorted { $0.count > $1.count }
    for group in groups {
      if case .sparse(let layer) = group.layer { return layer }
    }
    return nil
  }
}
