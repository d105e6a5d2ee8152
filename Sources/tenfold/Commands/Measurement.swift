import FoundationEssentials
import ModelSpec
import Reporter
import Runner

/// One run from its first cell to its last, or to whatever ended it early.
struct Measurement {
  private let plans: [RunPlan]
  /// The cells of all engines that are finished.
  private var cells: [MeasuredCell] = []
  /// The machine's ceilings, over all engines.
  private var ceilings = CeilingLog()
  private let created = Date.now.ISO8601Format()

  /// Why the run ended before its last cell, `nil` when it did not.
  private(set) var failure: Failure?

  /// - Parameter plans: One for each engine, measured one after the other.
  init(plans: [RunPlan]) {
    self.plans = plans
  }

  /// Measures all cells and says on standard error how far it is.
  mutating func run() {
    var line = StatusLine()
    defer { line.clear() }
    let planned = plans.reduce(0) { $0 + $1.cellCount }
    for plan in plans {
      let run = Run(plan)
      defer {
        cells += run.cells
        ceilings.append(run.ceilings)
      }
      do {
        let finished = cells.count
        try run.measure(
          progress: { line.show($0, after: finished, of: planned) },
          isCancelled: { Interruption.status != nil })
      } catch {
        failure = Self.failure(
          error, finished: cells.count + run.cells.count, of: planned)
        return
      }
    }
  }

  private static func failure(_ error: any Error, finished: Int, of planned: Int) -> Failure {
    switch error {
    case RunError.cancelled:
      Failure(
        Interruption.status ?? .interrupted,
        "interrupted; the record holds the \(finished) of \(planned) cells that were finished")
    case is PlanError: Failure(.refused, "\(error)")
    default: Failure(.mismatch, "\(error)")
    }
  }

  /// True when the first cell failed.
  ///
  /// A run that was interrupted keeps its record even without a cell, for scripts that wait for one.
  var hasNothingToKeep: Bool { cells.isEmpty && Interruption.status == nil }

  /// The record of the finished cells.
  func record(
    machine: MachineIdentity, engines: [OpenedEngine], options: RunOptions
  ) -> Record {
    Record(
      created: created, status: failure == nil ? .complete : .interrupted,
      tool: ToolVersion.identity, machine: machine,
      blas: engines.lazy.compactMap(\.blas).first ?? OpenedEngine.installedBLAS,
      instructionSet: engines.lazy.compactMap(\.instructionSet).first,
      ceilings: ceilings.highest, options: options,
      cells: cells.map { $0.cell(under: ceilings.highest) },
      cautions: (failure.map { ["the run ended early: \($0)"] } ?? []) + ceilings.cautions)
  }
}

extension StatusLine {
  /// Says which cell is under way, such as `[3/18] 40 s left, measuring olmoe-1b-7b against …`.
  ///
  /// - Parameters:
  ///   - finished: cells of the engines before this one.
  ///   - planned: cells of all engines.
  mutating func show(_ progress: RunProgress, after finished: Int, of planned: Int) {
    show(
      step: "[\(finished + progress.cell)/\(planned)]",
      detail: "\(Int(progress.secondsLeft.rounded(.up))) s left, \(progress.stage) \(progress.name)"
    )
  }
}
