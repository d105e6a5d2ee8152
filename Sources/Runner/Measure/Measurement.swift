import FoundationEssentials
import LayerSpec
import MoEKernel
import ModelSpec

/// One run from its first cell to its last, or to whatever ended it early: several plans, one record.
public struct Measurement {
  private let plans: [RunPlan]
  private let throttling: ThrottleMeter
  private let energy: EnergyMeter
  private let nodes: [ProcessorNode]
  /// Where the weights of all plans were found.
  private var placements: [WeightPlacement?] = []
  /// What runs said of their time.
  private var cautions: [String] = []
  private let throttledBefore: ThrottledTime?
  /// The cells of all plans that are finished.
  private var cells: [MeasuredCell] = []
  /// The cells of all plans that were given up.
  private var unmeasured: [UnmeasuredCell] = []
  /// The machine's ceilings, over all plans.
  private var ceilings = CeilingLog()
  private let created = Date.now.ISO8601Format()

  /// Why cells are missing, `nil` when all are there.
  public private(set) var ending: Ending?

  /// What ended a run before its last cell.
  public enum Ending: Hashable, Sendable, CustomStringConvertible {
    /// Cells take longer than the budget.
    case refused(String)
    /// It was asked to stop.
    case cancelled(finished: Int, planned: Int)
    /// A cell cannot be true.
    case failed(String)

    /// The sentence for people.
    public var description: String {
      switch self {
      case .refused(let sentence), .failed(let sentence): sentence
      case .cancelled(let finished, let planned):
        "interrupted; the record holds the \(finished) of \(planned) cells that were finished"
      }
    }
  }

  /// - Parameters:
  ///   - plans: One for each number of threads and engine, measured one after the other.
  ///   - throttling: tells whether a quota stopped the rounds of a cell.
  ///   - energy: tells the power of the machine while a side runs.
  ///   - nodes: NUMA nodes that threads share, each bound to one.
  public init(
    plans: [RunPlan], throttling: ThrottleMeter = .none, energy: EnergyMeter = .none,
    nodes: [ProcessorNode] = []
  ) {
    self.plans = plans
    self.nodes = nodes
    self.throttling = throttling
    self.energy = energy
    throttledBefore = throttling.read()
  }

  /// Measures all cells.
  ///
  /// - Parameters:
  ///   - progress: told before each stage of each cell, over all plans, never while a round is timed.
  ///   - isCancelled: asked between stages and between rounds.
  public mutating func run(
    progress: (RunProgress) -> Void = { _ in }, isCancelled: () -> Bool = { false }
  ) {
    let planned = plans.reduce(0) { $0 + $1.cellCount }
    for (index, plan) in plans.enumerated() {
      let secondsAfter = plans[(index + 1)...].reduce(0) { $0 + $1.budgetSeconds }
      let run = Run(plan, throttling: throttling, energy: energy, nodes: nodes)
      defer {
        cells += run.cells
        unmeasured += run.unmeasured
        ceilings.append(run.ceilings)
        placements.append(run.placement)
        cautions += run.cautions
      }
      do {
        let finished = cells.count
        try run.measure(
          progress: {
            progress($0.among(planned, after: finished, secondsAfter: secondsAfter))
          }, isCancelled: isCancelled)
      } catch let error as PlanError {
        // What takes too long here says nothing of other engines and numbers of threads.
        ending = ending ?? .refused("\(error)")
      } catch RunError.cancelled {
        ending = .cancelled(finished: cells.count + run.cells.count, planned: planned)
        return
      } catch {
        // What is wrong with one engine says nothing of another; a cell that is wrong weighs more than one
        // that takes too long.
        if case .failed = ending { continue }
        ending = .failed("\(error)")
      }
    }
  }

  /// True when no cell was measured.
  public var isEmpty: Bool {
    cells.isEmpty && !unmeasured.contains { $0.status == .failed }
  }

  /// The record of the finished cells.
  ///
  /// - Parameter requests: what was asked for, one request for each number of threads.
  public func record(
    of requests: [RunRequest], tool: ToolIdentity, machine: MachineIdentity,
    engines: [OpenedEngine]
  ) -> Record {
    var machine = machine
    machine.throttling = throttledBefore.flatMap { before in
      throttling.read().map { Throttling(before: before, after: $0) }
    }
    return Record(
      created: created, status: ending == nil ? .complete : .interrupted, tool: tool,
      machine: machine, blas: engines.lazy.compactMap(\.blas).first ?? Engines.installedBLAS,
      instructionSet: engines.lazy.compactMap(\.instructionSet).first,
      choices: engines.lazy.map(\.choices).first { !$0.isEmpty },
      ceilings: ceilings.highest, options: RunOptions(requests, engines: engines),
      cells: cells.map { $0.cell(under: ceilings.highest) }, unmeasured: unmeasured,
      cautions: (ending.map { ["cells are missing: \($0)"] } ?? [])
        + Set(requests.map(\.effort)).flatMap(\.cautions)
        + machine.cautions(
          threads: requests.map(\.threads).max() ?? 1, placement: WeightPlacement(placements))
        + ceilings.cautions + cautions)
  }
}

extension RunOptions {
  /// The options of requests that differ in nothing but their threads, defaults filled in.
  init(_ requests: [RunRequest], engines: [OpenedEngine]) {
    guard let request = requests.first else { preconditionFailure("nothing was asked for") }
    let pairings = request.suite.pairings
    let threads = requests.map(\.threads)
    let routings = pairings.flatMap(\.routings)
    self.init(
      suite: request.suite.name, candidates: pairings.map(\.candidate.id).uniqued(),
      baselines: pairings.map(\.baseline.id).uniqued(),
      tokens: requests.flatMap(\.sizes.tokens).uniqued(),
      threads: threads.max() ?? request.threads, threadCounts: threads.count > 1 ? threads : nil,
      engines: engines.map(\.name), precision: request.formats.networks,
      routing: routings.map(\.description).uniqued(),
      budgetSeconds: request.budgetSeconds, memoryBytes: request.memoryBytes, seed: request.seed,
      sweep: request.suite.sweep)
    let digests = routings.compactMap(\.source?.digest).uniqued()
    routingDigests = digests.isEmpty ? nil : digests
    blas = engines.lazy.compactMap(\.settings.library).first
    instructionSet = engines.lazy.compactMap(\.settings.forcedLevel).first
    interval = request.interval == RunRequest.defaultInterval ? nil : request.interval
    width = request.width?.names
    like = request.forms?.origin
    effort = requests.lazy.compactMap(\.effort.name).first
    workload = request.workload.kind == .usual ? nil : request.workload.kind
    // Requests of one run differ in their sizes where a scenario takes passes of several kinds.
    func asked(_ size: Workload.Size) -> [Int]? {
      let sizes = requests.map(\.sizes).filter { $0.given.contains(size) }
      return sizes.isEmpty ? nil : sizes.flatMap { $0[size] }.uniqued()
    }
    sequences = asked(.sequences)
    context = asked(.context)
    ranks = asked(.ranks)
  }
}
