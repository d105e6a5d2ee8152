import ArgumentParser
import FoundationEssentials
import ModelSpec
import Processes
import Reporter
import Runner

/// `tenfold gate`: two builds side by side, and whether the later one is slower.
struct GateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gate",
    abstract: "Runs two builds side by side and tells whether the later one is slower.",
    discussion: """
      A side is a revision of this repository, which is built, or an executable; or any two shell commands \
      that print a \(SampleLine.currentSchema) line for each pass (Sources/Runner/Gate/README.md). Both take turns in fresh pairs \
      of processes. Exits with 0 when nothing is slower, 2 when something is, 3 when the gate cannot tell, and 5 \
      when there is nothing to compare with.
      """)

  @Option(help: ArgumentHelp("The earlier build: a revision or an executable.", valueName: "side"))
  var base: String?

  @Option(
    help: ArgumentHelp(
      "The later build: a revision or an executable (default: HEAD).", valueName: "side"))
  var head: String?

  @Option(
    help: ArgumentHelp(
      "A shell command that prints samples; given twice, the earlier first.", valueName: "command"))
  var command: [String] = []

  @Option(
    help: ArgumentHelp(
      "The gate file (default: \(GateFile.usualName), where it is there).", valueName: "file"))
  var file: String?

  @Option(help: ArgumentHelp("A gate file whose suite is measured.", valueName: "file"))
  var suite: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The slowdown that must not go unseen (default: 3%).", valueName: "percentage"),
    transform: OptionValue.percentage)
  var detect: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The slowdown that is accepted (default: 1%).", valueName: "percentage"),
    transform: OptionValue.tolerance)
  var tolerance: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Time for all measuring (default: as long as the pairs take).", valueName: "time"),
    transform: OptionValue.seconds)
  var budget: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Pairs of processes for a cell that fewer do not tell of, in steps of 8 (default: 32, at most 40).",
      valueName: "count"), transform: OptionValue.pairs)
  var pairs = GatePolicy.defaultMostPairs

  @Option(
    parsing: .unconditional, help: "Seed of every random choice (default: 1).",
    transform: OptionValue.seed)
  var seed: UInt64?

  @OptionGroup var threading: ThreadOptions

  @Option(
    help: ArgumentHelp(
      "BLAS library to open instead of \(Engines.defaultLibrary).", valueName: "path"))
  var blas: String?

  @Flag(
    name: .customLong("init"),
    help: ArgumentHelp("Write \(GateFile.usualName) to begin with, and measure nothing."))
  var writesFile = false

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if writesFile { return }
    guard command.isEmpty || command.count == 2 else {
      throw ValidationError("--command is given twice, the earlier build's first")
    }
    guard !command.contains(where: { $0.allSatisfy(\.isWhitespace) }) else {
      throw ValidationError("a --command is empty; give what prints samples")
    }
    guard command.isEmpty || base == nil && head == nil else {
      throw ValidationError(
        "a side is a command or a build; give --command twice, or --base and --head")
    }
    guard !command.isEmpty || base != nil else {
      throw ValidationError("there is nothing to compare with; give --base, or --command twice")
    }
  }

  func run() throws {
    if writesFile { return try Self.writeFile(detect: detect, tolerance: tolerance) }
    let settings = try GateSettings(
      file: file,
      overrides: .init(
        detect: detect, tolerance: tolerance, budgetSeconds: budget, seed: seed, suiteFile: suite))
    let destination = try output.destination(offering: DocumentFormat.forChanges)
    let machine = MachineProbe.current
    let threads = try machine.threads(asked: threading.threads ?? settings.threads)
    let lock = try MeasuringLock.take(for: CommandLine.arguments.joined(separator: " "))
    defer { withExtendedLifetime(lock) {} }
    // A watcher shares the memory of this process, so it comes before there is much of it.
    let watcher = ProcessWatcher()
    Interruption.listen()
    let workspace = try GateWorkspace()
    let build = RevisionBuild(watcher: watcher, workspace: workspace, command: settings.build)
    defer {
      build.removeCheckouts()
      workspace.remove()
    }
    let sides =
      command.isEmpty
      ? try GateSides(
        base: base ?? "", head: head ?? "HEAD", settings: settings,
        order: WorkerOrder(
          cells: GateFile.cells(of: settings.suite, threads: threads), seed: settings.seed,
          checks: true),
        arguments: blas.map { ["--blas", $0] } ?? [], build: build)
      : GateSides(commands: command)
    let document = try measure(sides, settings, machine, watcher)
    try destination.write(output.render(document))
    try conclude(document)
  }

  private func measure(
    _ sides: GateSides, _ settings: GateSettings, _ machine: MachineProbe,
    _ watcher: ProcessWatcher?
  ) throws(Failure) -> GateDocument {
    let created = Date.now.ISO8601Format()
    var plan = GatePlan(
      base: sides.base, head: sides.head, copy: sides.copy, displaced: sides.displaced,
      bounds: settings.bounds, seed: settings.seed)
    plan.cellBounds = settings.cellBounds
    plan.budgetSeconds = settings.budgetSeconds
    plan.mostPairs = pairs
    if let identity = sides.identity {
      return GateDocument(
        identical: plan, reason: identity, created: created, tool: ToolVersion.identity,
        machine: machine.identity)
    }
    let gate = GateRun(plan, machine: machine, watcher: watcher)
    var line = StatusLine()
    do {
      defer { line.clear() }
      try gate.measure(
        progress: { line.show(.init($0)) }, isCancelled: { Interruption.status != nil })
    } catch {
      throw refusal(error, sides)
    }
    return gate.document(
      created: created, tool: ToolVersion.identity, machine: machine.identity,
      rerun: rerun(settings))
  }

  /// The command line that gives the gate more pairs, and as much time as they take.
  private func rerun(_ settings: GateSettings) -> String {
    var words = CommandLine.arguments.dropFirst().map(ShellWord.quoted)
    for option in ["--pairs", "--budget"] {
      if let place = words.firstIndex(of: option) { words.removeSubrange(place...place + 1) }
    }
    if let budget = settings.budgetSeconds {
      words += ["--budget", "\(Int((budget * 2).rounded(.up)))s"]
    }
    return (["tenfold"] + words + ["--pairs", "\(GatePolicy.largestMostPairs)"])
      .joined(separator: " ")
  }

  private func refusal(_ error: GateError, _ sides: GateSides) -> Failure {
    switch error {
    case .noWorker(let isHead, let reason):
      let origin = (isHead ? sides.head : sides.base).origin
      let name = origin.name + (origin.commit.map { " (commit \($0))" } ?? "")
      return Failure(
        .notComparable,
        "the \(isHead ? "head" : "base") \(name) cannot be measured: \(reason); "
          + (command.isEmpty
            ? "name a build that has tenfold gate"
            : "print \(SampleLine.currentSchema) lines, one a pass"))
    case .nothingInCommon(let reasons):
      return Failure(
        .notComparable,
        "no cell can be measured on both sides: \(reasons.first ?? "there is none"); name others")
    case .cancelled:
      return Failure(
        Interruption.status ?? .interrupted, "interrupted before anything was measured")
    }
  }

  private func conclude(_ document: GateDocument) throws(Failure) {
    if document.status != .complete {
      throw Failure(
        Interruption.status ?? .interrupted,
        "interrupted; the document holds the pairs that were finished, and decides nothing")
    }
    switch document.verdict {
    case .pass, .improvement: return
    case .regression: throw Failure(.regression, "")
    case .inconclusive: throw Failure(.inconclusive, "")
    }
  }

  /// Writes a gate file to begin with, where there is none.
  private static func writeFile(detect: Double?, tolerance: Double?) throws(Failure) {
    guard !FileManager.default.fileExists(atPath: GateFile.usualName) else {
      throw Failure(
        .cannotCreate, "\(GateFile.usualName) is there already; remove it first, or edit it")
    }
    guard tolerance ?? GatePolicy.defaultTolerance < detect ?? GatePolicy.defaultDetect else {
      throw Failure(.usage, "the tolerance must be below what is to be detected")
    }
    func percent(_ fraction: Double) -> String {
      let tenths = Int((fraction * 1000).rounded())
      return tenths % 10 == 0 ? "\(tenths / 10)%" : "\(tenths / 10).\(tenths % 10)%"
    }
    let file = GateFile(
      detect: percent(detect ?? GatePolicy.defaultDetect),
      tolerance: percent(tolerance ?? GatePolicy.defaultTolerance), suite: GateFile.usualSuite)
    do {
      try OutputFile(GateFile.usualName).write([UInt8](try JSONText.render(file).utf8))
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(.mismatch, "internal error: \(error); please report it")
    }
    StandardStream.note("Gate file: \(GateFile.usualName)")
  }
}

extension StatusLine.Step {
  /// The step that a gate is at.
  init(_ progress: GateRun.Progress) {
    self.init(
      cell: 1, cells: progress.cells, fraction: progress.fraction, secondsLeft: nil,
      isVisit: true, doing: progress.doing)
  }
}
