import FoundationEssentials
import ModelSpec
import Reporter
import Runner

/// One run from its first cell to its last, or to whatever ended it early.
struct Measurement {
  private let plan: RunPlan
  private let measuring: Run
  private let created = Date.now.ISO8601Format()

  /// Why the run ended before its last cell, `nil` when it did not.
  private(set) var failure: Failure?

  init(plan: RunPlan, engine: OpenedEngine) {
    self.plan = plan
    measuring = Run(plan, engine: engine)
  }

  /// Measures all cells and says on standard error how far it is.
  mutating func run() {
    var line = StatusLine()
    defer { line.clear() }
    do {
      try measuring.measure(
        progress: { line.show($0) }, isCancelled: { Interruption.status != nil })
    } catch RunError.cancelled {
      failure = Failure(
        Interruption.status ?? .interrupted,
        "interrupted; the record holds the \(measuring.cells.count) of \(plan.cellCount) cells "
          + "that were finished")
    } catch let error as PlanError {
      failure = Failure(.refused, "\(error)")
    } catch {
      failure = Failure(.mismatch, "\(error)")
    }
  }

  /// True when the first cell failed.
  ///
  /// A run that was interrupted keeps its record even without a cell, for scripts that wait for one.
  var hasNothingToKeep: Bool { measuring.cells.isEmpty && Interruption.status == nil }

  /// The record of the finished cells.
  func record(machine: MachineIdentity, blas: BLASIdentity, options: RunOptions) -> Record {
    Record(
      created: created, status: failure == nil ? .complete : .interrupted,
      tool: ToolVersion.identity, machine: machine, blas: blas, ceilings: [], options: options,
      cells: measuring.cells, cautions: failure.map { ["the run ended early: \($0)"] } ?? [])
  }
}

extension StatusLine {
  /// Says which cell is under way, such as `[3/18] 40 s left, measuring olmoe-1b-7b against …`.
  mutating func show(_ progress: RunProgress) {
    show(
      step: "[\(progress.cell)/\(progress.cells)]",
      detail: "\(Int(progress.secondsLeft.rounded(.up))) s left, \(progress.stage) \(progress.name)"
    )
  }
}

extension MachineProbe {
  /// The machine as this process sees it.
  static var ofThisProcess: MachineProbe {
    MachineProbe(
      affinityCPUs: ProcessInfo.processInfo.activeProcessorCount, read: InputFile.systemText)
  }
}
