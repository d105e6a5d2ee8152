import FoundationEssentials
import ModelSpec
import Reporter
import Runner

/// One run from its first cell to its last, or to whatever ended it early.
struct Measurement {
  private let plans: [RunPlan]
  /// The cells of all plans that are finished.
  private var cells: [MeasuredCell] = []
  /// The machine's ceilings, over all plans.
  private var ceilings = CeilingLog()
  private let created = Date.now.ISO8601Format()

  /// Why cells are missing, `nil` when all are there.
  private(set) var failure: Failure?

  /// - Parameter plans: One for each number of threads and engine, measured one after the other.
  init(plans: [RunPlan]) {
    self.plans = plans
  }

  /// Measures all cells and says on standard error how far it is.
  mutating func run() {
    var line = StatusLine()
    defer { line.clear() }
    let planned = plans.reduce(0) { $0 + $1.cellCount }
    for (index, plan) in plans.enumerated() {
      let secondsAfter = plans[(index + 1)...].reduce(0) { $0 + $1.request.budgetSeconds }
      let run = Run(plan)
      defer {
        cells += run.cells
        ceilings.append(run.ceilings)
      }
      do {
        let finished = cells.count
        try run.measure(
          progress: {
            line.show($0, after: finished, of: planned, secondsAfter: secondsAfter)
          },
          isCancelled: { Interruption.status != nil })
      } catch let error as PlanError {
        // What takes too long here says nothing of other engines and numbers of threads.
        failure = failure ?? Failure(.refused, "\(error)")
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
    default: Failure(.mismatch, "\(error)")
    }
  }

  /// True when no cell was measured.
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
      cautions: (failure.map { ["cells are missing: \($0)"] } ?? []) + ceilings.cautions)
  }
}

extension StatusLine {
  /// Says which cell is under way, such as `[3/18] 40 s left, measuring olmoe-1b-7b against …`.
  ///
  /// - Parameters:
  ///   - finished: cells of the plans before this one.
  ///   - planned: cells of all plans.
  ///   - secondsAfter: what the plans after this one may take.
  mutating func show(
    _ progress: RunProgress, after finished: Int, of planned: Int, secondsAfter: Double
  ) {
    let seconds = Int((progress.secondsLeft + secondsAfter).rounded(.up))
    show(
      step: "[\(finished + progress.cell)/\(planned)]",
      detail: "\(seconds) s left, \(progress.stage) \(progress.name)")
  }
}
