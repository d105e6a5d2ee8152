import MoEKernel
import ModelSpec

/// Builds the layers of cells as views of one arena of weights.
final class PassBuilder {
  private let pool: WorkerPool
  private let seed: UInt64
  private let sizes: ArenaSizes
  private let secondsOfWriting: Double
  /// Writes the arena from when it is first asked for.
  private(set) lazy var writer = ArenaWriter(
    sizes, seconds: secondsOfWriting, seed: seed, pool: pool)

  /// - Parameter secondsOfWriting: what writing the arena beyond its least may take.
  init(pool: WorkerPool, seed: UInt64, sizes: ArenaSizes, secondsOfWriting: Double = .infinity) {
    self.pool = pool
    self.seed = seed
    self.sizes = sizes
    self.secondsOfWriting = secondsOfWriting
  }

  /// Both sides with the batches of a cell; a layer that both have is built once.
  func build(
    _ form: MemoryPlan, for cell: CellPlan
  ) -> (baseline: PreparedSide, candidate: PreparedSide) {
    var built: [BuiltLayer: any PreparedPass] = [:]
    func side(_ plans: [LayerPlan], _ resources: SideResources) -> PreparedSide {
      PreparedSide(
        layers: plans.map { plan in
          let key = BuiltLayer(plan, resources)
          let pass =
            built[key]
            ?? plan.measured.prepare(
              plan, for: cell.workload,
              with: PassResources(
                engine: resources.engine, formats: resources.formats, pool: pool, seed: seed,
                memory: cell.limits.usesArena ? .view(writer.arena) : .own))
          built[key] = pass
          return PreparedLayer(plan: plan, pass: pass)
        })
    }
    let sides = (
      baseline: side(form.baseline, cell.limits.baseline),
      candidate: side(form.candidate, cell.limits.candidate)
    )
    // Passes that route nothing do not look at the routing.
    let routing = cell.routing ?? .uniform
    for side in [sides.baseline, sides.candidate] {
      side.load(cell.workload, routing: routing, seed: seed)
    }
    return sides
  }
}
