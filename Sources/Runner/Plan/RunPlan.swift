import LayerSpec
import MoEKernel
import ModelSpec

/// Every cell of a run with the memory it will take, settled before anything is allocated.
public struct RunPlan: Sendable {
  /// What was asked for.
  public let request: RunRequest

  /// Who multiplies.
  let engine: Engine

  /// The last-level caches that the run's threads can fill, as far as they are known.
  let cacheBytes: Int

  /// Cells in the order of measuring: one comparison after the other, so that weights are built once,
  /// few tokens first, so that time they leave over goes to the slow ones.
  let cells: [CellPlan]

  /// Cells that will be measured.
  public var cellCount: Int { cells.count }

  /// Plans all cells.
  ///
  /// - Throws: `PlanError` when a comparison cannot be made or does not fit the memory.
  public init(
    _ request: RunRequest, engine: OpenedEngine, machine: MachineIdentity
  ) throws(PlanError) {
    self.request = request
    self.engine = engine.engine
    cacheBytes = machine.cacheBytes(threads: request.threads)
    let limits = MemoryPlan.Limits(
      memoryBytes: request.memoryBytes, cacheBytes: cacheBytes,
      tokens: request.tokens.max() ?? 0, threads: request.threads, engine: engine.engine,
      ceilingBytes: CeilingProbe.bufferBytes(cacheBytes: cacheBytes))
    var cells: [CellPlan] = []
    for comparison in request.suite.comparisons {
      let name = "\(comparison.candidate.id) against \(comparison.baseline.id)"
      let (baseline, candidate) = try comparison.layers()
      guard !baseline.isEmpty else { throw .noLayers(id: comparison.baseline.id) }
      guard !candidate.isEmpty else { throw .noLayers(id: comparison.candidate.id) }
      for side in baseline + candidate {
        do {
          _ = try side.layer.checkedMatmulFLOPs(tokens: limits.tokens)
        } catch {
          throw .uncountable(comparison: name, reason: "\(error)")
        }
      }
      try Self.checkRoutings(comparison, baseline: baseline, candidate: candidate)
      let widest = try MemoryPlan.fitting(
        name, baseline: baseline, candidate: candidate, limits: limits)
      for tokens in request.tokens.sorted() {
        for routing in comparison.routings {
          cells.append(
            CellPlan(
              comparison: comparison, baseline: baseline, candidate: candidate, tokens: tokens,
              routing: routing, widest: widest, limits: limits))
        }
      }
    }
    self.cells = cells
  }

  /// Refuses recorded routings that a router of either side cannot follow.
  private static func checkRoutings(
    _ comparison: Comparison, baseline: [FFNGroup], candidate: [FFNGroup]
  ) throws(PlanError) {
    let sides = [
      (comparison.baseline.id, baseline), (comparison.candidate.id, candidate),
    ]
    for routing in comparison.routings {
      guard let source = routing.source else { continue }
      for (id, groups) in sides {
        for case .sparse(let layer) in groups.map(\.layer) {
          if let misfit = routing.misfit(with: layer, of: id) {
            throw .recording(source: source.name, reason: "\(misfit)")
          }
        }
      }
    }
  }
}

/// One cell to be measured.
struct CellPlan: Sendable {
  let comparison: Comparison
  let baseline: [FFNGroup]
  let candidate: [FFNGroup]
  let tokens: Int
  let routing: Routing
  /// The widest form that fits the memory.
  let widest: MemoryPlan
  let limits: MemoryPlan.Limits

  /// The cell as messages name it.
  var name: String {
    "\(comparison.candidate.id) against \(comparison.baseline.id), \(tokens) "
      + "\(tokens == 1 ? "token" : "tokens"), \(routing.name)"
  }

  /// True for a cell of the same comparison with more tokens, which takes longer.
  func isLarger(than other: CellPlan) -> Bool {
    tokens > other.tokens && comparison == other.comparison
  }

  /// The form at the given fractions of each side's widths, or the nearest one that exists: never
  /// wider than the memory allows, narrower where a width does not divide, wider as a last resort.
  func form(_ wanted: Divisors) -> MemoryPlan {
    func candidates(_ wanted: Int, least: Int) -> [Int] {
      let allowed = MemoryPlan.divisors.filter { $0 >= least }
      return allowed.filter { $0 >= wanted } + allowed.filter { $0 < wanted }.reversed()
    }
    for baselineDivisor in candidates(wanted.baseline, least: widest.divisors.baseline) {
      for candidateDivisor in candidates(wanted.candidate, least: widest.divisors.candidate) {
        let divisors = Divisors(baseline: baselineDivisor, candidate: candidateDivisor)
        if divisors == widest.divisors { return widest }
        if let form = MemoryPlan(
          baseline: baseline, candidate: candidate, divisors: divisors, experts: .enough,
          limits: limits)
        {
          return form
        }
      }
    }
    return widest
  }
}
