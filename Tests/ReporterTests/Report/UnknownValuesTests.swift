import LayerSpec
import ModelSpec
import Testing

@testable import Reporter

/// What a record of a later version holds.
@Suite("Values that this version does not know")
struct UnknownValuesTests {
  @Test("are shown by name, and decide nothing")
  func unknownValues() throws {
    var record = Sample.suite
    let known = Report(records: [try NamedRecord(name: "r", record: record)])
    #expect(known.sections[0].verdicts.contains { $0.measured != nil })
    #expect(!TextPage.render(known.page).contains("does not know"))
    record.status = Record.Status(rawValue: "paused")
    for index in record.cells.indices {
      record.cells[index].precision = WeightFormat(named: "q9_9")
      record.cells[index].explanation = Explanation(
        factors: [
          .init(
            .init(rawValue: "moonlight"), baseline: record.cells[index].realisedShare, candidate: 1)
        ], rest: 1)
      record.cells[index].sides.candidate.phases = PhaseSeconds(
        productSeconds: 1, productBusySeconds: 1, productWaitingSeconds: 0,
        others: [Phase(rawValue: "all-to-all"): 0.1])
    }
    let later = Report(records: [try NamedRecord(name: "r", record: record)])
    let text = TextPage.render(later.page)
    let flat = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(
      flat.contains(
        "the status paused, the precision q9_9, the phase all-to-all, the cause moonlight."))
    #expect(later.document.records[0].warnings == record.warnings)
    #expect(later.document.records[0].warnings?.count == 1)
    #expect(known.document.records[0].warnings == nil)
    #expect(text.contains("q9_9") && text.contains("[1.28, 1.32]"))
    #expect(later.sections[0].verdicts.allSatisfy { $0.measured == nil })
  }

  @Test(
    "leave out the cell that has them",
    arguments: [
      NamedRecordTests.Damage("the workload block-teleport") {
        $0.workload.kind = WorkloadKind(rawValue: "block-teleport")
      },
      .init("the precision q9_9") { $0.precision = WeightFormat(named: "q9_9") },
      .init("the routing psychic") { $0.routing?.kind = "psychic" },
      .init("the cell status failed") { $0.status = Cell.Status(rawValue: "failed") },
    ])
  func unknownCells(_ change: NamedRecordTests.Damage) throws {
    var record = Sample.suite
    for index in record.cells.indices { change.damage(&record.cells[index]) }
    record = try Record(decoding: record.encoded())
    let report = Report(records: [try NamedRecord(name: "r", record: record)])
    #expect(record.unknownValues == [change.field])
    #expect(report.sections[0].verdicts.allSatisfy { $0.measured == nil })
    #expect(report.document.records[0].cellsLeftOut == record.cells.count)
    for cell in record.cells.indices { record.cells[cell].status = .measured }
    #expect(record.unknownValues.contains("the cell status failed") == false)
  }
}
