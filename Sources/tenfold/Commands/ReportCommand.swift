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
      a row for each claim instead.
      """)

  @Argument(help: "Files that tenfold run wrote; none are needed with --all-claims.")
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
    for path in record {
      records.append(try RecordFile.read(path))
    }
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
}
