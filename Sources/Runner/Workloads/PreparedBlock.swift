import LayerSpec
import MoEKernel
import ModelSpec
import Statistics

/// A decoder block in memory with the inputs of a cell.
///
/// Copies take passes in turn, all with the same weights; they share one workspace. Behind a context each has a
/// cache of its own, as a model's blocks have, so that keys and values come from memory as they do there.
final class PreparedBlock: PreparedPass {
  private let full: BlockSpec
  private let measured: BlockSpec
  private let divisor: Int
  private let resources: PassResources
  private let copies: [BlockLayer]
  private let workspace: BlockWorkspace
  /// Passes of copy c use that of c modulo their number.
  private let caches: [BlockCache]
  private var nextCopy = 0
  private var batches: [Matrix] = []
  private var output: Matrix
  private var rows: SequenceRows
  private var isDecoding: Bool { rows.context > 0 }
  /// How the loaded batches used experts, each once a pass has seen it.
  private var use: [[Int]?] = []

  /// Allocates the weights and fills them from the seed.
  init(
    _ measured: BlockSpec, plan: LayerPlan, workload: Workload, resources: PassResources
  ) {
    guard let full = plan.full.layer as? DecoderBlockLayer else {
      preconditionFailure("\(plan.full.layer.name) is no decoder block")
    }
    self.full = full.spec
    self.measured = measured
    self.resources = resources
    divisor = plan.divisor
    copies = (0..<plan.copies).map { _ in
      BlockLayer(
        spec: measured, seed: resources.seed, residentExperts: plan.residentSegments,
        engine: resources.engine, formats: resources.formats, pool: resources.pool,
        in: resources.memory)
    }
    rows = SequenceRows(workload)
    workspace = copies[0].makeWorkspace(
      maxTokens: rows.rows, sequences: rows.sequences, context: rows.context + rows.tokens,
      pool: resources.pool)
    let workspace = workspace
    caches =
      [workspace.cache]
      + (1..<plan.contexts(workload, engine: resources.engine)).map { _ in workspace.makeCache() }
    output = Matrix(rows: 0, columns: measured.hidden)
  }

  /// Draws the batches and what is in the caches before them.
  func load(_ workload: Workload, routing: Routing, seed: UInt64) {
    rows = SequenceRows(workload)
    var noise = SeededGenerator(seed: seed, purpose: "activations of blocks")
    output = Matrix(rows: rows.rows, columns: measured.hidden)
    batches = (0..<Batches.count).map { _ in
      let batch = Matrix(rows: rows.rows, columns: measured.hidden)
      for row in 0..<rows.rows { batch.setRow(row, to: noise.normals(count: measured.hidden)) }
      return batch
    }
    use = Array(repeating: nil, count: Batches.count)
    guard isDecoding else { return }
    for cache in caches {
      workspace.use(cache)
      workspace.fillCaches(tokens: rows.context, seed: seed, pool: resources.pool)
    }
  }

  /// Runs one pass on the batch of its number and on the next copy.
  ///
  /// At full width the networks of the feed-forward half take as many times longer as they are wider; all else
  /// takes what it took.
  func pass(_ number: Int) -> PassTime {
    let batch = number % batches.count
    workspace.use(caches[nextCopy % caches.count])
    workspace.rewind(to: rows.context)
    let watch = Stopwatch()
    forward(batch, copy: nextCopy)
    let seconds = watch.seconds
    if use[batch] == nil { use[batch] = workspace.tokensPerExpert }
    nextCopy = (nextCopy + 1) % copies.count
    let phases = workspace.phases
    let narrowed = Double(divisor - 1) * phases.feedForward.networks.busy
    return PassTime(
      measured: seconds, atFullWidth: seconds + narrowed,
      phases: PhaseSeconds(phases, narrowed: narrowed))
  }

  private func forward(_ batch: Int, copy: Int) {
    copies[copy].extend(
      each: rows.tokens, batches[batch], into: output, workspace: workspace,
      pool: resources.pool)
  }

  /// Holds the last rows of two sequences, or the only one's, against the oracle; of a prefill an early row too,
  /// for which all keys and values are computed anew.
  func check(seed: UInt64) throws(PassFault) {
    workspace.use(caches[0])
    workspace.rewind(to: rows.context)
    forward(0, copy: 0)
    let tolerance = OutputCheck.tolerance(
      for: measured, keys: rows.context + rows.tokens, engine: resources.engine,
      formats: resources.formats)
    var error = 0.0
    for sequence in Set([0, rows.sequences - 1]) {
      let row = (sequence + 1) * rows.tokens - 1
      let halves = copies[0].referenceHalves(
        of: batches[0], row: row, workspace: workspace, pool: resources.pool)
      error = max(
        error, OutputCheck.relativeError(halves.stream, expected: halves.expectedStream),
        OutputCheck.relativeError(output.row(row), expected: halves.expectedOutput))
    }
    guard error <= tolerance else { throw .wrongOutput(error: error, tolerance: tolerance) }
    try checkEarlyRow(tolerance)
  }

  /// A row among the first of a prefill, through keys and values that the oracle computes.
  private func checkEarlyRow(_ tolerance: Double) throws(PassFault) {
    let row = min(Self.earlyRow, rows.tokens - 1)
    guard !isDecoding, row >= 0 else { return }
    let expected = copies[0].referenceStream(of: batches[0], token: row, pool: resources.pool)
    let error = OutputCheck.relativeError(workspace.stream(row: row), expected: expected)
    guard error <= tolerance else { throw .wrongOutput(error: error, tolerance: tolerance) }
  }

  private static let earlyRow = 5

  /// The mean over the batches that passes have seen; those that none went over yet get one.
  var operations: [ModelSpec.Operation] {
    guard full.feedForward.routed != nil else {
      return full.operations(
        rows, use: ExpertUse(distinctExperts: 0), formats: resources.formats)
    }
    for batch in batches.indices where use[batch] == nil {
      workspace.rewind(to: rows.context)
      forward(batch, copy: 0)
      use[batch] = workspace.tokensPerExpert
    }
    return full.operations(
      rows, use: ExpertUse(tokensPerExpert: use.compactMap(\.self)), formats: resources.formats)
  }
}

extension PhaseSeconds {
  /// The phases of a block's pass: scores and sums of values are products too.
  init(_ pass: BlockPhases, narrowed: Double) {
    let half = pass.feedForward
    let regions = [half.networks, half.projections, pass.projections, pass.attention]
    self.init(
      productSeconds: regions.reduce(narrowed) { $0 + $1.wall },
      productBusySeconds: regions.reduce(narrowed) { $0 + $1.busy },
      productWaitingSeconds: regions.reduce(0) { $0 + $1.waiting },
      others: [
        .elementwise: pass.elementwiseSeconds, .router: half.routerSeconds,
        .dispatchAndCombine: half.dispatchSeconds + half.combineSeconds,
      ])
  }
}
