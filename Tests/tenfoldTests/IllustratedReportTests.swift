import Foundation
import Testing

/// The forms of a report beyond text, from the outside.
@Suite struct IllustratedReportTests {
  private let record = repository.appending(path: "Tests/tenfoldTests/Data/record.json").path

  @Test(arguments: [
    ("page.html", "<!doctype html>"), ("cells.csv", "record,created,status,"),
  ])
  func theEndingOfTheNameDecidesTheForm(_ name: String, _ beginning: String) throws {
    try withTemporaryDirectory { directory in
      let file = directory.appending(path: name).path
      let outcome = try Executable.release().run(["report", record, "--output", file])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try String(contentsOfFile: file, encoding: .utf8).hasPrefix(beginning))
    }
  }

  @Test(arguments: [["claims"], ["models"], ["models", "mixtral-8x7b"]])
  func everyCommandHasAPage(_ command: [String]) throws {
    let outcome = try Executable.release().run(command + ["--format", "html"])
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("<!doctype html>"))
  }

  @Test(arguments: [["claims"], ["models"], ["models", "mixtral-8x7b"], ["roofline"], ["gemm"]])
  func rowsOfCellsAreForCommandsThatHaveSome(_ command: [String]) throws {
    let outcome = try Executable.release().run(command + ["--format", "csv"])
    #expect(outcome.output.isEmpty)
    #expect(outcome.status == 64)
  }

  @Test func aFormThatACommandLacksIsRefusedWithThoseItHas() throws {
    for (arguments, sentence) in [
      (["models", "--format", "junit"], "text, markdown, json or html"),
      (["models", "--output", "models.xml"], "text, markdown, json or html"),
      (["models", "--format", "otava"], "text, markdown, json or html"),
      (
        ["report", record, "--format", "junit"],
        "text, markdown, json, html, csv, google-benchmark, bmf, github-action-benchmark, openmetrics, otava or "
          + "otava-config"
      ),
    ] {
      let outcome = try Executable.release().run(arguments)
      #expect(outcome.status == 64, "\(arguments)")
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.contains("use --format \(sentence)"), "\(outcome.errors)")
    }
  }

  @Test func aReportHasARowForEachCellOfAllRecords() throws {
    let outcome = try Executable.release().run(["report", record, record, "--format", "csv"])
    #expect(outcome.status == 0)
    let lines = outcome.output.components(separatedBy: "\r\n")
    #expect(lines.count == 1 + 2 * 2 + 1)
    #expect(lines.last?.isEmpty == true)
    #expect(lines[1].hasPrefix(record + ","))
  }

  @Test func everyChartIsAFileOfItsOwn() throws {
    try withTemporaryDirectory { directory in
      let charts = directory.appending(path: "new/charts")
      let outcome = try Executable.release().run(["report", record, "--charts", charts.path])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("Tenfold report"), "the report is printed all the same")
      let files = try FileManager.default.contentsOfDirectory(atPath: charts.path)
      #expect(!files.isEmpty)
      for file in files {
        #expect(outcome.errors.contains("Chart: \(charts.path)/\(file)\n"))
        let text = try String(contentsOf: charts.appending(path: file), encoding: .utf8)
        #expect(text.hasPrefix("<?xml") && text.contains("<svg"))
      }
    }
  }

  @Test func aDirectoryThatCannotBeMadeIs73AndNothingIsPrinted() throws {
    try withTemporaryDirectory { directory in
      let inTheWay = directory.appending(path: "file")
      try Data().write(to: inTheWay)
      for path in [inTheWay.path, inTheWay.appending(path: "charts").path, "/proc/charts"] {
        let outcome = try Executable.release().run(["report", record, "--charts", path])
        #expect(outcome.status == 73, "\(path): \(outcome.errors)")
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.contains(path))
      }
    }
  }
}
