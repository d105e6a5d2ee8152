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

  /// What is known of a kind of workload; sentences are in the words of reports.
  public init(
    kind: WorkloadKind, pass: String, subject: String, limits: String, sizes: Set<Workload.Size>,
    isOfArchitectures: Bool = true, phases: [Phase] = [], part: ModelPart? = nil,
    forecast: Forecast? = nil
  ) {
    self.kind = kind
    self.pass = pass
    self.subject = subject
    self.limits = limits
    self.sizes = sizes
    self.isOfArchitectures = isOfArchitectures
    self.phases = phases
    self.part = part
    self.forecast = forecast
  }

  private static let blockPhases: [Phase] = [.elementwise, .router, .dispatchAndCombine]
  private static let blockLimits =
    "Embeddings and the output head are not timed: measured ratios are of decoder blocks, attention over "
    + "32-bit keys and values among them, with random weights of the published shapes and the routing that "
    + "random inputs get."

  /// The kinds that are known.
  ///
  /// A program that brings a workload of its own makes it known around its calls, so that reports judge it:
  /// `WorkloadTraits.$known.withValue(WorkloadTraits.known + [own]) { … }`.
  @TaskLocal public static var known = [
    WorkloadTraits(
      kind: .feedForward, pass: "one pass through all feed-forward layers",
      subject: "feed-forward layers",
      limits: "Attention, embeddings and the output head are not timed: measured ratios are of "
        + "feed-forward layers, with random weights of the published shapes.",
      sizes: [.tokens], phases: [.router, .dispatchAndCombine],
      part: .feedForward,
      forecast: {
        FeedForwardForecast.pairing($0, against: $1, routing: $2, formats: $3)
      }),
    WorkloadTraits(
      kind: .trainStep, pass: "one training step of all feed-forward layers",
      subject: "feed-forward layers",
      limits:
        "Forward and backward passes are timed, without attention, embeddings, the output head, the "
        + "optimiser and communication: measured ratios are of feed-forward layers, with random weights of "
        + "the published shapes.",
      sizes: [.tokens], phases: [.router, .dispatchAndCombine], part: .feedForward,
      forecast: {
        FeedForwardForecast.pairing(
          $0, against: $1, routing: $2, formats: $3, isTraining: true)
      }),
    WorkloadTraits(
      kind: .blockForward, pass: "one prefill through all decoder blocks",
      subject: "decoder blocks", limits: blockLimits, sizes: [.tokens], phases: blockPhases),
    WorkloadTraits(
      kind: .blockDecode, pass: "one step of decoding through all decoder blocks",
      subject: "decoder blocks", limits: blockLimits, sizes: [.sequences, .context],
      phases: blockPhases),
    WorkloadTraits(
      kind: .blockTrain, pass: "one training step of all decoder blocks",
      subject: "decoder blocks",
      limits:
        "Forward and backward passes are timed, without embeddings, the output head, the optimiser and "
        + "communication: measured ratios are of decoder blocks over one sequence, with random weights of the "
        + "published shapes and the routing that random inputs get.",
      sizes: [.tokens], phases: blockPhases),
    WorkloadTraits(
      kind: .matrixProduct, pass: "one matrix product", subject: "matrix products",
      limits: "A product alone is timed: no activation, no routing and no other layer.",
      sizes: [.tokens], isOfArchitectures: false),
  ]
}

extension WorkloadKind {
  /// What this version knows of the kind; `nil` for one that it does not know, which it cannot judge.
  public var traits: WorkloadTraits? { WorkloadTraits.known.first { $0.kind == self } }

  /// The sizes that a pass has; every pass of a kind that this version does not know is taken to have
  /// tokens.
  public var sizes: Set<Workload.Size> { traits?.sizes ?? [.tokens] }

  /// The size in which rows of a pass are said: its tokens, or the sequences of a pass that has one token
  /// of each.
  public var sizeOfRows: Workload.Size { sizes.contains(.tokens) ? .tokens : .sequences }
}

extension Phase {
  /// The phases outside of products that this version knows, workload by workload, each in the order of a
  /// pass.
  public static var known: [Phase] { WorkloadTraits.known.flatMap(\.phases).uniqued() }
}
