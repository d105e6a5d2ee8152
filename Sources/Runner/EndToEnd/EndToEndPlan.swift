import LayerSpec
import MoEKernel
import ModelSpec

/// A whole model with the memory that it will take, settled before anything is allocated.
public struct EndToEndPlan: Sendable {
  let request: EndToEndRequest
  let spec: DecoderSpec
  let side: SideResources
  /// What is allocated, and what the probe of the bandwidth takes besides.
  let bytes: DecoderModel.Bytes
  let cacheBytes: Int

  /// Plans a model.
  ///
  /// - Throws: `PlanError` for a model that cannot be computed as a whole, for a context beyond what it is made for,
  ///   and with the arithmetic and the largest context that fits where the memory is too small.
  public init(
    _ request: EndToEndRequest, engine: OpenedEngine, machine: MachineIdentity
  ) throws(PlanError) {
    self.request = request
    side = try SideResources(engine: engine.engine, formats: request.formats)
    cacheBytes = machine.cacheBytes(threads: request.threads)
    spec = try DecoderSpec(whole: request.architecture)
    try Self.check(request, spec)
    bytes = Self.bytes(request, spec, side, context: request.longestContext)
    guard neededBytes(bytes) <= request.memoryBytes else { throw refusal() }
  }

  /// Refuses sequences that the model is not made for, and rows that cannot be counted.
  private static func check(
    _ request: EndToEndRequest, _ spec: DecoderSpec
  ) throws(PlanError) {
    let id = request.architecture.id
    for block in Set(spec.blocks) {
      let layer = DecoderBlockLayer(block, .blockForward)
      let workload = Workload(
        .blockForward, tokens: max(request.longestContext, request.sequences))
      do {
        try layer.check(workload, formats: request.formats)
      } catch {
        guard let longest = spec.longestContext, request.reach > longest else {
          throw .uncountable(pairing: id, reason: "\(error)")
        }
      }
    }
    guard let longest = spec.longestContext, request.reach > longest else { return }
    throw .uncountable(
      pairing: id,
      reason: "a sequence reaches \(request.reach) tokens, and the model is made for \(longest); "
        + (longest > request.steps
          ? "give --context of at most \(longest - request.steps)"
          : "give --tokens of less than \(longest)"))
  }

  private static func bytes(
    _ request: EndToEndRequest, _ spec: DecoderSpec, _ side: SideResources, context: Int
  ) -> DecoderModel.Bytes {
    DecoderModel.bytes(
      for: spec, rows: max(context, request.sequences), sequences: request.sequences,
      context: Saturating.sum(context, request.steps), threads: request.threads,
      engine: side.engine, formats: side.formats)
  }

  /// What a model takes, and the probe of read bandwidth where it cannot read the weights.
  private func neededBytes(_ bytes: DecoderModel.Bytes) -> Int {
    Saturating.sum(bytes.all, usesArena(bytes) ? 0 : probeBytes)
  }

  private var probeBytes: Int { CeilingProbe.bufferBytes(cacheBytes: cacheBytes) }

  /// Whether the probe of read bandwidth reads the weights.
  private func usesArena(_ bytes: DecoderModel.Bytes) -> Bool {
    side.takesArena && bytes.arena >= probeBytes
  }
  var probesArena: Bool { usesArena(bytes) }

  /// The arithmetic of what does not fit, and the longest context that does.
  private func refusal() -> PlanError {
    let layers = spec.blocks.count
    var terms = [
      ("the weights of \(layers) \(layers == 1 ? "layer" : "layers")", bytes.blocks),
      ("the output head", bytes.head), ("the table of tokens", bytes.table),
      (
        "the caches of \(request.sequences) \(request.sequences == 1 ? "sequence" : "sequences") of "
          + "\(request.reach) tokens", bytes.caches
      ), ("scratch", bytes.scratch),
    ]
    if !usesArena(bytes) { terms.append(("measuring read bandwidth", probeBytes)) }
    var (fitting, failing) = (0, request.longestContext)
    while failing - fitting > 1 {
      let middle = fitting + (failing - fitting) / 2
      if neededBytes(Self.bytes(request, spec, side, context: middle)) <= request.memoryBytes {
        fitting = middle
      } else {
        failing = middle
      }
    }
    return .modelMemory(
      id: request.architecture.id,
      arithmetic: terms.map { "\($0.0) \(ByteCount($0.1))" }.joined(separator: ", "),
      neededBytes: neededBytes(bytes), allowedBytes: request.memoryBytes,
      longestContext: fitting > 0 ? fitting : nil)
  }
}

extension EndToEndRequest {
  /// The longest prompt.
  var longestContext: Int { contexts.max() ?? 1 }
  /// Tokens of a sequence at its end.
  var reach: Int { Saturating.sum(longestContext, steps) }
}

extension DecoderSpec {
  /// A model's layers and its head.
  ///
  /// - Throws: `PlanError.notWhole` for a model that has a part which this version counts and cannot compute.
  init(whole model: Architecture) throws(PlanError) {
    var blocks: [BlockSpec] = []
    for layer in model.layers {
      switch layer.block {
      case .executable(let block): blocks.append(block)
      case .counted(let reason): throw .notWhole(id: model.id, reason: reason)
      }
    }
    guard !blocks.isEmpty, Set(blocks.map(\.hidden)).count == 1 else {
      throw .notWhole(id: model.id, reason: "its layers are not of one width")
    }
    let around = model.surroundings
    guard around.projections.isEmpty, around.tables.isEmpty, !around.headHasBias else {
      throw .notWhole(
        id: model.id,
        reason: "it has tables, matrices or a bias outside of its layers, which are counted only")
    }
    self.init(blocks: blocks, vocabulary: model.vocabulary)
  }
}
