import Foundation
import ModelSpec
import Testing

@testable import Reporter

/// Cells that one record lacks, or that cannot be compared: what is not seen does not pass.
@Suite("What two records leave open")
struct ComparisonGapsTests {
  private let run = ComparedRecords.run

  @Test("a slowdown that is measured in another form leaves no evidence, and does not pass")
  func anotherForm() throws {
    var base = run
    var head = ComparedRecords.scaled(run, baseline: 2, cells: 0..<2)
    base.cells[0].sides.baseline.scaled = "1/64"
    head.cells[0].sides.baseline.scaled = "1/32"
    base.cells[1].sides.candidate.residentExperts = "4 of 8"
    head.cells[1].sides.candidate.residentExperts = nil
    let comparison = try ComparedRecords.compare(base, head)
    #expect(comparison.verdict == .inconclusive)
    #expect(comparison.uncompared.map(\.id) == run.cells[0...1].map(\.id))
    #expect(comparison.uncompared.allSatisfy { $0.cause == .otherWork })
    #expect(comparison.uncompared[0].reason.contains("1/64 of its width in BASE"))
    #expect(comparison.uncompared[1].reason.contains("all of its width in HEAD"))
    #expect(comparison.summary.contains("2 of 24 cells are not compared"))
    #expect(comparison.summary.contains(run.cells[0].id))
  }

  @Test(
    "a cell that counts other FLOPs, or reached other experts, is other work under the same name")
  func otherWork() throws {
    var head = run
    head.cells[0].sides.candidate.flops += 2
    head.cells[1].routing!.distinctExperts += 0.25
    head.cells[2].routing!.maxOverMean += 0.25
    let comparison = try ComparedRecords.compare(run, head)
    #expect(comparison.verdict == .inconclusive)
    #expect(comparison.uncompared.map(\.id) == run.cells[0...2].map(\.id))
    #expect(comparison.uncompared[0].reason.contains("\(run.cells[0].sides.candidate.flops) FLOPs"))
    #expect(comparison.uncompared[1].reason.contains("2.25 distinct experts in HEAD"))
  }

  @Test("a cell that failed is not compared, in whichever record, and nothing passes beside it")
  func failedCell() throws {
    var failed = run
    failed.cells[2].status = Cell.Status(rawValue: "failed")
    for comparison in [
      try ComparedRecords.compare(failed, run), try ComparedRecords.compare(run, failed),
    ] {
      #expect(comparison.verdict == .inconclusive)
      #expect(comparison.uncompared.map(\.id) == [run.cells[2].id])
      #expect(comparison.uncompared[0].reason.contains("the cell status failed"))
    }
    failed.cells[2].status = .measured
    #expect(try ComparedRecords.compare(run, failed).uncompared.isEmpty)
  }

  @Test("a cell without times is named with its reason, and nothing passes beside it")
  func cellsWithoutTimes() throws {
    func without(_ indices: Range<Int>) -> Record {
      var record = run
      record.unmeasured = indices.map { index in
        let cell = run.cells[index]
        return UnmeasuredCell(
          candidate: cell.candidate, baseline: cell.baseline, conditions: cell.conditions,
          status: .failed, reason: "its output is wrong")
      }
      record.cells.removeSubrange(indices)
      return record
    }
    for (comparison, name) in [
      (try ComparedRecords.compare(without(2..<3), run), "BASE"),
      (try ComparedRecords.compare(run, without(2..<3)), "HEAD"),
    ] {
      #expect(comparison.verdict == .inconclusive)
      #expect(comparison.uncompared.map(\.id) == [run.cells[2].id])
      #expect(comparison.uncompared[0].reason == "in \(name) failed, its output is wrong")
      #expect(comparison.document.leftOut.map(\.id) == [run.cells[2].id])
    }
    let all = try ComparedRecords.compare(run, without(0..<run.cells.count))
    #expect(all.verdict == .inconclusive && all.uncompared.count == run.cells.count)
    #expect(all.summary.contains("not measured"))
    let warned = try NamedRecord(name: "r", record: without(1..<3))
    #expect(warned.record.warnings.contains { $0.contains("2 cells have no times: ") })
    #expect(Report(records: [warned]).document.records[0].cellsLeftOut == 2)
  }

  @Test("a later version that counts more bytes for the same work does not excuse a slowdown")
  func otherCountOfBytes() throws {
    var head = ComparedRecords.scaled(run, candidate: 1.3)
    for cell in head.cells.indices { head.cells[cell].sides.candidate.bytes *= 2 }
    #expect(try ComparedRecords.compare(run, head).verdict == .regression)
    var same = run
    for cell in same.cells.indices { same.cells[cell].sides.candidate.bytes *= 2 }
    #expect(try ComparedRecords.compare(run, same).verdict == .pass)
  }

  @Test("a slowdown that is seen stays a regression beside cells that cannot be compared")
  func regressionBesideGaps() throws {
    var head = ComparedRecords.scaled(run, candidate: 1.3)
    head.cells[0].sides.candidate.scaled = "1/2"
    head.cells.removeLast()
    head.status = .interrupted
    let comparison = try ComparedRecords.compare(run, head)
    #expect(comparison.verdict == .regression)
    #expect(comparison.summary.contains("2 of 24 cells are not compared"))
    #expect(comparison.summary.contains("HEAD is interrupted"))
  }

  @Test("an improvement of what is left is no answer where cells cannot be compared")
  func improvementBesideGaps() throws {
    var head = ComparedRecords.scaled(run, candidate: 0.8)
    head.cells[23].rounds = Sample.unusableRounds
    head = Sample.restated(head)
    let comparison = try ComparedRecords.compare(run, head)
    #expect(comparison.verdict == .inconclusive)
    #expect(comparison.summary.contains("what is compared is faster"))
  }

  @Test("no cell that one record lacks lets the other pass, whichever it is")
  func lackingCells() throws {
    var fewer = run
    fewer.cells = Array(run.cells.prefix(12))
    let lacking = try ComparedRecords.compare(run, fewer)
    #expect(lacking.verdict == .inconclusive)
    #expect(lacking.uncompared.map(\.id) == run.cells[12...].map(\.id))
    #expect(lacking.uncompared.allSatisfy { $0.cause == .onlyInBase })
    #expect(lacking.summary.contains("12 of 24 cells are not compared"))
    #expect(lacking.summary.contains(run.cells[12].id))
    #expect(lacking.summary.contains("and 9 more"))
    let added = try ComparedRecords.compare(fewer, run)
    #expect(added.verdict == .inconclusive)
    #expect(added.uncompared.allSatisfy { $0.cause == .onlyInHead })
  }

  @Test("a record that is not complete never passes, though it holds every cell of the other")
  func incompleteRecords() throws {
    var stopped = run
    stopped.status = .interrupted
    let head = try ComparedRecords.compare(run, stopped)
    #expect(head.verdict == .inconclusive)
    #expect(head.summary.contains("HEAD is interrupted"))
    #expect(try ComparedRecords.compare(stopped, run).summary.contains("BASE is interrupted"))
    #expect(try ComparedRecords.compare(stopped, run).verdict == .inconclusive)
    #expect(try ComparedRecords.compare(stopped, stopped).verdict == .inconclusive)
    #expect(
      try ComparedRecords.compare(run, ComparedRecords.scaled(stopped, candidate: 1.3)).verdict
        == .regression)
  }

  @Test("records of the same cells, none of which can be compared, tell nothing and name them")
  func nothingComparable() throws {
    var head = run
    for cell in head.cells.indices { head.cells[cell].sides.candidate.scaled = "1/2" }
    let comparison = try ComparedRecords.compare(run, head)
    #expect(comparison.verdict == .inconclusive)
    #expect(comparison.cells.isEmpty)
    #expect(comparison.uncompared.count == 24)
    #expect(comparison.summary.contains("24 of 24 cells are not compared"))
    #expect(TextPage.render(comparison.page).contains(run.cells[23].id))
    var bare = run
    for cell in bare.cells.indices { bare.cells[cell].rounds = Sample.unusableRounds }
    bare = Sample.restated(bare)
    #expect(try ComparedRecords.compare(bare, bare).verdict == .inconclusive)
  }
}
