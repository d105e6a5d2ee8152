import MoEKernel

/// Builds layers and keeps those of the cell at hand, for the next cell mostly needs the same.
final class Workshop {
  private let engine: Engine
  private let pool: WorkerPool
  private let seed: UInt64
  private var kept: [LayerPlan: LayerInstance] = [:]

  init(engine: Engine, pool: WorkerPool, seed: UInt64) {
    self.engine = engine
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
    let needed = Set(form.baseline + form.candidate)
    kept = kept.filter { needed.contains($0.key) }
    for plan in needed.sorted(by: { $0.name < $1.name }) where kept[plan] == nil {
      kept[plan] = LayerInstance(
        plan: plan, mostTokens: cell.limits.tokens, engine: engine, pool: pool, seed: seed)
    }
    func side(_ plans: [LayerPlan]) -> PreparedSide {
      let side = PreparedSide(layers: plans.compactMap { kept[$0] })
      side.load(tokens: cell.tokens, routing: cell.routing, seed: seed)
      return side
    }
    return (side(form.baseline), side(form.candidate))
  }
}
