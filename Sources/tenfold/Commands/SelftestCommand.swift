import ArgumentParser
import FoundationEssentials
import Glibc
import ModelSpec
import Processes
import Reporter
import Runner
import SystemPackage

/// `tenfold selftest`: gates whose right answer is known, and what they said.
struct SelftestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest",
    abstract: "Tries the gate on this executable against itself, and keeps every trial.",
    discussion: """
      Each trial is a line (\(GateTrial.currentSchema)) that is added to Results/calibration/KIND.jsonl, also \
      where the gate was wrong.
      """,
    subcommands: [
      UnchangedTrialCommand.self, DoseTrialCommand.self, CoverageTrialCommand.self,
      TrialReportCommand.self, NeighbourCommand.self,
    ])
}

/// `tenfold selftest aa`: nothing is changed.
struct UnchangedTrialCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "aa",
    abstract: "Gates of the whole suite on unchanged code: no regression is right.")

  @OptionGroup var options: TrialOptions

  func run() throws {
    try options.run("aa", measuresAllCells: true, stopsAfterScreen: false, doses: [0])
  }
}

/// `tenfold selftest dose`: the later side does more.
struct DoseTrialCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dose",
    abstract: "Gates whose later side does more work, one cell of the suite after the other.")

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How much more the later side does (default: 5%).", valueName: "percentage"),
    transform: OptionValue.percentage)
  var dose = 0.05

  @OptionGroup var options: TrialOptions

  func run() throws {
    try options.run("dose", measuresAllCells: false, stopsAfterScreen: false, doses: [dose])
  }
}

/// `tenfold selftest coverage`: how often an interval holds the truth.
struct CoverageTrialCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "coverage",
    abstract: "Screens of doses of 0, 2 and 5 % by turns: how often an interval holds the dose.")

  @OptionGroup var options: TrialOptions

  func run() throws {
    try options.run(
      "coverage", measuresAllCells: false, stopsAfterScreen: true, doses: [0, 0.02, 0.05])
  }
}

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
  ///   - measuresAllCells: whether a trial is of the whole suite, or of one cell of it after the other, at the
  ///     level that the whole suite has.
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
    let path = output ?? "Results/calibration/\(kind).jsonl"
    let first = seed ?? UInt64(Date.now.timeIntervalSince1970)
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
      plan.cellsOfSuite = cells.count
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
      try Self.append(
        GateTrial(
          kind: kind, edition: TrialOptions.edition, dose: dose,
          neighbour: self.neighbour ?? 0, cellsOfSuite: cells.count,
          confirmationSeconds: gate.confirmationSeconds, of: document), to: path)
    }
    StandardStream.note("Trials: \(path)")
  }

  /// The edition of Results/calibration/protocol.md that trials follow; a change there or of the gate's own
  /// sizes is a new one, and trials of an older one are counted apart.
  static let edition = 2

  /// The executable that runs now.
  static let executable = "/proc/self/exe"

  private static let names = ["base", "head", "copy", "copy-at-a-path-of-another-length"]

  /// Adds a line to a file; a line is written whole or, by a full disk, not at all.
  private static func append(_ trial: GateTrial, to path: String) throws(Failure) {
    do {
      let file = try FileDescriptor.open(
        FilePath(path), .writeOnly, options: [.create, .append],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      try file.closeAfter { _ = try file.writeAll((JSONLine.text(trial) + "\n").utf8) }
    } catch {
      throw Failure(
        .cannotCreate, "\(path) cannot be written (\(error)); name another file with --output")
    }
  }
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

/// A process that burns a part of one core, as neighbours on a shared machine do.
private struct Neighbour {
  private let process: ChildProcess?

  init(share: Double?, watcher: ProcessWatcher?) throws(Failure) {
    guard let share else {
      process = nil
      return
    }
    do {
      process = try ChildProcess(
        [TrialOptions.executable, "selftest", "neighbour", "\(Int((share * 100).rounded()))"],
        environment: ProcessInfo.processInfo.environment, watcher: watcher)
    } catch {
      throw Failure(.unavailable, "a neighbour cannot be started (errno \(error.number))")
    }
  }

  /// How it ended, which it must not; `nil` as long as it burns, and where there is none.
  var ending: String? { process?.wait(seconds: 0).map { "\($0)" } }

  func end() { process?.kill() }
}

/// `tenfold selftest neighbour`: burns a part of one core until it is ended.
struct NeighbourCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "neighbour", abstract: "Burns a part of one core.", shouldDisplay: false)

  @Argument(help: "Percent of one core.")
  var percent: Int

  /// Long enough for a scheduler to notice, short enough to be in every slice of a few milliseconds.
  private static let periodMicroseconds = 10_000

  func run() {
    let clock = ContinuousClock()
    while true {
      let end = clock.now.advanced(by: .microseconds(Self.periodMicroseconds * percent / 100))
      while clock.now < end {}
      usleep(useconds_t(Self.periodMicroseconds * (100 - percent) / 100))
    }
  }
}

/// `tenfold selftest report`: the page of all trials.
struct TrialReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Tells how often the gate was right, from all trials.")

  @Argument(help: "Files of trials.")
  var files: [String]

  @OptionGroup var output: OutputOptions

  func run() throws {
    let destination = try output.destination()
    var trials: [GateTrial] = []
    for path in files {
      let text = String(decoding: try InputFile.read(path, as: "file of trials"), as: UTF8.self)
      for (number, line) in text.split(separator: "\n").enumerated() {
        do throws(RecordError) {
          trials.append(try GateTrial(decoding: String(line)))
        } catch {
          throw Failure(
            .badInput, "line \(number + 1) of \(path) is no trial: \(error); remove it")
        }
      }
    }
    let report = OperatingCharacteristic(of: trials)
    try destination.write(output.render(report.page, document: report.document))
  }
}
