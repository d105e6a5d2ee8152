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
      records.append(NamedRecord(name: path, record: try Self.read(path)))
    }
    try output.destination().write(output.render(Report(records: records, analytic: .catalogue)))
  }

  private static func read(_ path: String) throws(Failure) -> Record {
    let bytes = try InputFile.read(path, as: "record")
    do {
      return try Record(decoding: bytes)
    } catch {
      throw Failure(
        .badInput, "the record \(path) is refused: \(error); give a file that tenfold run wrote")
    }
  }
}
