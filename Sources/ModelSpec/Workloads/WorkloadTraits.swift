import LayerSpec

/// What records and reports know of a kind of workload besides its name.
///
/// A kind that this version does not know has no traits: it is shown by its name and never judged.
public struct WorkloadTraits: Sendable {
  /// The kind that these are the traits of.
  public let kind: WorkloadKind
  /// What one pass is: `one pass through all feed-forward layers`.
  public let pass: String
  /// What passes go through: `feed-forward layers`.
  public let subject: String
  /// What the workload leaves out, as a whole sentence.
  public let limits: String
  /// The sizes that a pass of it has.
  public let sizes: Set<Workload.Size>
  /// True where architectures are measured by it, so that `--workload` takes it.
  public let isOfArchitectures: Bool
  /// Its phases outside of products, in the order of a pass; each is a cause of its own.
  public let phases: [Phase]
  /// Which part of a model its FLOP ratio is of; `nil` where it is of no model's.
  public let part: ModelPart?
  /// What passes of a pairing are expected to ask of the machine; `nil` for a workload without a forecast.
  public let forecast: Forecast?

  /// Counts the passes of both sides; `nil` for a pairing or a routing without a forecast.
  public typealias Forecast =
    @Sendable (
      _ candidate: Architecture, _ baseline: Baseline, _ routing: RoutingCondition?,
      _ formats: FormatPlan
    ) -> PairingForecast?

  /// The kinds that this version knows.
  public static let known = [
    WorkloadTraits(
      kind: .feedForward, pass: "one pass through all feed-forward layers",
      subject: "feed-forward layers",
      limits: "Attention, embeddings and the output head are not timed: measured ratios are of "
        + "feed-forward layers, with random weights of the published shapes.",
      sizes: [.tokens], isOfArchitectures: true, phases: [.router, .dispatchAndCombine],
      part: .feedForward,
      forecast: {
        FeedForwardForecast.pairing($0, against: $1, routing: $2, formats: $3)
      }),
    WorkloadTraits(
      kind: .matrixProduct, pass: "one matrix product", subject: "matrix products",
      limits: "A product alone is timed: no activation, no routing and no other layer.",
      sizes: [.tokens], isOfArchitectures: false, phases: [], part: nil, forecast: nil),
  ]
}

/// A part of a model that FLOPs are counted of.
public enum ModelPart: Hashable, Sendable {
  /// All feed-forward layers.
  case feedForward
  /// All matrix products.
  case whole
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
