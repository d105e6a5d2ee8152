import ModelSpec

/// A candidate against a baseline, and the routings under which they are measured.
public struct Pairing: Hashable, Sendable {
  /// The architecture under test.
  public let candidate: Architecture
  /// What it is held against.
  public let baseline: Baseline
  /// One cell is measured for each of these and each token count.
  public let routings: [Routing]

  /// A pairing.
  public init(candidate: Architecture, baseline: Baseline, routings: [Routing]) {
    self.candidate = candidate
    self.baseline = baseline
    self.routings = routings
  }

  /// The pairing as messages name it.
  var name: String { "\(candidate.id) against \(baseline.id)" }
}
