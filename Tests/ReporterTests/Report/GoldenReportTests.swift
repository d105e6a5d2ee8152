import ModelSpec
import Testing

@testable import Reporter

@Suite("The report of a small record")
struct GoldenReportTests {
  private let report: Report

  init() throws {
    report = try Report(
      records: [NamedRecord(name: "Results/small.json", record: Sample.illustrated)],
      claims: Sample.claims, analytic: Sample.analytic)
  }

  @Test("is the one that was looked at, in every form")
  func forms() throws {
    try expectGolden(TextPage.render(report.brief()), file: "brief.txt")
    try expectGolden(MarkdownPage.render(report.brief()), file: "brief.md")
    try expectGolden(TextPage.render(report.page), file: "report.txt")
    try expectGolden(MarkdownPage.render(report.page), file: "report.md")
    try expectGolden(HTMLPage.render(report.illustratedPage), file: "report.html")
    try expectGolden(CSVExport.render(report.sections.map(\.named)), file: "report.csv")
    try expectGolden(JSONText.render(report.document), file: "report.json")
  }
}
