import ModelSpec

/// A workload that can be measured: what a pass of it does with the layers of an architecture.
///
/// Adding one is one file beside this one and one line in `table`. Plan, measurement, ceilings and records
/// know workloads through these three protocols alone: a workload makes *layers* of a pairing, a layer is
/// planned and then built as a *prepared pass*, and prepared passes are timed.
public protocol MeasurableWorkload: Sendable {
  /// Its name, as `--workload` takes it and records carry it.
  var kind: WorkloadKind { get }

  /// The sizes that a pass of it has, so that others can be refused; those of its traits, or tokens alone,
  /// unless it says more.
  var sizes: Set<Workload.Size> { get }

  /// The sizes of passes unless the user says so: in `tenfold run`, and in a sweep.
  var defaultSizes: (run: WorkloadSizes, sweep: WorkloadSizes) { get }

  /// Whether tokens of a pass are routed, so that routing is a condition of its cells; they are not unless
  /// it says so.
  var routes: Bool { get }

  /// What a candidate is held against unless the user says so: in `tenfold run`, and in a sweep. Where there
  /// is none, a baseline must be named.
  var defaultBaselines: (run: [Baseline], sweep: [Baseline]) { get }

  /// What is measured where nothing is named; `nil` where something must be.
  ///
  /// - Parameter routings: those asked for; `nil` for the suite's own.
  func standardSuite(routings: [Routing]?) -> Suite?

  /// The architecture as a point of a sweep has it.
  ///
  /// - Throws: `PlanError` when there is nothing that varies, and when it cannot be varied so.
  func variant(
    _ variant: SweepOptions.Variant, of architecture: Architecture
  ) throws(PlanError) -> Architecture

  /// What both sides of a pairing do in one pass.
  ///
  /// - Throws: `PlanError` when the pairing cannot be measured by this workload.
  func layers(of pairing: Pairing) throws(PlanError) -> PairedLayers
}

extension MeasurableWorkload {
  /// Those of its traits, or tokens alone.
  public var sizes: Set<Workload.Size> { kind.sizes }
  /// Passes of some numbers of tokens, or of one where the workload has none.
  public var defaultSizes: (run: WorkloadSizes, sweep: WorkloadSizes) {
    sizes.contains(.tokens)
      ? (
        WorkloadSizes(tokens: RunRequest.defaultTokens),
        WorkloadSizes(tokens: RunRequest.sweepTokens)
      )
      : (
        WorkloadSizes(tokens: [Workload.Size.tokens.absent]),
        WorkloadSizes(tokens: [Workload.Size.tokens.absent])
      )
  }
  /// Nothing is routed.
  public var routes: Bool { false }
  /// No baselines: the dense counterparts of a routed layer are the feed-forward workload's own.
  public var defaultBaselines: (run: [Baseline], sweep: [Baseline]) { ([], []) }
  /// The architecture itself, where numbers of experts vary nothing that is measured.
  public func variant(
    _ variant: SweepOptions.Variant, of architecture: Architecture
  ) throws(PlanError) -> Architecture {
    guard variant == SweepOptions.Variant() else { throw .nothingToVary(id: architecture.id) }
    return architecture
  }
  /// No suite: architectures must be named.
  public func standardSuite(routings: [Routing]?) -> Suite? { nil }
}

/// The layers of both sides of a pairing.
public struct PairedLayers: Sendable {
  /// The layers of the baseline's pass, each shape once with how often the pass has it.
  public var baseline: [PlannedLayer]
  /// The layers of the candidate's pass, likewise.
  public var candidate: [PlannedLayer]

  /// A plan refuses a side without layers.
  public init(baseline: [PlannedLayer], candidate: [PlannedLayer]) {
    self.baseline = baseline
    self.candidate = candidate
  }
}

/// Layers of one shape within a side: one is measured for all of them.
public struct PlannedLayer: Sendable {
  /// The one that is built and timed.
  public var layer: any MeasurableLayer
  /// How many layers of the shape a pass goes through; its seconds are multiplied by it.
  public var count: Int

  /// `count` layers of one shape.
  public init(_ layer: any MeasurableLayer, count: Int) {
    self.layer = layer
    self.count = count
  }
}

/// The workloads that can be measured.
public enum Workloads {
  /// Every workload by which architectures are measured; the first, `WorkloadKind.usual`, is the default.
  public static let table: [any MeasurableWorkload] = [
    FeedForwardWorkload(), TrainStepWorkload(), BlockWorkload(.blockForward),
    BlockWorkload(.blockDecode), BlockTrainWorkload(),
  ]

  /// The one that is measured unless another is named.
  public static var usual: any MeasurableWorkload { table[0] }

  /// The workload of that name, `nil` when there is none.
  public static func workload(named name: String) -> (any MeasurableWorkload)? {
    table.first { $0.kind.rawValue == name }
  }
}
