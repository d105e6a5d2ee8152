import ArgumentParser
import ModelSpec
import Reporter

/// `tenfold selftest`: gates whose right answer is known, and what they said.
struct SelftestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest",
    abstract: "Tries the gate on this executable against itself, and keeps every trial.",
    discussion: """
      Each trial is a line (\(GateTrial.currentSchema), or \(ComparisonTrial.currentSchema) of compare) that is \
      added to Results/calibration/KIND.jsonl, also where the answer was wrong.
      """,
    subcommands: [
      UnchangedTrialCommand.self, DoseTrialCommand.self, CoverageTrialCommand.self,
      CompareTrialCommand.self, TrialReportCommand.self, NeighbourCommand.self,
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

/// `tenfold selftest compare`: records of one build, each against the one before.
struct CompareTrialCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Holds records of one build against each other: no regression is right.",
    discussion: """
      Each record is held against the one before it as if they were of two builds, and once more with one \
      candidate pass in ten counted twice, where no pass is right. Measure them with run, and run --like.
      """)

  @Argument(help: "Two records or more, in the order in which they were measured.")
  var records: [String]

  @Option(
    help: ArgumentHelp(
      "Add the trials to this file (default: Results/calibration/compare.jsonl).",
      valueName: "file"))
  var output: String?

  func run() throws {
    guard records.count > 1 else {
      throw ValidationError("a trial takes two records; give another")
    }
    let named = try records.map(RecordFile.readTimes)
    var trials: [ComparisonTrial] = []
    for (base, head) in zip(named, named.dropFirst()) {
      do {
        trials += try ComparisonTrial.trials(
          base: base, head: head, tolerance: CompareCommand.usualTolerance)
      } catch {
        throw Failure(
          .notComparable, "the records \(base.name) and \(head.name) are no trial: \(error)")
      }
    }
    let file = try TrialFile(output, kind: "compare")
    for trial in trials { try file.append(trial) }
    file.close()
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
    var comparisons: [ComparisonTrial] = []
    for path in files {
      let text = String(decoding: try InputFile.read(path, as: "file of trials"), as: UTF8.self)
      for (number, line) in text.split(separator: "\n").enumerated() {
        do throws(RecordError) {
          switch try JSONLine.schema(of: String(line)) {
          case ComparisonTrial.currentSchema:
            comparisons.append(try ComparisonTrial(decoding: String(line)))
          default: trials.append(try GateTrial(decoding: String(line)))
          }
        } catch {
          throw Failure(
            .badInput, "line \(number + 1) of \(path) is no trial: \(error); remove it")
        }
      }
    }
    let report = OperatingCharacteristic(of: trials, comparisons: comparisons)
    try destination.write(output.render(report.page, document: report.document))
  }
}
