import ArgumentParser
import FoundationEssentials
import ModelSpec
import Processes
import Runner

/// The options of all trials.
struct TrialOptions: ParsableArguments {
  @Option(
    parsing: .unconditional, help: ArgumentHelp("Trials (default: 1).", valueName: "count"),
    transform: OptionValue.count)
  var trials = 1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The share of one core that another process burns meanwhile (default: none).",
      valueName: "percentage"), transform: OptionValue.percentage)
  var neighbour: Double?

  @Option(
    parsing: .unconditional, help: "Seed of the first trial; each further one has the next.",
    transform: OptionValue.seed)
  var seed: UInt64?

  @Option(help: ArgumentHelp("A gate file whose suite is tried.", valueName: "file"))
  var suite: String?

  @OptionGroup var threading: ThreadOptions

  @Option(
    help: ArgumentHelp(
      "Add the trials to this file (default: Results/calibration/KIND.jsonl).", valueName: "file"))
  var output: String?

  /// Runs the trials of a kind.
  ///
  /// - Parameters:
  ///   - measuresAllCells: whether a trial is of the whole suite, or of one cell of it after the other,
  ///     which is confirmed as a suite's only flagged cell is.
  ///   - stopsAfterScreen: whether flagged cells are left unconfirmed.
  ///   - doses: how much more the later side does, by turns.
  func run(
    _ kind: String, measuresAllCells: Bool, stopsAfterScreen: Bool, doses: [Double]
  ) throws {
    try ToolVersion.requireReleaseBuild()
    let machine = MachineProbe.current
    let lock = try MeasuringLock.take(for: CommandLine.arguments.joined(separator: " "))
    defer { withExtendedLifetime(lock) {} }
    let watcher = ProcessWatcher()
    Interruption.listen()
    let workspace = try GateWorkspace()
    defer { workspace.remove() }
    let settings = try GateSettings(file: suite, overrides: .init())
    let threads = try machine.threads(asked: threading.threads ?? settings.threads)
    let cells = GateFile.cells(of: settings.suite, threads: threads)
    let neighbour = try Neighbour(share: neighbour, watcher: watcher)
    defer { neighbour.end() }
    let first = seed ?? UInt64(Date.now.timeIntervalSince1970)
    let file = try TrialFile(output, kind: kind)
    var line = StatusLine()
    defer { line.clear() }
    let copies = try Self.names.map { name throws(Failure) in
      try workspace.copy(Self.executable, as: name)
    }
    for trial in 0..<trials {
      let seed = first &+ UInt64(trial)
      if let ending = neighbour.ending {
        throw Failure(.unavailable, "the neighbour ended with \(ending); \(trial) trials are kept")
      }
      let measured = measuresAllCells ? cells : [cells[Int(seed % UInt64(cells.count))]]
      let dose = doses[trial % doses.count]
      let order = WorkerOrder(cells: measured, seed: seed, checks: true)
      let sides = copies.map { GateSide(tenfold: $0, order: order) }
      var plan = GatePlan(
        base: sides[0], head: sides[1], copy: sides[2], displaced: sides[3].displaced,
        bounds: settings.bounds, seed: seed)
      plan.dose = dose > 0 ? dose : nil
      plan.stopsAfterScreen = stopsAfterScreen
      let gate = GateRun(plan, machine: machine, watcher: watcher)
      do {
        try gate.measure(
          progress: { line.show(.init($0, trial: trial + 1, of: trials)) },
          isCancelled: { Interruption.status != nil })
      } catch {
        throw Failure(.mismatch, "the trial cannot be measured (\(error)); please report it")
      }
      if let status = Interruption.status {
        throw Failure(status, "interrupted; the \(trial) trials that were finished are kept")
      }
      let document = gate.document(
        created: Date.now.ISO8601Format(), tool: ToolVersion.identity, machine: machine.identity,
        rerun: "")
      try file.append(
        GateTrial(
          kind: kind, edition: TrialOptions.edition, dose: dose,
          neighbour: self.neighbour ?? 0, confirmationSeconds: gate.confirmationSeconds,
          of: document))
    }
    file.close()
  }

  /// The edition of Results/calibration/gate-protocol.md that trials follow; a change there or of the gate's own
  /// sizes is a new one, and trials of an older one are counted apart.
  static let edition = 13

  /// The executable that runs now.
  static let executable = "/proc/self/exe"

  private static let names = ["base", "head", "copy", "copy-at-a-path-of-another-length"]
}

extension GateSide {
  /// A worker of Tenfold.
  init(tenfold path: String, order: WorkerOrder, arguments: [String] = []) {
    self.init(
      origin: .init(name: path), arguments: [path, "worker"] + arguments,
      environment: Self.workerEnvironment, order: order)
  }
}

extension StatusLine.Step {
  /// The step that a trial is at.
  init(_ progress: GateRun.Progress, trial: Int, of trials: Int) {
    self.init(
      cell: trial, cells: trials,
      fraction: (Double(trial - 1) + progress.fraction) / Double(trials), secondsLeft: nil,
      isVisit: true, doing: progress.doing)
  }
}
