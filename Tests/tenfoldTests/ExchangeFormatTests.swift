import Foundation
import Testing

/// Forms for other programs, from the outside: of records, of comparisons, and of what a gate wrote.
@Suite struct ExchangeFormatTests {
  private let record = repository.appending(path: "Tests/tenfoldTests/Data/record.json").path
  private let suite = repository.appending(path: "Results/examples/default-suite.json").path
  private let again = repository.appending(path: "Results/examples/default-suite-again.json").path
  private let gate = repository.appending(path: "Tests/ReporterTests/Golden/changes/gate.json").path

  /// How the document of each form begins.
  private static let beginnings = [
    ("text", "Tenfold "), ("markdown", "# Tenfold "), ("json", "{"), ("html", "<!doctype html>"),
    ("csv", "created,fingerprint,base,"), ("junit", "<?xml"), ("github-summary", "## tenfold "),
    ("github-annotations", "::"), ("google-benchmark", "{\n  \"benchmarks\""), ("bmf", "{"),
    ("github-action-benchmark", "["), ("openmetrics", "# TYPE tenfold_run info\n"),
    ("otava", "time,commit,fingerprint,"), ("otava-config", "tests:\n  tenfold-"),
  ]

  @Test(arguments: beginnings)
  func aComparisonHasEveryForm(_ format: String, _ beginning: String) throws {
    let outcome = try Executable.release().run(["compare", suite, again, "--format", format])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.hasPrefix(beginning))
    #expect(outcome.errors.isEmpty)
  }

  @Test(arguments: beginnings)
  func whatAGateWroteIsPrintedAgainInEveryForm(_ format: String, _ beginning: String) throws {
    let outcome = try Executable.release().run(["report", gate, "--format", format])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.hasPrefix(beginning))
    #expect(outcome.errors.isEmpty)
    if format == "json" {
      #expect(try outcome.output == String(contentsOfFile: gate, encoding: .utf8))
    }
  }

  @Test(arguments: beginnings.suffix(6))
  func theTimesOfARecordHaveEveryFormForTimes(_ format: String, _ beginning: String) throws {
    let outcome = try Executable.release().run(["report", record, "--format", format])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.hasPrefix(beginning))
  }

  @Test func aHistoryIsOfAllRecordsOfAMachine() throws {
    let outcome = try Executable.release().run(["report", again, suite, "--format", "otava"])
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let lines = outcome.output.components(separatedBy: "\r\n")
    #expect(lines.count == 4)
    #expect(lines[1].hasPrefix("2026-11-28T21:36:06Z,"))
    #expect(lines[2].hasPrefix("2026-11-28T21:38:07Z,"))
    let gates = try Executable.release().run(["report", gate, gate, "--format", "otava"])
    #expect(gates.output.components(separatedBy: "\r\n").count == 4)
    let others = try Executable.release().run(["report", suite, record, "--format", "otava"])
    #expect(others.status == 5 && others.output.isEmpty)
    #expect(others.errors.contains("make a history of each machine by itself"))
  }

  @Test func aConfigurationNamesTheTableBesideIt() throws {
    try withTemporaryDirectory { directory in
      for (name, table) in [("history.yaml", "history.csv"), ("history", "history.csv")] {
        let file = directory.appending(path: name).path
        let outcome = try Executable.release().run(
          ["report", suite, "--format", "otava-config", "--output", file])
        #expect(outcome.status == 0)
        #expect(
          try String(contentsOfFile: file, encoding: .utf8)
            .contains("file: \"\(directory.appending(path: table).path)\"\n"))
      }
    }
  }

  @Test func whatCannotBeInOneDocumentIsRefused() throws {
    for (arguments, sentence) in [
      ([suite, again, "--format", "bmf"], "bmf is a form for the times of one run"),
      ([gate, gate], "a gate's document is printed by itself"),
      ([gate, suite], "\(gate) is a gate's document, which holds no claims"),
      ([gate, "--all-claims"], "\(gate) is a gate's document, which holds no claims"),
      ([gate, "--charts", "charts"], "\(gate) is a gate's document, which holds no claims"),
      ([suite, "--format", "github-summary"], "github-summary is a form for comparisons"),
      (["--all-claims", "--format", "otava-config"], "there is no run to tell the times of"),
    ] {
      let outcome = try Executable.release().run(["report"] + arguments)
      #expect(outcome.status == 64, "\(arguments): \(outcome.errors)")
      #expect(outcome.output.isEmpty && outcome.errors.contains(sentence), "\(outcome.errors)")
    }
  }

  @Test func aGateOfALaterVersionIsRefused() throws {
    try withTemporaryDirectory { directory in
      let file = directory.appending(path: "gate.json")
      let text = try String(contentsOfFile: gate, encoding: .utf8)
      try Data(text.replacing("tenfold.gate/1", with: "tenfold.gate/2").utf8).write(to: file)
      let outcome = try Executable.release().run(["report", file.path])
      #expect(outcome.status == 65)
      #expect(outcome.errors.contains("the schema is tenfold.gate/2, and this tenfold reads"))
    }
  }
}
