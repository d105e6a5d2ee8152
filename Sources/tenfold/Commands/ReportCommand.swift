import ArgumentParser
import ModelSpec
import Reporter

/// `tenfold report`: verdicts from records, without measuring.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Holds published claims against records; never measures.",
    discussion: """
      --format html is the illustrated report, one file without scripts. --format csv has a row for \
      each cell of all records and no verdicts; those are in --format json. With --all-claims it has \
      a row for each claim instead. --format otava makes a history of all records of a machine. A document \
      of tenfold gate is printed again, in any of the gate's formats.
      """)

  @Argument(
    help: "Files that tenfold run or tenfold gate wrote; none are needed with --all-claims.")
  var record: [String] = []

  @Flag(
    help: """
      Judge the whole ledger, grouped by verdict and basis: claims that no record speaks of by counting \
      alone.
      """)
  var allClaims = false

  @Option(
    help: ArgumentHelp(
      "Also write every chart as an SVG file of its own into this directory.",
      valueName: "directory"))
  var charts: String?

  @OptionGroup var detail: DetailOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard !record.isEmpty || allClaims else {
      throw ValidationError("name a record that tenfold run wrote, or give --all-claims")
    }
  }

  func run() throws {
    var records: [NamedRecord] = []
    var gates: [(name: String, document: GateDocument)] = []
    for path in record {
      switch try ReportedFile.read(path) {
      case .record(let named): records.append(named)
      case .gate(let name, let document): gates.append((name, document))
      }
    }
    guard gates.isEmpty else { return try printAgain(gates, besides: records) }
    let report = Report(records: records, analytic: .catalogue, judgesAll: allClaims)
    let destination = try output.destination(offering: DocumentFormat.forCells)
    let directory = try charts.map { path throws(Failure) in try ChartDirectory(path) }
    try directory?.write(report.chartFiles)
    // CSV and the first screen have no place for all of them.
    for named in records {
      for warning in named.record.warnings {
        StandardStream.note("tenfold: \(named.name): \(warning)")
      }
    }
    try destination.write(output.render(report, details: detail.details))
  }

  /// Prints what a gate wrote in another form, or the history of several.
  private func printAgain(
    _ gates: [(name: String, document: GateDocument)], besides records: [NamedRecord]
  ) throws {
    guard records.isEmpty, !allClaims, charts == nil else {
      throw Failure(
        .usage,
        "\(gates[0].name) is a gate's document, which holds no claims and no pictures; name it without "
          + "records, --all-claims and --charts")
    }
    let destination = try output.destination(offering: DocumentFormat.forChanges)
    if gates.count == 1 { return try destination.write(output.render(gates[0].document)) }
    guard [.otava, .otavaConfiguration].contains(output.resolvedFormat) else {
      throw Failure(
        .usage,
        "a gate's document is printed by itself; name one, or use --format otava for a history of "
          + "\(gates.count)")
    }
    try destination.write(
      output.render(
        gates.map { name, document in
          .init(
            name: name, run: ChangeReport(document).run,
            isComplete: document.status == .complete)
        }))
  }
}
