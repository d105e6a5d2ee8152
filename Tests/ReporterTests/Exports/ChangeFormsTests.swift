import Foundation
import FoundationXML
import ModelSpec
import Testing

@testable import Reporter

/// What two builds differ by, in the forms that other programs read.
@Suite("Changes for other programs")
struct ChangeFormsTests {
  private let gate = ChangeReport(Sample.gate)

  private func comparison() throws -> RecordComparison {
    let named = try NamedRecord(name: "suite.json", record: Sample.suite)
    return try RecordComparison(base: named, head: named, tolerance: 0.03)
  }

  @Test("a gate looks as it did in every form")
  func golden() throws {
    let page = GateReport.page(of: Sample.gate)
    for (name, text) in [
      ("gate.json", try JSONText.render(Sample.gate)), ("gate.txt", TextPage.render(page)),
      ("gate.md", MarkdownPage.render(page)), ("gate.html", HTMLPage.render(page)),
      ("junit.xml", JUnitReport.render(gate)), ("summary.md", GitHubSummary.render(gate)),
      ("annotations.txt", GitHubAnnotations.render(gate)), ("changes.csv", ChangeCSV.render(gate)),
      ("openmetrics.txt", OpenMetrics.render(gate)),
      ("google-benchmark.json", try GoogleBenchmarkJSON.render(gate.run)),
      ("bmf.json", try BencherMetricFormat.render(gate.run)),
      ("action-benchmark.json", try ActionBenchmarkJSON.render(gate.run)),
    ] {
      try expectGolden(text, file: "changes/\(name)")
    }
  }

  @Test("a gate's document reads back as it was written, and no other schema is taken for one")
  func decoding() throws {
    let text = try JSONText.render(Sample.gate)
    #expect(try GateDocument(decoding: [UInt8](text.utf8)) == Sample.gate)
    #expect(try DocumentCoding.schema(of: [UInt8](text.utf8)) == "tenfold.gate/1")
    let later = text.replacing("tenfold.gate/1", with: "tenfold.gate/2")
    #expect(
      throws: RecordError("the schema is tenfold.gate/2, and this tenfold reads tenfold.gate/1")
    ) { try GateDocument(decoding: [UInt8](later.utf8)) }
    let lacking = text.replacing("\"head_first\"", with: "\"first\"")
    #expect(throws: RecordError.self) { try GateDocument(decoding: [UInt8](lacking.utf8)) }
  }

  @Test("a cell's seconds are the median of all its rounds, with the interval of their order")
  func seconds() throws {
    let cell = try #require(gate.cells.first { $0.id == "moe/16" })
    // 96 slices: 24 each of 1, 1 1/64, 1 2/64 and 1 3/64 quarters of a second, of which the head takes 7/8. The
    // ends of a 95 % interval of so many are some ten places from the middle (Conover, table A3), and so are of
    // the two values beside it.
    let (second, third) = (0.25 * (1 + 1.0 / 64), 0.25 * (1 + 2.0 / 64))
    #expect(cell.base == Estimate((second + third) / 2, low: second, high: third))
    #expect(
      cell.head
        == Estimate((second + third) / 2 * 0.875, low: second * 0.875, high: third * 0.875))
    #expect(cell.rounds == 96)
    let unmeasured = try #require(gate.cells.first { $0.id == "dense/1" })
    #expect(unmeasured.base == nil && unmeasured.head == nil)
  }

  @Test("a median without rounds has no interval, and what is not finite is no estimate")
  func estimates() {
    #expect(Estimate(ofRounds: [1, 3]) == Estimate(2))
    #expect(Estimate(ofRounds: []) == nil)
    #expect(Estimate(.infinity) == nil && Estimate(.nan) == nil && Estimate(nil) == nil)
    #expect(Estimate(1, low: 0, high: .infinity) == Estimate(1))
    #expect(Estimate(1e300)?.scaled(by: 1e9) == nil)
    #expect(Estimate(2, low: 1, high: 4)?.scaled(by: 10) == Estimate(20, low: 10, high: 40))
    #expect(Estimate(2, low: 1, high: 4)?.interval?.reach(from: 2) == 2)
  }

  @Test("a control that failed is an error, and the gate's verdict is not hidden by it")
  func controls() throws {
    let suite = try #require(
      XMLDocument(data: Data(JUnitReport.render(gate).utf8)).rootElement()?
        .elements(forName: "testsuite").first)
    func count(_ name: String) -> Int {
      suite.elements(forName: "testcase").count { !$0.elements(forName: name).isEmpty }
    }
    #expect(count("error") == 1 && count("failure") == 1 && count("skipped") == 3)
    for (name, attribute) in [
      ("error", "errors"), ("failure", "failures"), ("skipped", "skipped"),
    ] {
      #expect(suite.attribute(forName: attribute)?.stringValue == "\(count(name))")
    }
    #expect(suite.attribute(forName: "tests")?.stringValue == "9")
  }

  /// A report of many regressions, some inconclusive cells and one pass.
  private func many(_ count: Int, reason: String = "slower") -> ChangeReport {
    var document = Sample.gate
    document.controls = []
    document.verdict = .regression
    document.cells = (0..<count).map {
      .init(id: "cell \($0): 100%, and more", verdict: .regression, reason: reason)
    }
    return ChangeReport(document)
  }

  @Test("of annotations there are ten of a kind at most, the whole first and the rest counted")
  func annotations() throws {
    let lines = GitHubAnnotations.render(many(30)).split(separator: "\n")
    #expect(lines.count == 10)
    #expect(lines.first?.hasPrefix("::error title=tenfold gate%3A regression::") == true)
    #expect(lines[1] == "::error title=regression%3A cell 0%3A 100%25%2C and more::slower")
    // The whole and eight cells are shown, of 31.
    #expect(lines.last?.hasPrefix("::error title=and 22 more::") == true)
    #expect(GitHubAnnotations.render(many(9)).split(separator: "\n").count == 10)
    #expect(!GitHubAnnotations.render(many(9)).contains("title=and"))
    let passed = GitHubAnnotations.render(ChangeReport(try comparison()))
    #expect(passed.split(separator: "\n").count == 1)
    #expect(passed.hasPrefix("::notice title=tenfold compare%3A pass::"))
  }

  @Test("a summary stays below a mebibyte by leaving out whole rows, which it counts")
  func summaryLimit() throws {
    let report = many(40, reason: "slower in all pairs")
    let whole = GitHubSummary.render(report)
    #expect(whole.split(separator: "\n").count { $0.hasPrefix("| cell ") } == 41)
    #expect(!whole.contains("less urgent"))
    for limit in [whole.utf8.count, 3000, 2000] {
      let text = GitHubSummary.render(report, atMost: limit)
      let rows = text.split(separator: "\n").count { $0.hasPrefix("| cell ") } - 1
      #expect(text.utf8.count <= limit && rows < 40)
      #expect(text.contains("and \(40 - rows) less urgent cells; --format json holds all"))
    }
    let huge = GitHubSummary.render(many(9000, reason: String(repeating: "slow ", count: 100)))
    #expect(huge.utf8.count < 1 << 20 && huge.utf8.count > 900_000)
  }

  @Test("a comparison has the candidates' seconds of both records and every quantity as the reason")
  func compared() throws {
    let report = ChangeReport(try comparison())
    #expect(report.title == "tenfold compare" && report.cells.count == 4)
    let cell = try #require(report.cells.first { $0.id.hasPrefix("mixtral-8x7b/iso-active/") })
    #expect(cell.base == cell.head)
    #expect(cell.head?.value == 100 / 0.94)
    #expect(cell.head?.interval != nil)
    #expect(
      cell.reason
        == "candidate time 0.0 [0.0, 0.0] %, baseline time 0.0 [0.0, 0.0] %, time ratio 0.0 [0.0, 0.0] %"
    )
    #expect(report.run.series.map(\.cell) == report.cells.map(\.id).sorted())
  }
}
