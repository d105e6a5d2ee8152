import LayerSpec
import MoEKernel
import ModelSpec

/// `block-forward` and `block-decode`: every decoder block of a model once, over a sequence from its beginning
/// or over one more token of each of some sequences.
public struct BlockWorkload: MeasurableWorkload {
  /// Which of the two.
  public let kind: WorkloadKind
  /// The workload whose blocks these are, as refusals name it.
  private let named: WorkloadKind

  /// - Precondition: one of the two kinds.
  public init(_ kind: WorkloadKind) { self.init(kind, named: kind) }

  /// - Parameter named: a workload that has the blocks of one of the two.
  init(_ kind: WorkloadKind, named: WorkloadKind) {
    precondition([.blockForward, .blockDecode].contains(kind), "\(kind) has no blocks")
    self.kind = kind
    self.named = named
  }

  /// Both dense counterparts, in which a dense network stands for the routed half; in a sweep the one of all
  /// parameters.
  public var defaultBaselines: (run: [Baseline], sweep: [Baseline]) {
    ([.isoActive, .isoTotal], [.isoTotal])
  }

  /// Prefills of some lengths; steps of one sequence and of many, at a short and a long context.
  public var defaultSizes: (run: WorkloadSizes, sweep: WorkloadSizes) {
    guard kind == .blockDecode else {
      return (WorkloadSizes(tokens: [64, 512]), WorkloadSizes(tokens: [16, 64, 256, 1024]))
    }
    return (
      WorkloadSizes(tokens: [1], sequences: [1, 16], context: [1024]),
      WorkloadSizes(tokens: [1], sequences: [1, 2, 4, 8, 16, 32, 64], context: [1024])
    )
  }

  /// The architecture with other numbers of experts in its routed layers.
  public func variant(
    _ variant: SweepOptions.Variant, of architecture: Architecture
  ) throws(PlanError) -> Architecture {
    try FeedForwardWorkload().variant(variant, of: architecture)
  }

  /// The distinct blocks of both sides; against a dense counterpart, the block that the model has most of with a
  /// routed half, and the same attention before a dense one.
  ///
  /// - Throws: `PlanError` for a model with blocks that are counted only.
  public func layers(of pairing: Pairing) throws(PlanError) -> PairedLayers {
    let candidate = try blocks(of: pairing.candidate)
    let counterpart: KeyPath<SparseLayerSpec, FeedForwardSpec>
    switch pairing.baseline {
    case .named(let architecture):
      return PairedLayers(baseline: try blocks(of: architecture), candidate: candidate)
    case .isoActive: counterpart = \.isoActiveNetwork
    case .isoTotal: counterpart = \.isoTotalNetwork
    }
    let routed = candidate.compactMap { planned -> (spec: BlockSpec, count: Int)? in
      guard let block = planned.layer as? DecoderBlockLayer, block.spec.feedForward.routed != nil
      else { return nil }
      return (block.spec, planned.count)
    }
    guard let block = routed.max(by: { $0.count < $1.count })?.spec,
      let layer = block.feedForward.routed,
      let dense = try? block.with(feedForward: .dense(layer[keyPath: counterpart]))
    else {
      throw .unpairable(
        reason: "\(pairing.candidate.id) routes no tokens, so it has no \(pairing.baseline.id) "
          + "counterpart; name another model with --baseline")
    }
    func alone(_ spec: BlockSpec) -> [PlannedLayer] {
      [PlannedLayer(DecoderBlockLayer(spec, kind), count: 1)]
    }
    return PairedLayers(baseline: alone(dense), candidate: alone(block))
  }

  /// The distinct blocks of a model in order of appearance, and how many of each it has.
  private func blocks(of architecture: Architecture) throws(PlanError) -> [PlannedLayer] {
    var order: [BlockSpec] = []
    var counts: [BlockSpec: Int] = [:]
    for layer in architecture.layers {
      switch layer.block {
      case .executable(let spec):
        if counts[spec] == nil { order.append(spec) }
        counts[spec, default: 0] += 1
      case .counted(let reason):
        throw .unpairable(
          reason: "\(architecture.id) cannot be measured by \(named): \(reason); measure its "
            + "feed-forward layers with --workload ffn-forward")
      }
    }
    return order.map { PlannedLayer(DecoderBlockLayer($0, kind), count: counts[$0] ?? 0) }
  }
}

/// A decoder block as it is measured.
struct DecoderBlockLayer: MeasurableLayer {
  let spec: BlockSpec
  let kind: WorkloadKind

  init(_ spec: BlockSpec, _ kind: WorkloadKind) {
    self.spec = spec
    self.kind = kind
  }

  private var feedForward: FeedForwardLayer { FeedForwardLayer(spec.feedForward) }

  var name: String { spec.label }

  /// Of the feed-forward half, which alone is narrowed.
  var narrowestWidth: Int { feedForward.narrowestWidth }

  func narrowed(by divisor: Int) -> DecoderBlockLayer? {
    guard let half = feedForward.narrowed(by: divisor) else { return nil }
    guard let narrowed = try? spec.with(feedForward: half.spec) else { return nil }
    return DecoderBlockLayer(narrowed, kind)
  }

  var segments: WeightSegments? { feedForward.segments }

  /// `nil`: what reaches the router comes out of attention, and is not made to be routed as wanted.
  var router: RouterShape? { nil }

  /// Rows of a pass in their sequences; none of a workload without tokens, as plans ask for weights alone.
  private func rows(_ workload: Workload) -> SequenceRows { SequenceRows(workload) }

  func check(_ workload: Workload, formats: FormatPlan) throws(UncountableLayer) {
    let (rows, overflow) = workload.sequences.multipliedReportingOverflow(by: workload.tokens)
    let (context, contextOverflow) = workload.context.addingReportingOverflow(workload.tokens)
    guard !overflow, !contextOverflow,
      max(rows, context) <= Self.mostRows, workload.sequences <= Self.mostRows / max(1, context)
    else {
      throw UncountableLayer(
        "\(workload.sequences) sequences of \(workload.context) and \(workload.tokens) tokens are "
          + "more than \(Self.mostRows) rows of a cache; give fewer")
    }
    if let longest = spec.longestContext, context > longest {
      throw UncountableLayer(
        "a pass reaches \(context) tokens of a sequence, and the model is made for \(longest); give "
          + (kind == .blockDecode
            ? "--context of at most \(longest - workload.tokens)"
            : "--tokens of at most \(longest)"))
    }
    do {
      _ = try spec.feedForward.checkedMatmulFLOPs(tokens: workload.rows)
    } catch {
      throw UncountableLayer("\(error)")
    }
    try feedForward.checkRows(formats)
    let attention = spec.attention
    let lengths = attention.linearMaps.map(\.inputs)
    for columns in lengths where formats.projections.bytes(rows: 1, columns: columns) == nil {
      throw UncountableLayer(
        "rows of \(columns) weights of the attention are no whole number of the blocks that "
          + "\(formats.projections) stores; choose another --precision")
    }
  }

  /// Rows of caches that sizes can be counted for: no machine has the memory of as many.
  private static let mostRows = 1 << 32

  func weightBytes(_ part: WeightPart, formats: FormatPlan) -> Int {
    let half = feedForward.weightBytes(part, formats: formats)
    guard part == .common else { return half }
    let none = spec.operations(
      SequenceRows(tokens: 0), use: ExpertUse(distinctExperts: 0), formats: formats)
    return half
      + Int(
        none.filter { $0.phase == .projection }.prefix(spec.attention.linearMaps.count)
          .reduce(0) { $0 + $1.weightBytes }.rounded())
  }

  func memoryBytes(
    residentSegments: Int?, workload: Workload, threads: Int, engine: any Engine,
    formats: FormatPlan
  ) -> Int {
    let isEmpty = workload.tokens == 0
    let (capacity, overflow) = workload.context.addingReportingOverflow(workload.tokens)
    guard !overflow else { return .max }
    let batches = Saturating.product(
      Saturating.product(workload.rows, Batches.count + 1),
      spec.hidden * MemoryLayout<Float>.size)
    return Saturating.sum(
      BlockLayer.bytes(
        for: spec, residentExperts: residentSegments, rows: workload.rows,
        sequences: isEmpty ? 0 : workload.sequences, context: isEmpty ? 0 : capacity,
        threads: threads, engine: engine, formats: formats), batches)
  }

  func contextBytes(_ workload: Workload, engine: any Engine) -> Int {
    workload.context == 0
      ? 0
      : BlockCache.bytes(
        spec.attention, sequences: workload.sequences,
        capacity: Saturating.sum(workload.context, workload.tokens), engine: engine)
  }

  func operations(_ workload: Workload, formats: FormatPlan) -> [ModelSpec.Operation] {
    let layer = spec.feedForward.routed
    let reached = layer.map { min($0.experts, Saturating.product(workload.rows, $0.topK)) } ?? 0
    return spec.operations(
      rows(workload), use: ExpertUse(distinctExperts: Double(reached)), formats: formats)
  }

  func prepare(
    _ plan: LayerPlan, for workload: Workload, with resources: PassResources
  ) -> any PreparedPass {
    PreparedBlock(spec, plan: plan, workload: workload, resources: resources)
  }
}
