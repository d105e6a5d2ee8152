import LayerSpec

/// What records and reports know of a kind of workload besides its name.
///
/// A kind that this version does not know has no traits: it is shown by its name and never judged.
public struct WorkloadTraits: Hashable, Sendable {
  /// Which workload.
  public let kind: WorkloadKind
  /// What one pass is: `one pass through all feed-forward layers`.
  public let pass: String
  /// What passes go through: `feed-forward layers`.
  public let subject: String
  /// What the workload leaves out, as a whole sentence.
  public let limits: String
  /// True where architectures are measured by it, so that `--workload` takes it.
  public let isOfArchitectures: Bool
  /// Its phases outside of products, in the order of a pass; each is a cause of its own.
  public let phases: [Phase]

  /// The kinds that this version knows.
  public static let known = [
    WorkloadTraits(
      kind: .feedForward, pass: "one pass through all feed-forward layers",
      subject: "feed-forward layers",
      limits: "Attention, embeddings and the output head are not timed: measured ratios are of "
        + "feed-forward layers, with random weights of the published shapes.",
      isOfArchitectures: true, phases: [.router, .dispatchAndCombine]),
    WorkloadTraits(
      kind: .matrixProduct, pass: "one matrix product", subject: "matrix products",
      limits: "A product alone is timed: no activation, no routing and no other layer.",
      isOfArchitectures: false, phases: []),
  ]
}

extension WorkloadKind {
  /// What this version knows of the kind; `nil` for one that it does not know, which it cannot judge.
  public var traits: WorkloadTraits? { WorkloadTraits.known.first { $0.kind == self } }
}

extension Phase {
  /// The phases outside of products that this version knows, workload by workload, each in the order of a
  /// pass.
  public static let known = WorkloadTraits.known.flatMap(\.phases).uniqued()
}
