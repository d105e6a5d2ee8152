import LayerSpec
import MoEKernel
import ModelSpec

/// Every cell of a run with the memory it will take, settled before anything is allocated.
public struct RunPlan: Sendable {
  /// Worker threads.
  let threads: Int
  /// Seed of every random choice.
  let seed: UInt64
  /// Seconds that the run may take.
  public let budgetSeconds: Double
  /// A cell whose interval is no wider than this, high over low, needs no further visit.
  let narrowInterval: Double
  /// Rounds of every visit to a cell; `nil` for as many as the budget allows.
  let rounds: Int?
  /// Bytes that weights and scratch may take.
  let memoryBytes: Int
  /// How much time rounds and the machine's ceilings take.
  let effort: MeasuringEffort

  /// The last-level caches that the run's threads can fill, as far as they are known.
  let cacheBytes: Int

  /// Cells in the order of measuring: one pairing after the other, so that weights are built once, few
  /// tokens first, so that time they leave over goes to the slow ones.
  let cells: [CellPlan]

  /// Cells that cannot be had in the form that was asked for, each with the reason.
  let unavailable: [(cell: CellPlan, reason: PlanError)]

  /// Bytes of the arena: of the cell that takes most of it, both sides.
  var arenaBytes: Int { cells.map(\.arenaBytes).max() ?? 0 }

  /// How far the arena is written.
  var arenaSizes: ArenaSizes {
    let probeBytes = probesArena ? ceilingBytes : 0
    let least = max(cells.map(\.leastArenaBytes).max() ?? 0, probeBytes)
    let first = cells.indices.map { cells[$0].arenaBytes(of: firstForm(of: $0)) }.max() ?? 0
    return ArenaSizes(
      leastBytes: min(least, arenaBytes), firstBytes: max(first, least), mostBytes: arenaBytes)
  }

  /// The form that a cell is tried at: cautiously narrow, since a try must not take longer than the cell.
  ///
  /// - Parameter arenaBytes: what is written of the arena.
  func firstForm(of number: Int, arenaBytes: Int = .max) -> MemoryPlan {
    let cell = cells[number].within(arenaBytes: arenaBytes)
    var wants = cells.map(\.wantedSeconds)
    wants.swapAt(0, number)
    let share = BudgetShare.first(of: wants, budget: Self.partOfFewestRounds * budgetSeconds)
    // As long as times are guessed, no width is too narrow.
    let divisors = cell.divisors(leastWidth: TimeEstimate.leastWidthOfAll)
    let guess = divisors.first {
      (cell.guessedSeconds(.baseline) + cell.guessedSeconds(.candidate)) / Double($0)
        <= share / Double(RatioEstimate.fewestVisits)
    }
    return cell.form(guess ?? divisors.last ?? 1)
  }

  /// What the fewest rounds of all cells may take of the time for visits; the rest is for those whose
  /// intervals are wide, and for what a machine slows down meanwhile.
  static let partOfFewestRounds = 0.6

  /// Whether the arena is large enough for the probes of read bandwidth, so that they need no memory besides.
  var probesArena: Bool { arenaBytes > 0 && arenaBytes >= ceilingBytes }

  private var ceilingBytes: Int { cells.map(\.limits.ceilingBytes).max() ?? 0 }

  /// Consecutive cells, by their indices, which fit the memory beside the arena and the probe, so that they
  /// can be visited in turns; one alone always does.
  var groups: [Range<Int>] {
    let room = memoryBytes - arenaBytes - (probesArena ? 0 : ceilingBytes)
    var groups: [Range<Int>] = []
    var used = 0
    for (index, cell) in cells.enumerated() {
      let bytes = cell.ownBytes
      if let last = groups.last, used + bytes <= room {
        groups[groups.count - 1] = last.lowerBound..<index + 1
        used += bytes
      } else {
        groups.append(index..<index + 1)
        used = bytes
      }
    }
    return groups
  }

  /// How many cells are ready for visits at once, group after group.
  public var cellsOpenAtOnce: [Int] { groups.map(\.count) }

  /// A layer of which even the most copies do not fill the caches, so that no roofline tells how well its passes
  /// are made; `nil` where there is none.
  public var smallLayer: String? {
    cells.lazy.flatMap { $0.widest.baseline + $0.widest.candidate }.first(where: \.mayStayInCache)?
      .name
  }

  /// Cells that will be measured.
  public var cellCount: Int { cells.count }

  /// Whether there is nothing to measure and nothing to be said of what there is not.
  public var isEmpty: Bool { cells.isEmpty && unavailable.isEmpty }

  /// Plans all cells of a request.
  ///
  /// - Throws: `PlanError` when a pairing cannot be measured or does not fit the memory.
  public init(
    _ request: RunRequest, engine: OpenedEngine, machine: MachineIdentity
  ) throws(PlanError) {
    if let size = request.sizes.given.first(where: { !request.workload.sizes.contains($0) }) {
      throw .noSuchSize(workload: request.workload.kind.rawValue, size: size.rawValue)
    }
    if !request.workload.routes, request.suite.pairings.contains(where: { !$0.routings.isEmpty }) {
      throw .routesNothing(workload: request.workload.kind.rawValue)
    }
    let cacheBytes = machine.cacheBytes(threads: request.threads)
    let side = try SideResources(engine: engine.engine, formats: request.formats)
    let limits = MemoryPlan.Limits(
      memoryBytes: request.memoryBytes, cacheBytes: cacheBytes,
      workload: request.sizes.largest(request.workload.kind),
      threads: request.threads, baseline: side, candidate: side,
      ceilingBytes: CeilingProbe.bufferBytes(cacheBytes: cacheBytes))
    var pairings: [(pairing: Pairing, layers: PairedLayers)] = []
    for pairing in request.suite.pairings {
      let layers = try request.workload.layers(of: pairing)
      try Self.check(pairing, layers, limits)
      pairings.append((pairing, layers))
    }
    var cells: [CellPlan] = []
    var unavailable: [(CellPlan, PlanError)] = []
    for (pairing, layers) in pairings {
      let widest: MemoryPlan
      do {
        widest = try MemoryPlan.fitting(
          pairing.name, baseline: layers.baseline, candidate: layers.candidate, limits: limits,
          others: pairings.map(\.layers))
      } catch {
        // Where forms are given, each cell says of its own that it does not fit.
        guard request.forms != nil, let narrowest = MemoryPlan.narrowest(layers, limits) else {
          throw error
        }
        widest = narrowest
      }
      for workload in request.sizes.workloads(request.workload.kind) {
        let routings = request.workload.routes ? pairing.routings.map(Optional.some) : [nil]
        for routing in routings {
          let cell = CellPlan(
            candidateID: pairing.candidate.id, baselineID: pairing.baseline.id, layers: layers,
            workload: workload, routing: routing,
            widest: widest, limits: limits, forcedWidth: request.width)
          guard let forms = request.forms else {
            cells.append(cell)
            continue
          }
          guard
            let form = forms.form(
              candidate: cell.candidateID, baseline: cell.baselineID, conditions: cell.conditions)
          else { continue }
          do {
            cells.append(try cell.like(form))
          } catch {
            unavailable.append((cell, error))
          }
        }
      }
    }
    self.init(
      cells: cells, unavailable: unavailable, threads: request.threads, seed: request.seed,
      budgetSeconds: request.budgetSeconds, narrowInterval: 1 + request.interval, rounds: nil,
      memoryBytes: request.memoryBytes,
      effort: request.effort, cacheBytes: cacheBytes)
  }

  /// A plan of these cells.
  init(
    cells: [CellPlan], unavailable: [(cell: CellPlan, reason: PlanError)] = [], threads: Int,
    seed: UInt64, budgetSeconds: Double, narrowInterval: Double,
    rounds: Int?,
    memoryBytes: Int, effort: MeasuringEffort, cacheBytes: Int
  ) {
    self.cells = cells
    self.unavailable = unavailable
    self.threads = threads
    self.seed = seed
    self.budgetSeconds = budgetSeconds
    self.narrowInterval = narrowInterval
    self.rounds = rounds
    self.memoryBytes = memoryBytes
    self.effort = effort
    self.cacheBytes = cacheBytes
  }

  /// Refuses sides without layers, passes that cannot be counted, and recorded routings that a router of
  /// either side cannot follow.
  private static func check(
    _ pairing: Pairing, _ layers: PairedLayers, _ limits: MemoryPlan.Limits
  ) throws(PlanError) {
    let sides = [
      (pairing.baseline.id, layers.baseline, limits.baseline),
      (pairing.candidate.id, layers.candidate, limits.candidate),
    ]
    for (id, layers, side) in sides {
      guard !layers.isEmpty else { throw .noLayers(id: id) }
      for planned in layers {
        do {
          try planned.layer.check(limits.workload, formats: side.formats)
        } catch {
          throw .uncountable(pairing: pairing.name, reason: "\(error)")
        }
        guard let router = planned.layer.router else { continue }
        for routing in pairing.routings {
          if let source = routing.source, let misfit = routing.misfit(with: router, of: id) {
            throw .recording(source: source.name, reason: "\(misfit)")
          }
        }
      }
    }
  }

  /// The engine, formats and threads of the cells' candidates and baselines, each once.
  var sides: [SideResources] {
    var sides: [SideResources] = []
    for side in cells.flatMap({ [$0.limits.candidate, $0.limits.baseline] })
    where !sides.contains(side) {
      sides.append(side)
    }
    return sides
  }
}

/// What multiplies on a side, and what its weights are stored in.
struct SideResources: Sendable, Equatable {
  let engine: any Engine
  let formats: FormatPlan

  /// - Throws: `PlanError` when a role has a format that the engine does not multiply.
  init(engine: any Engine, formats: FormatPlan) throws(PlanError) {
    for format in formats.formats where !engine.supports(format) {
      throw .format(
        engine: engine.name, format: format.name, has: engine.formats.map(\.name))
    }
    self.engine = engine
    self.formats = formats
  }

  /// Whether the weights of networks and projections are views of an arena.
  var takesArena: Bool {
    engine.takesArena(formats.networks) && engine.takesArena(formats.projections)
  }

  static func == (left: SideResources, right: SideResources) -> Bool {
    left.engine.name == right.engine.name && left.engine.variant == right.engine.variant
      && left.formats == right.formats
  }
}
