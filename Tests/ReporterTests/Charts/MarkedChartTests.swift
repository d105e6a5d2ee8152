import ModelSpec
import Testing

@testable import Reporter

/// What was scaled up or kept in part is marked wherever its number is drawn, and nothing else is.
@Suite("Marks in pictures and tables")
struct MarkedChartTests {
  /// Three points of one curve: measured whole, scaled up, and with a part of the experts in memory.
  private func record(isMarked: Bool) -> Record {
    var record = SampleCurve.record([7.6, 2.4, 1.2], rooflines: [8, 2.5, 1.6])
    for index in record.cells.indices {
      record.cells[index].explanation = Explanation(
        factors: [.init(.router, baseline: 1, candidate: 1)],
        rest: record.cells[index].realisedShare)
    }
    guard isMarked else { return record }
    record.cells[1].sides.baseline.scaled = "1/4"
    record.cells[1].sides.candidate.scaled = "1/4"
    record.cells[2].sides.candidate.residentExperts = "4 of 64"
    return record
  }

  private func section(isMarked: Bool) throws -> Report.Section {
    let named = try NamedRecord(name: "r", record: record(isMarked: isMarked))
    return try #require(Report(records: [named]).sections.first)
  }

  @Test("are drawn hollow or fainter, said in the summary and in the table")
  func pictures() throws {
    let marked = ChartCollection(try section(isMarked: true))
    let whole = ChartCollection(try section(isMarked: false))
    for charts in [marked.valleys, [try #require(marked.roofline)]] {
      for chart in charts {
        #expect(chart.summary.contains("measured in part"), "\(chart.summary)")
        #expect(chart.svg.contains(" s</title>") && chart.svg.contains(" p</title>"))
      }
    }
    #expect(
      marked.waterfalls.map { $0.summary.contains("in part") } == [false, true, true])
    #expect(whole.all.allSatisfy { !$0.summary.contains("in part") })
    #expect(whole.all.allSatisfy { !$0.svg.contains(" s</title>") })
    let texts = try #require(marked.valleys.first).table.rows.map { $0.entries.map(\.text) }
    #expect(texts.map { row in row.contains { $0.hasSuffix(" s") } } == [false, true, false])
    #expect(texts.map { row in row.contains { $0.hasSuffix(" p") } } == [false, false, true])
  }

  @Test("are in the picture of claims and the JSON of a verdict")
  func verdicts() throws {
    var cell = Sample.cell(
      "mixtral-8x7b", "llama2-70b", tokens: 1, flopRatio: 5.33, Sample.estimate(4.85, 4.9, 4.95),
      scaled: "1/16", resident: "6 of 8")
    cell.sides.candidate.scaled = "1/16"
    let named = try NamedRecord(name: "r", record: Sample.record([cell]))
    let section = try #require(Report(records: [named]).sections.first)
    let chart = try #require(ChartCollection(section).claims)
    #expect(chart.summary.contains("Hollow: measured in part"))
    #expect(chart.svg.contains("4.90x sp<") && chart.svg.contains("measured in part"))
    let verdict = try #require(section.verdicts.first { $0.measured != nil })
    #expect(verdict.measured?.scaled == "1/16")
    #expect(verdict.measured?.residentExperts == "6 of 8")
    #expect(verdict.reason.contains("scaled up from 1/16 of the width"))
  }

  @Test("are a column of CSV, with what another fraction of the width says")
  func csv() throws {
    var record = record(isMarked: true)
    record.cells[1].fractionCheck = FractionCheck(
      scaled: "1/8", rounds: record.cells[1].rounds)
    let rows = try CSVReading.rows(
      CSVExport.render([NamedRecord(name: "r", record: record)]))
    let columns = try #require(rows.first)
    func column(_ name: String) throws -> [String] {
      let index = try #require(columns.firstIndex(of: name))
      return rows.dropFirst().map { $0[index] }
    }
    #expect(try column("marks") == ["", "s", "p"])
    #expect(try column("other_fraction") == ["", "1/8", ""])
    // The same rounds at two fractions: no difference at all.
    #expect(try column("other_fraction_log_difference") == ["", "0.0", ""])
    let text = TextPage.render(Report(records: [try NamedRecord(name: "r", record: record)]).page)
    #expect(text.contains("at 1/8 of the width the ratio was"))
  }
}
