import LayerSpec
import MoEKernel
import ModelSpec

/// What `tenfold gemm` is asked for, after parsing and defaults.
public struct ProductRequest: Sendable {
  /// M, rows of the input, one point for each and each engine.
  public var rows: [Int]
  /// N, outputs.
  public var outputs: Int
  /// K, inputs.
  public var inputs: Int
  /// How W is stored.
  public var format: WeightFormat
  /// Worker threads of every product.
  public var threads: Int
  /// Bytes that matrices, rows and scratch may take.
  public var memoryBytes: Int
  /// Seed of every random choice.
  public var seed: UInt64
  /// How much time points and the machine's ceilings take.
  public var effort: MeasuringEffort

  /// From one token to a long prompt, as many as an expert or a dense layer gets.
  public static let defaultRows = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]
  /// An expert's up and gate of Qwen3-30B-A3B together: 2·768 outputs.
  public static let defaultOutputs = 1536
  /// The hidden size of Qwen3-30B-A3B.
  public static let defaultInputs = 2048
  /// Rounds of a visit to a point: their median leaves out one that was disturbed.
  static let rounds = 3

  /// A request; without sizes, products of a published model's shape.
  public init(
    rows: [Int] = Self.defaultRows, outputs: Int = Self.defaultOutputs,
    inputs: Int = Self.defaultInputs, format: WeightFormat = .f32, threads: Int, memoryBytes: Int,
    seed: UInt64 = RunRequest.defaultSeed, effort: MeasuringEffort = .full
  ) {
    self.rows = rows
    self.outputs = outputs
    self.inputs = inputs
    self.format = format
    self.threads = threads
    self.memoryBytes = memoryBytes
    self.seed = seed
    self.effort = effort
  }
}

extension RunPlan {
  /// A sweep of products, one cell for each number of rows and each engine besides the first.
  ///
  /// The first engine is the candidate and the other the baseline, so that their ratio is one of equal
  /// conditions. An engine alone is measured against itself: the rounds are the same.
  ///
  /// - Throws: `PlanError.productMemory` with the arithmetic when the sweep does not fit, and
  ///   `PlanError.uncountable` for weights that cannot be stored so.
  public init(
    _ request: ProductRequest, engines: [OpenedEngine], machine: MachineIdentity
  ) throws(PlanError) {
    guard let candidate = engines.first else { preconditionFailure("a product needs an engine") }
    let cacheBytes = machine.cacheBytes(threads: request.threads)
    let others = engines.count > 1 ? engines.dropFirst() : engines[...]
    var pairs: [(Int) -> CellPlan] = []
    for baseline in others {
      pairs.append(
        try Self.cells(request, candidate.engine, over: baseline.engine, cacheBytes: cacheBytes))
    }
    self.init(
      cells: request.rows.flatMap { rows in pairs.map { $0(rows) } },
      threads: request.threads, seed: request.seed, budgetSeconds: .infinity,
      narrowInterval: 1 + RunRequest.defaultInterval, rounds: ProductRequest.rounds,
      memoryBytes: request.memoryBytes,
      effort: request.effort, cacheBytes: cacheBytes)
  }

  /// The cells of one engine over another, by their rows.
  private static func cells(
    _ request: ProductRequest, _ candidate: any Engine, over baseline: any Engine, cacheBytes: Int
  ) throws(PlanError) -> (Int) -> CellPlan {
    let layer = MatrixProductLayer(outputs: request.outputs, inputs: request.inputs)
    let formats = FormatPlan(request.format)
    let limits = MemoryPlan.Limits(
      memoryBytes: request.memoryBytes, cacheBytes: cacheBytes,
      workload: Workload(.matrixProduct, tokens: request.rows.max() ?? 0),
      threads: request.threads,
      baseline: try SideResources(engine: baseline, formats: formats),
      candidate: try SideResources(engine: candidate, formats: formats),
      ceilingBytes: CeilingProbe.bufferBytes(cacheBytes: cacheBytes))
    do {
      try layer.check(limits.workload, formats: formats)
    } catch {
      throw .uncountable(pairing: layer.name, reason: "\(error)")
    }
    let sides = [PlannedLayer(layer, count: 1)]
    let widest: MemoryPlan
    do {
      widest = try MemoryPlan.fitting(
        layer.name, baseline: sides, candidate: sides, limits: limits)
    } catch {
      guard case .memory(_, let arithmetic, let needed, let allowed, _, _) = error else {
        throw error
      }
      throw .productMemory(arithmetic: arithmetic, neededBytes: needed, allowedBytes: allowed)
    }
    return { rows in
      CellPlan(
        candidateID: "\(layer.name) by \(candidate.name)",
        baselineID: "\(layer.name) by \(baseline.name)",
        layers: PairedLayers(baseline: sides, candidate: sides),
        workload: Workload(.matrixProduct, tokens: rows), routing: nil, widest: widest,
        limits: limits)
    }
  }
}

extension ProductDocument {
  /// What a run of products measured so far.
  ///
  /// - Parameter failure: why points are missing, `nil` when all are there.
  public init(
    _ run: Run, request: ProductRequest, engines: [OpenedEngine], created: String,
    tool: ToolIdentity, machine: MachineIdentity, failure: String?
  ) {
    let ceilings = run.ceilings.highest
    var points: [ProductPoint] = []
    // The first engine is measured beside each other one, and its first point of so many rows stands.
    for point in run.cells.flatMap({ $0.points(request, under: ceilings) })
    where !points.contains(where: { $0.m == point.m && $0.engine == point.engine }) {
      points.append(point)
    }
    self.init(
      created: created, tool: tool, machine: machine,
      blas: engines.lazy.compactMap(\.blas).first,
      instructionSet: engines.lazy.compactMap(\.instructionSet).first, ceilings: ceilings,
      points: points,
      speedRatios: run.cells.compactMap(\.speedRatio),
      cautions: (failure.map { ["the sweep ended early: \($0)"] } ?? []) + request.effort.cautions
        + machine.cautions(threads: request.threads, placement: run.placement)
        + run.ceilings.cautions)
  }
}

extension MeasuredCell {
  /// The points of both engines, the candidate's first; one point where they are the same.
  fileprivate func points(_ request: ProductRequest, under list: [Ceiling]) -> [ProductPoint] {
    let sides = [
      (sideResources.candidate, candidateWork, measured.sides.candidate),
      (sideResources.baseline, baselineWork, measured.sides.baseline),
    ]
    let ceilings = Ceilings(list, threads: measured.threads)
    return sides.prefix(isOneEngine ? 1 : 2).flatMap { resources, work, side in
      work.flatMap(\.operations).map { operation in
        ProductPoint(
          m: measured.tokens, n: request.outputs, k: request.inputs, threads: measured.threads,
          engine: resources.engine.name, operation: operation, secondsMedian: side.secondsMedian,
          ceilings: ceilings)
      }
    }
  }

  private var isOneEngine: Bool { sideResources.candidate == sideResources.baseline }

  /// One engine over the other, where these are two.
  fileprivate var speedRatio: SpeedRatio? {
    guard !isOneEngine else { return nil }
    return SpeedRatio(
      m: measured.tokens, engine: sideResources.candidate.engine.name,
      over: sideResources.baseline.engine.name, speed: measured.timeRatio)
  }
}
