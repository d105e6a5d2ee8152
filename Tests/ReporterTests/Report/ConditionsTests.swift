import LayerSpec
import ModelSpec
import Testing

@testable import Reporter

/// What is of another kind, or measured under other conditions, is told apart wherever it is shown.
@Suite("Conditions in a report")
struct ConditionsTests {
  private func text(_ record: Record) throws -> String {
    TextPage.render(Report(records: [try NamedRecord(name: "r", record: record)]).page)
  }

  /// A condition that tables have no column of their own for, in the second cell only.
  private var sequences: Record {
    var record = Sample.explained
    record.cells = Array(record.cells.prefix(2))
    record.cells[1].workload.tokens = 1
    record.cells[1].workload.sequences = 4
    for index in record.cells.indices {
      record.cells[index].sides.baseline.rooflineShare = 0.5
      record.cells[index].sides.candidate.rooflineShare = 0.5
    }
    return record
  }

  @Test("are in every table that tells cells apart")
  func tables() throws {
    let record = sequences
    for page in [
      CellTables(record).blocks, ExplanationTables(record).blocks,
      RooflineShares(record, names: CellNames(record.cells)).blocks,
    ] {
      #expect(TextPage.render(Page(page)).contains(/sequences.*\s4\s/.dotMatchesNewlines()))
    }
    let named = try NamedRecord(name: "r", record: record)
    // No pass of the workload has the size, so that its cell is shown and neither judged nor compared.
    let compared = MarkdownPage.render(
      try RecordComparison(base: named, head: named, tolerance: 0.03).page)
    #expect(compared.contains("4-sequences") && compared.contains("the sequences of ffn-forward"))
    #expect(try text(record).contains("the sequences of ffn-forward"))
    // A cell without the condition is told by what it has.
    let names = CellNames(record.cells)
    #expect(
      record.cells.map(names.conditions)
        == ["1 token per pass", "1 token per pass, 4 sequences per pass"])
  }

  @Test("are in the titles and names of pictures")
  func pictures() throws {
    let named = try NamedRecord(name: "r", record: sequences)
    let section = try #require(Report(records: [named]).sections.first)
    let waterfalls = ChartCollection(section).waterfalls
    #expect(waterfalls.map { $0.title.contains("4 sequences per pass") } == [false, true])
    #expect(waterfalls[1].id == "waterfall-mixtral-8x7b-llama2-70b-1-4-uniform-blas-f32-2")
    #expect(waterfalls[1].command?.text.contains("the sequences of ffn-forward") == true)
  }

  @Test("name a workload that is not the usual one beside whom it holds against whom")
  func workload() throws {
    var record = sequences
    for index in record.cells.indices { record.cells[index].workload.kind = .matrixProduct }
    let pairing = "mixtral-8x7b against llama2-70b (matrix-product)"
    let shares = RooflineShares(record, names: CellNames(record.cells)).blocks
    #expect(HTMLPage.render(Page(shares)).contains(pairing))
    let named = try NamedRecord(name: "r", record: record)
    let section = try #require(Report(records: [named]).sections.first)
    #expect(ChartCollection(section).waterfalls.allSatisfy { $0.title.contains(pairing) })
    #expect(Headline(section).sentence.contains(pairing))
    let compared = try RecordComparison(base: named, head: named, tolerance: 0.03).page
    #expect(HTMLPage.render(compared).contains("mixtral-8x7b / llama2-70b (matrix-product)"))
  }

  @Test("speak of experts where there are any, and of parts of weights elsewhere")
  func experts() throws {
    var record = sequences
    record.cells[0].sides.candidate.residentExperts = "4 of 8"
    var other = record
    other.cells[0].sides.candidate.residentExperts = "2 of 8"
    func texts() throws -> [String] {
      let base = try NamedRecord(name: "base", record: record)
      let head = try NamedRecord(name: "head", record: other)
      return [
        try text(record),
        TextPage.render(try RecordComparison(base: base, head: head, tolerance: 0.03).page),
      ].map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    }
    let routed = try texts()
    #expect(routed[0].contains("the candidate keeps 4 of 8 experts in memory"))
    #expect(routed[0].contains("memory traffic of distinct experts"))
    #expect(routed[1].contains("with experts 4 of 8 in BASE"))

    for index in record.cells.indices {
      record.cells[index].routing = nil
      other.cells[index].routing = nil
    }
    let unrouted = try texts()
    #expect(routed[0].contains("experts is how many") && !unrouted[0].contains("experts is"))
    #expect(unrouted[0].contains("the candidate keeps 4 of 8 parts of its weights in memory"))
    #expect(unrouted[0].contains("memory traffic"))
    #expect(!unrouted[0].contains("memory traffic of distinct experts"))
    #expect(unrouted[1].contains("with 4 of 8 parts of its weights in BASE"))
  }
}
