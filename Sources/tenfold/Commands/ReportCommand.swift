import ArgumentParser
import ModelSpec
import Reporter

/// `tenfold report`: verdicts from records, without measuring.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Holds published claims against records; never measures.")

  @Argument(help: "Files that tenfold run wrote.")
  var record: [String]

  @OptionGroup var output: OutputOptions

  func run() throws {
    var records: [NamedRecord] = []
    for path in record {
      records.append(NamedRecord(name: path, record: try RecordFile.read(path)))
    }
    try output.destination().write(output.render(Report(records: records, analytic: .catalogue)))
  }
}
