import LayerSpec
import MoEKernel
import ModelSpec

/// One side of a gate at work: it makes the cells of an order ready, and times as many passes of them as it is
/// asked for.
public final class PassWorker {
  private let order: WorkerOrder
  private let machine: MachineProbe
  /// Read once: it takes some milliseconds.
  private let identity: MachineIdentity
  private let engines: EngineSettings
  private let architecture: (String) throws -> Architecture
  private var ready: [String: PreparedSide] = [:]
  /// One for each number of threads.
  private var builders: [Int: PassBuilder] = [:]

  /// Makes the cells of an order ready.
  ///
  /// - Parameters:
  ///   - engines: what engines are told when they are opened.
  ///   - architecture: finds the model of a name.
  public init(
    _ order: WorkerOrder, machine: MachineProbe, engines: EngineSettings,
    architecture: @escaping (String) throws -> Architecture
  ) {
    self.order = order
    self.machine = machine
    identity = machine.identity
    var engines = engines
    engines.choices = order.choices ?? [:]
    self.engines = engines
    self.architecture = architecture
  }

  /// Builds every cell, and says which there are.
  ///
  /// Plans come first, since all cells share one arena of weights, as long as the largest takes.
  public func makeReady() -> WorkerHello {
    var plans: [(cell: GateCell, plan: CellPlan, form: MemoryPlan)] = []
    var answers: [String: WorkerHello.Cell] = [:]
    for cell in order.cells {
      do {
        let plan = try plan(cell)
        plans.append((cell, plan, plan.formOfGate))
      } catch {
        answers[cell.id] = WorkerHello.Cell(id: cell.id, fault: "\(error)")
      }
    }
    for threads in Set(plans.map(\.cell.threads)) {
      let bytes = plans.lazy.filter { $0.cell.threads == threads }
        .map { $0.plan.arenaBytes(of: $0.form) }.max()
      let sizes = ArenaSizes(
        leastBytes: bytes ?? 0, firstBytes: bytes ?? 0, mostBytes: bytes ?? 0)
      builders[threads] = PassBuilder(
        pool: WorkerPool(threads: threads, nodes: machine.nodes), seed: order.seed, sizes: sizes)
    }
    for (cell, plan, form) in plans {
      guard let side = builders[cell.threads]?.build(form, for: plan).candidate else { continue }
      answers[cell.id] = answer(cell, side)
    }
    var hello = WorkerHello(
      cells: order.cells.map { answers[$0.id] ?? WorkerHello.Cell(id: $0.id, fault: "not built") })
    hello.choices = TileEngine.choices
    return hello
  }

  /// Times passes.
  ///
  /// - Returns: `nil` for a cell that is not ready.
  public func answer(_ request: PassRequest) -> SampleLine? {
    guard let side = ready[request.cell] else { return nil }
    for number in 0..<request.untimed { _ = side.measuredSeconds(ofPass: request.first + number) }
    var seconds = 0.0
    for number in 0..<request.passes {
      seconds += side.measuredSeconds(ofPass: request.first + number)
    }
    return SampleLine(cell: request.cell, seconds: seconds, passes: request.passes)
  }

  /// The cell with what a pass of it does, checked where that was ordered.
  private func answer(_ cell: GateCell, _ side: PreparedSide) -> WorkerHello.Cell {
    guard order.checks else {
      ready[cell.id] = side
      return WorkerHello.Cell(id: cell.id)
    }
    for layer in side.layers {
      do throws(PassFault) {
        try layer.pass.check(seed: order.seed)
      } catch {
        return WorkerHello.Cell(id: cell.id, fault: error.sentence)
      }
    }
    ready[cell.id] = side
    return WorkerHello.Cell(
      id: cell.id, work: PassCounts(of: side, threads: cell.threads).counts)
  }

  private func plan(_ cell: GateCell) throws -> CellPlan {
    let architecture = try architecture(cell.model)
    guard let workload = Workloads.workload(named: cell.workload.rawValue) else {
      throw EngineError("there is no workload \(cell.workload)")
    }
    guard let entry = Engines.table.first(where: { $0.name == cell.engine }) else {
      throw EngineError("there is no engine \(cell.engine)")
    }
    // A model against itself: what both sides have is built once.
    let pairing = Pairing(
      candidate: architecture, baseline: .named(architecture),
      routings: workload.routes ? [.uniform] : [])
    let request = RunRequest(
      suite: Suite(name: "gate", pairings: [pairing]), workload: workload,
      formats: FormatPlan(cell.precision),
      sizes: WorkloadSizes(
        tokens: [cell.tokens], sequences: [cell.sequences], context: [cell.context]),
      threads: cell.threads,
      memoryBytes: min(RunRequest.defaultMemoryBytes, machine.availableMemoryBytes ?? .max),
      seed: order.seed)
    let plan = try RunPlan(request, engine: try entry.open(engines), machine: identity)
    return plan.cells[0]
  }
}

extension CellPlan {
  /// What a pass of a gate's cell may take by the guess that plans begin with.
  ///
  /// Cells that are as narrow as they can be take longer: passes of the usual suite take 4 to 45 ms on Zen 3
  /// (2026-11-30). With twice as much pairs of one build differed as much, by 1.7 % (median of the cells' robust
  /// standard deviations, 20 cells a suite), and a suite took longer.
  private static let guessedSecondsOfAPass = 0.01

  /// The form in which a gate measures the cell: the widest whose passes are short, and no more of the weights
  /// than leaves hardly any in the caches, for every process writes them anew.
  ///
  /// It depends on nothing that is measured, so that both builds find the same.
  var formOfGate: MemoryPlan {
    let divisors = divisors(leastWidth: TimeEstimate.leastWidthOfAll)
    let divisor =
      divisors.first {
        guessedSeconds(.candidate) / Double($0) <= Self.guessedSecondsOfAPass
      } ?? divisors.last ?? 1
    return MemoryPlan(
      baseline: layers.baseline, candidate: layers.candidate, divisor: divisor,
      residence: .alternating, limits: limits) ?? form(divisor)
  }
}

extension PassFault {
  /// What is wrong, as a clause.
  var sentence: String {
    switch self {
    case .wrongOutput(let error, let tolerance):
      "its output is off by \(error), and rounding explains \(tolerance)"
    case .misrouted(let batch, let token):
      "token \(token) of batch \(batch) goes to other experts than it should"
    }
  }
}
