import LayerSpec
import MoEKernel
import ModelSpec
import Statistics

/// Attention alone, shape after shape: prompts, and steps of decoding whose caches come from memory.
public struct AttentionSweep {
  /// One pass that is measured.
  public struct Point: Sendable {
    /// What is computed.
    public let shape: AttentionShape
    /// Its sequences.
    public let rows: SequenceRows
    /// Copies of the caches, which passes take in turn.
    let copies: Int

    /// `llama2-70b, 8 sequences behind 4096 tokens`.
    public var name: String {
      rows.context == 0
        ? "\(shape.name), a prompt of \(Workload.Size.tokens.counted(rows.tokens))"
        : "\(shape.name), \(Workload.Size.sequences.counted(rows.sequences)) behind "
          + Workload.Size.tokens.counted(rows.context)
    }
  }

  /// All passes in order.
  public let points: [Point]
  private let request: AttentionRequest
  private let engine: OpenedEngine
  private let side: SideResources
  private let machine: MachineIdentity
  private let nodes: [ProcessorNode]

  /// Rounds of a point: their median leaves out some that were disturbed.
  private static let rounds = 9
  /// Rounds of a point that takes longer than its share of the time, of which the median is still not an end.
  private static let fewestRounds = 3
  /// The largest error is one of sums over keys and widths in 32-bit floats, whose weights err by their scores'.
  private static let deviations = 8.0

  /// A sweep that fits the memory.
  ///
  /// - Throws: `PlanError.attentionMemory` for a point that does not fit, and `PlanError.attentionTime` where even the
  ///   fewest rounds take longer than the time.
  public init(
    _ request: AttentionRequest, engine: OpenedEngine, machine: MachineIdentity,
    nodes: [ProcessorNode]
  ) throws(PlanError) {
    self.request = request
    self.engine = engine
    side = try SideResources(engine: engine.engine, formats: FormatPlan(.f32))
    self.machine = machine
    self.nodes = nodes
    var points: [Point] = []
    for shape in request.shapes {
      var rows = request.tokens.map { SequenceRows(tokens: $0) }
      for context in request.context {
        rows += request.sequences.map {
          SequenceRows(sequences: $0, tokens: 1, context: context)
        }
      }
      for rows in rows {
        points.append(
          try Self.point(
            shape, rows, request, engine.engine,
            cacheBytes: machine.cacheBytes(threads: request.threads)))
      }
    }
    self.points = points
    try checkTime()
  }

  /// Refuses points of which the fewest rounds, and the pass that is checked, take too long by a guess.
  private func checkTime() throws(PlanError) {
    let passes = Double(Self.fewestRounds + 1)
    let seconds = points.map { passes * guessedSeconds($0) }
    guard let longest = seconds.indices.max(by: { seconds[$0] < seconds[$1] }) else { return }
    let needed = seconds.reduce(0, +)
    guard needed > request.budgetSeconds else { return }
    throw .attentionTime(
      longest: points[longest].name, neededSeconds: needed, budgetSeconds: request.budgetSeconds)
  }

  /// Guessed seconds of a pass (`TimeEstimate`).
  private func guessedSeconds(_ point: Point) -> Double {
    let operation = point.shape.spec.mixing(point.rows)
    return max(
      Double(operation.flops) / side.engine.guessedFlopsPerSecond,
      operation.bytes / TimeEstimate.guessedBytesPerSecond) / Double(request.threads)
  }

  /// Caches of decoding are copied until they are several times what processors keep.
  private static func point(
    _ shape: AttentionShape, _ rows: SequenceRows, _ request: AttentionRequest,
    _ engine: any Engine, cacheBytes: Int
  ) throws(PlanError) -> Point {
    let own = AttentionProduct.cacheBytes(
      shape.spec, sequences: rows.sequences, tokens: rows.tokens, context: rows.context,
      engine: engine)
    let wanted = rows.context == 0 ? 1 : max(1, Self.cacheMultiple * cacheBytes / max(1, own) + 1)
    func bytes(_ copies: Int) -> Int {
      Saturating.sum([
        Saturating.product(copies, own), CeilingProbe.bufferBytes(cacheBytes: cacheBytes),
        AttentionProduct.otherBytes(
          shape.spec, sequences: rows.sequences, tokens: rows.tokens, context: rows.context,
          copies: copies, threads: request.threads, engine: engine),
      ])
    }
    var copies = min(wanted, Self.mostCopies)
    let point = Point(shape: shape, rows: rows, copies: 1)
    guard bytes(1) <= request.memoryBytes else {
      throw .attentionMemory(
        name: point.name, neededBytes: bytes(1), allowedBytes: request.memoryBytes)
    }
    while copies > 1 && bytes(copies) > request.memoryBytes { copies -= 1 }
    return Point(shape: shape, rows: rows, copies: copies)
  }

  /// As weights have it: a pass goes over all of a copy.
  private static let cacheMultiple = Residence.fewestCaches
  /// Copies beyond which caches are too small to matter.
  private static let mostCopies = 256

  /// Measures all points.
  ///
  /// - Parameters:
  ///   - progress: is told which point is begun.
  ///   - isCancelled: whether to end before the next one.
  /// - Returns: what was measured, fewer points than there are when it was cancelled, and the seconds that it took.
  /// - Throws: `RunError` for an output that differs from its reference.
  public func measure(
    progress: (_ point: Int) -> Void, isCancelled: () -> Bool
  ) throws(RunError) -> (points: [AttentionPoint], seconds: Double) {
    let watch = Stopwatch()
    let pool = WorkerPool(threads: request.threads, nodes: nodes)
    let ceilings = CeilingTracker(
      pool: pool, sides: [side], cacheBytes: machine.cacheBytes(threads: request.threads),
      arena: nil, effort: request.effort)
    ceilings.probeFully()
    var measured: [AttentionPoint] = []
    for (index, point) in points.enumerated() {
      if isCancelled() { break }
      progress(index)
      let share = (request.budgetSeconds - watch.seconds) / Double(points.count - index)
      guard let point = try measure(point, ceilings, pool, share, isCancelled) else { break }
      measured.append(point)
    }
    return (measured, watch.seconds)
  }

  /// - Parameter share: seconds that the point may take, beyond which it has the fewest rounds.
  /// - Returns: `nil` when it was cancelled.
  private func measure(
    _ point: Point, _ ceilings: CeilingTracker, _ pool: WorkerPool, _ share: Double,
    _ isCancelled: () -> Bool
  ) throws(RunError) -> AttentionPoint? {
    let (spec, rows) = (point.shape.spec, point.rows)
    let start = Stopwatch()
    let product = AttentionProduct(
      spec, sequences: rows.sequences, tokens: rows.tokens, context: rows.context,
      copies: point.copies, engine: engine.engine, seed: request.seed, pool: pool)
    let error = product.relativeError()
    let tolerance = Self.tolerance(spec, rows)
    guard error <= tolerance else {
      throw RunError.wrongAttention(name: point.name, error: error, tolerance: tolerance)
    }
    var (seconds, peaks, reads): ([Double], [Double], [Double]) = ([], [], [])
    var passes = 1
    while seconds.count < Self.rounds {
      let round = start.seconds / Double(seconds.count + 1)
      if seconds.count >= Self.fewestRounds, start.seconds + round > share { break }
      if isCancelled() { return nil }
      let found = ceilings.probeBriefly()
      if let own = Ceilings(found, threads: request.threads), let peak = own.peak(.f32) {
        peaks.append(peak)
        reads.append(own.readBytesPerSecond)
      }
      // As many passes as make a slice; the first slice tells how many that are.
      var slice = 0.0
      repeat {
        let watch = Stopwatch()
        for _ in 0..<passes { product.pass() }
        slice = watch.seconds
        if slice < request.effort.shortestSliceSeconds { passes *= 2 }
      } while slice < request.effort.shortestSliceSeconds
      seconds.append(slice / Double(passes))
    }
    return AttentionPoint(
      shape: point.shape.name, spec: spec, rows: rows, threads: request.threads,
      secondsMedian: seconds.median, ceilings: Self.ceilings(peaks, reads, request.threads),
      relativeError: error)
  }

  private static func ceilings(_ peaks: [Double], _ reads: [Double], _ threads: Int) -> Ceilings? {
    guard !peaks.isEmpty else { return nil }
    return Ceilings(
      [
        Ceiling(
          threads: threads, precision: .f32, peakFlopsPerSecond: peaks.median,
          readBytesPerSecond: reads.median)
      ], threads: threads)
  }

  /// The largest error that rounding explains.
  ///
  /// √n·u for the widths that scores are summed over and for the keys (Higham and Mary 2019, SIAM J. Sci. Comput.
  /// 41, A2815), with room for the largest of many outputs; a weight errs by as much as its score, which is up to
  /// some tens, and an output is a mean of values that is smaller than they by the root of their number.
  private static func tolerance(_ spec: SelfAttentionSpec, _ rows: SequenceRows) -> Double {
    let keys = Double(rows.context + rows.tokens).squareRoot()
    let width = Double(spec.latent.map { $0.rank + $0.rotaryWidth } ?? spec.keyWidth)
    return deviations * 0x1p-24 * keys * (width.squareRoot() + keys)
  }
}

extension AttentionDocument {
  /// What a sweep measured so far.
  ///
  /// - Parameters:
  ///   - seconds: how long it took.
  ///   - failure: why points are missing, `nil` when all are there.
  public init(
    _ points: [AttentionPoint], seconds: Double, request: AttentionRequest, engine: OpenedEngine,
    created: String,
    tool: ToolIdentity, machine: MachineIdentity, failure: String?
  ) {
    self.init(
      created: created, tool: tool, machine: machine, instructionSet: engine.instructionSet,
      points: points,
      cautions: (failure.map { ["the sweep ended early: \($0)"] } ?? []) + request.effort.cautions
        + request.cautions(ofSeconds: seconds) + machine.cautions(threads: request.threads))
  }
}
