import MoEKernel
import ModelSpec

/// Builds layers and keeps those of the cell at hand, for the next cell mostly needs the same.
final class PassBuilder {
  private let pool: WorkerPool
  private let seed: UInt64
  private var kept: [BuiltLayer: any PreparedPass] = [:]

  init(pool: WorkerPool, seed: UInt64) {
    self.pool = pool
    self.seed = seed
  }

  /// Both sides with the batches of a cell.
  ///
  /// Layers that the form does not use are freed before new ones are allocated, so that never more
  /// is in memory than one form.
  func build(
    _ form: MemoryPlan, for cell: CellPlan
  ) -> (baseline: PreparedSide, candidate: PreparedSide) {
    let sides = [
      (plans: form.baseline, resources: cell.limits.baseline),
      (plans: form.candidate, resources: cell.limits.candidate),
    ]
    let needed = sides.flatMap { side in side.plans.map { ($0, side.resources) } }
    let keys = Set(needed.map { BuiltLayer($0.0, $0.1) })
    kept = kept.filter { keys.contains($0.key) }
    for (plan, side) in needed.sorted(by: { $0.0.name < $1.0.name })
    where kept[BuiltLayer(plan, side)] == nil {
      kept[BuiltLayer(plan, side)] = plan.measured.prepare(
        plan, for: cell.limits.workload,
        with: PassResources(
          engine: side.engine, formats: side.formats, pool: pool, seed: seed))
    }
    let prepared = sides.map { side in
      PreparedSide(
        layers: side.plans.compactMap { plan in
          kept[BuiltLayer(plan, side.resources)].map { PreparedLayer(plan: plan, pass: $0) }
        })
    }
    // Passes that route nothing do not look at the routing.
    let routing = cell.routing ?? .uniform
    for side in prepared { side.load(cell.workload, routing: routing, seed: seed) }
    return (prepared[0], prepared[1])
  }
}
