import LayerSpec
import MoEKernel
import ModelSpec
import Statistics

/// Seconds of one pass of a whole model, or of several.
struct TimedDecoderPass: Hashable, Sendable {
  /// From tokens to logits.
  var seconds = 0.0
  /// Of all layers.
  var layerSeconds = 0.0
  /// Of the last norm and the head.
  var headSeconds = 0.0

  static func += (left: inout TimedDecoderPass, right: TimedDecoderPass) {
    left.seconds += right.seconds
    left.layerSeconds += right.layerSeconds
    left.headSeconds += right.headSeconds
  }

  static func / (sum: TimedDecoderPass, count: Int) -> TimedDecoderPass {
    TimedDecoderPass(
      seconds: sum.seconds / Double(count), layerSeconds: sum.layerSeconds / Double(count),
      headSeconds: sum.headSeconds / Double(count))
  }
}

/// Which experts a pass reached in every layer.
struct LayerUse {
  private let blocks: [BlockSpec]
  private var experts: [[Int]]

  init(_ plan: EndToEndPlan) {
    blocks = plan.spec.blocks
    experts = blocks.map { _ in [] }
  }

  mutating func note(_ passage: DecoderModel.Passage) {
    experts[passage.layer] = passage.workspace.tokensPerExpert
  }

  /// What the layers ask of the machine.
  func work(_ rows: SequenceRows, formats: FormatPlan) -> [LayerWork] {
    zip(blocks, experts).map { block, experts in
      LayerWork(
        count: 1,
        operations: block.operations(
          rows, use: ExpertUse(tokensPerExpert: [experts]), formats: formats))
    }
  }

  /// Mean over the layers that route; `nil` where none does.
  var distinctExperts: Double? {
    let routed = experts.filter { !$0.isEmpty }
    guard !routed.isEmpty else { return nil }
    return Double(routed.reduce(0) { $0 + $1.count { $0 > 0 } }) / Double(routed.count)
  }
}

/// What the rounds of a whole model gave so far.
public struct EndToEndLog: Sendable {
  /// One kind of pass at one context.
  private struct Key: Hashable {
    let kind: EndToEndDocument.Pass.Kind
    let context: Int
  }

  private let contexts: [Int]
  private var times: [Key: [TimedDecoderPass]] = [:]
  /// What memory read before and after each pass or series of steps, bytes a second.
  private var reads: [Key: [Double]] = [:]
  private var work: [Key: (layers: [LayerWork], distinctExperts: Double?)] = [:]
  /// How the check ended; `nil` before it did.
  var check: EndToEndDocument.Check?

  init(contexts: [Int]) { self.contexts = contexts }

  /// True until a round is whole.
  public var isEmpty: Bool { times.isEmpty }

  mutating func append(
    _ pass: TimedDecoderPass, to kind: EndToEndDocument.Pass.Kind, _ context: Int
  ) {
    times[Key(kind: kind, context: context), default: []].append(pass)
  }

  /// Takes in glances at the ceilings beside a pass.
  mutating func note(
    glances: [Ceiling], beside kind: EndToEndDocument.Pass.Kind, _ context: Int
  ) {
    // Ceilings of several precisions share one bandwidth.
    guard let read = glances.first?.readBytesPerSecond else { return }
    reads[Key(kind: kind, context: context), default: []].append(read)
  }

  /// Takes in what a round gave.
  mutating func append(_ round: EndToEndLog) {
    times.merge(round.times) { $0 + $1 }
    reads.merge(round.reads) { $0 + $1 }
  }

  mutating func note(
    _ use: LayerUse, of kind: EndToEndDocument.Pass.Kind, context: Int, rows: SequenceRows,
    _ plan: EndToEndPlan
  ) {
    let (model, formats) = (plan.request.architecture, plan.request.formats)
    let head = model.operations(of: .head, tokens: rows.sequences, formats: formats)
    work[Key(kind: kind, context: context)] = (
      use.work(rows, formats: formats) + [LayerWork(count: 1, operations: head)],
      use.distinctExperts
    )
  }

  /// The passes of a document, prefills and then decodings, each held against the highest peak and what memory
  /// read beside it.
  func passes(_ request: EndToEndRequest, under ceilings: [Ceiling]) -> [EndToEndDocument.Pass] {
    [EndToEndDocument.Pass.Kind.prefill, .decode].flatMap { kind in
      contexts.compactMap { context -> EndToEndDocument.Pass? in
        let key = Key(kind: kind, context: context)
        guard let rounds = times[key], let counted = work[key] else { return nil }
        let reads = reads[key].map(Self.quantity)
        let beside = ceilings.map { ceiling in
          var ceiling = ceiling
          ceiling.readBytesPerSecond = reads?.median ?? ceiling.readBytesPerSecond
          return ceiling
        }
        return EndToEndDocument.Pass(
          kind: kind, context: context, sequences: kind == .prefill ? 1 : request.sequences,
          tokens: kind == .prefill ? context : request.sequences,
          seconds: Self.quantity(rounds.map(\.seconds)),
          layerSeconds: rounds.map(\.layerSeconds).median,
          headSeconds: rounds.map(\.headSeconds).median, work: counted.layers,
          distinctExperts: counted.distinctExperts, reads: reads,
          ceilings: Ceilings(beside, threads: request.threads),
          rounds: rounds.map(\.seconds))
      }
    }
  }

  /// The median of some values with its interval, of few values with their range.
  private static func quantity(_ values: [Double]) -> Quantity {
    if let estimate = MedianEstimate(values) {
      return Quantity(median: estimate.median, low: estimate.low, high: estimate.high)
    }
    return Quantity(median: values.median, low: values.min() ?? 0, high: values.max() ?? 0)
  }
}

extension EndToEndDocument {
  /// What a run measured so far; `nil` before its first whole round.
  ///
  /// - Parameter failure: why it ended early, `nil` when it did not.
  public init?(
    _ run: EndToEndRun, plan: EndToEndPlan, engine: OpenedEngine, created: String,
    tool: ToolIdentity, machine: MachineIdentity, failure: String?
  ) {
    guard let check = run.log.check, !run.log.isEmpty else { return nil }
    let (request, list) = (plan.request, run.ceilings.highest)
    self.init(
      created: created, tool: tool, machine: machine, blas: engine.blas,
      instructionSet: engine.instructionSet, model: request.architecture.id, engine: engine.name,
      precision: request.formats.networks, threads: request.threads,
      layers: plan.spec.blocks.count, bytes: Bytes(plan.bytes), check: check, ceilings: list,
      passes: run.log.passes(request, under: list),
      cautions: (failure.map { ["it ended early: \($0)"] } ?? []) + request.effort.cautions
        + machine.cautions(threads: request.threads) + run.ceilings.cautions + run.cautions)
  }
}

extension EndToEndDocument.Bytes {
  fileprivate init(_ bytes: DecoderModel.Bytes) {
    self.init(
      layers: bytes.blocks, head: bytes.head, table: bytes.table, caches: bytes.caches,
      scratch: bytes.scratch)
  }
}
