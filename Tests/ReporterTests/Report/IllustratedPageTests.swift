import ModelSpec
import Testing

@testable import Reporter

@Suite("The illustrated report")
struct IllustratedPageTests {
  private func page(_ records: [Record]) throws -> Page {
    try Report(
      records: records.enumerated().map { try NamedRecord(name: "r\($0).json", record: $1) },
      claims: Sample.claims, analytic: Sample.analytic
    ).illustratedPage
  }

  private func headings(_ page: Page, level: Int = 1) -> [String] {
    page.blocks.compactMap { if case .heading(let text, level) = $0 { text } else { nil } }
  }

  @Test("of no record says so")
  func none() throws {
    #expect(try page([]).blocks == [.title("Tenfold report"), .paragraph("There is no record.")])
  }

  @Test("shows everything that spoils a figure before the figures")
  func cautions() throws {
    var record = Sample.illustrated
    record.status = .interrupted
    record.tool.build = "debug"
    let head = try page([record]).blocks.prefix { if case .heading = $0 { false } else { true } }
    let warnings = head.compactMap { if case .warning(let text) = $0 { text } else { nil } }
    #expect(warnings.count == 2 + record.cautions.count)
    #expect(warnings.contains("The governor is powersave."))
  }

  @Test("folds no caution away together with the points of a curve")
  func cautionsOfPoints() throws {
    var record = Sample.illustrated
    record.cells[0].cautions = ["the clock moved"]
    record.cells[1].cautions = ["the clock moved"]
    #expect(try page([record]).blocks.contains(.warning("at 2 of 4 points, the clock moved")))
  }

  @Test("of several records has one part for each")
  func several() throws {
    let both = try page([Sample.illustrated, Sample.suite])
    #expect(both.blocks.first == .title("Tenfold report: 2 records"))
    #expect(headings(both) == ["r0.json", "r1.json", "What this does not show"])
    #expect(headings(both, level: 2).count { $0 == "How to reproduce it" } == 2)
  }

  @Test("tells the machine, the program and the commands")
  func origin() throws {
    let text = try TextPage.render(page([Sample.illustrated]))
    for part in ["6.1.0", "abc1234", "tenfold report r0.json --format html", "tenfold run"] {
      #expect(text.contains(part), "\(part)")
    }
  }
}
