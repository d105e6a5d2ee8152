import Foundation
import ModelSpec
import Testing

@testable import Reporter

@Suite("Two records held against each other")
struct RecordComparisonTests {
  private let run = ComparedRecords.run

  @Test("a record against itself passes, however few its cells and rounds", arguments: [24, 7, 1])
  func sameRecord(_ count: Int) throws {
    var record = run
    record.cells = Array(record.cells.prefix(count))
    let comparison = try ComparedRecords.compare(record, record)
    #expect(comparison.verdict == .pass)
    #expect(comparison.cells.allSatisfy { $0.verdict == .pass })
    #expect(comparison.summary == "Both records hold the same measurement.")
  }

  @Test(
    "records of one build have nothing to tell apart, and what moved all the same is no build's")
  func oneBuild() throws {
    let same = try ComparedRecords.compare(run, run, areOneBuild: true)
    #expect(same.verdict == .pass)
    #expect(
      same.summary == "Nothing to measure: both records are of commit abc1234. "
        + "Both records hold the same measurement.")
    let again = try ComparedRecords.compare(
      run, ComparedRecords.scaled(run, candidate: 1.01), areOneBuild: true)
    #expect(again.verdict == .pass)
    #expect(again.summary.contains("the machine moved candidate time +1.0"))
    for (factor, direction) in [(1.3, "slower"), (0.7, "faster")] {
      let moved = try ComparedRecords.compare(
        run, ComparedRecords.scaled(run, candidate: factor), areOneBuild: true)
      #expect(moved.verdict == .inconclusive)
      #expect(moved.summary.hasPrefix("Nothing to measure: both records are of commit abc1234."))
      #expect(moved.summary.contains("Yet HEAD is \(direction): candidate time"))
      #expect(moved.document.sameCommit == "abc1234")
      let verdicts = Set(moved.document.cells.map(\.verdict))
      #expect(verdicts.isSubset(of: [.inconclusive, .pass]) && verdicts.contains(.inconclusive))
      #expect(moved.document.whole.candidateSeconds.verdict == .inconclusive)
      #expect(!JUnitReport.render(ChangeReport(moved)).contains("<failure"))
    }
    var fewer = run
    fewer.cells.removeLast()
    let gaps = try ComparedRecords.compare(run, fewer, areOneBuild: true)
    #expect(gaps.verdict == .inconclusive)
    #expect(gaps.summary.contains(run.cells[23].id))
  }

  @Test(
    "only a commit that is known and clean, built alike, is one build",
    arguments: ["unknown", "", "abc1234-modified", "abc1234-dirty"])
  func otherBuilds(_ commit: String) throws {
    var record = run
    record.tool.commit = commit
    let comparison = try ComparedRecords.compare(
      record, ComparedRecords.scaled(record, candidate: 1.3), areOneBuild: true)
    #expect(comparison.commonRevision == nil && comparison.document.sameCommit == nil)
    #expect(comparison.verdict == .regression)
    #expect(comparison.cautions.count == 2)
    for (caution, place) in zip(comparison.cautions, ["BASE", "HEAD"]) {
      #expect(caution.contains(place))
      #expect(caution.contains(commit.hasPrefix("abc") ? "commit them" : "TENFOLD_COMMIT"))
    }
    var release = run
    release.tool.version = "0.2.0"
    #expect(
      try ComparedRecords.compare(
        run, ComparedRecords.scaled(release, candidate: 1.3), areOneBuild: true
      ).verdict == .regression)
  }

  @Test("a hash is as short as git shows it, and any other name stays whole")
  func shortCommits() {
    let hash = "2ff52ea3f654067431c562539f0ed4199fa0fe4e"
    #expect(BuildRevision(hash).short == "2ff52ea")
    #expect(BuildRevision("\(hash)-modified").short == "2ff52ea-modified")
    #expect(BuildRevision("v1.2-3-gabc1234").short == "v1.2-3-gabc1234")
    #expect(BuildRevision("").short == "unknown")
  }

  @Test("exact changes are found exactly")
  func exactChanges() throws {
    let slower = try ComparedRecords.compare(
      run, ComparedRecords.scaled(run, baseline: 1.1, candidate: 1.1))
    #expect(slower.verdict == .regression)
    let change = try #require(slower.whole.candidateSeconds.change)
    #expect(abs(change.median - 0.1) < 1e-9)
    #expect(abs(slower.cells[0].quantities.candidateSeconds.change.median - 0.1) < 1e-9)
    #expect(slower.whole.timeRatio.verdict == .pass)
    #expect(
      slower.summary.hasPrefix("HEAD (def5678) is slower than BASE (abc1234): candidate time +10"))

    let faster = try ComparedRecords.compare(run, ComparedRecords.scaled(run, candidate: 0.8))
    #expect(faster.verdict == .improvement)
    let ratio = try #require(faster.whole.timeRatio.change)
    #expect(abs(ratio.median - 0.25) < 1e-9)

    let within = try ComparedRecords.compare(
      run, ComparedRecords.scaled(run, baseline: 1.02, candidate: 1.02))
    #expect(within.verdict == .pass)
    #expect(
      try ComparedRecords.compare(run, ComparedRecords.scaled(run, candidate: 1.2), tolerance: 0.3)
        .verdict == .pass)
  }

  @Test("a baseline that became faster is no regression, though it takes from the ratio")
  func fasterBaseline() throws {
    let comparison = try ComparedRecords.compare(run, ComparedRecords.scaled(run, baseline: 0.85))
    #expect(comparison.whole.timeRatio.verdict == .regression)
    #expect(comparison.whole.baselineSeconds.verdict == .improvement)
    #expect(comparison.verdict == .improvement)
  }

  @Test("one cell that is much slower is found among those that are not")
  func oneCell() throws {
    let comparison = try ComparedRecords.compare(
      run, ComparedRecords.scaled(run, candidate: 1.3, cells: 3..<4))
    #expect(comparison.verdict == .regression)
    #expect(comparison.cells.filter { $0.verdict == .regression }.map(\.id).count == 1)
    #expect(comparison.cells[0].id == run.cells[3].id)
    #expect(comparison.summary.contains("1 cell of 24"))
  }

  @Test("slow times with equally slow ceilings are the machine's")
  func slowMachine() throws {
    var head = ComparedRecords.scaled(run, baseline: 1.3, candidate: 1.3)
    for cell in head.cells.indices {
      head.cells[cell].ceilingBeside?.peakFlopsPerSecond /= 1.3
      head.cells[cell].ceilingBeside?.readBytesPerSecond /= 1.3
    }
    let comparison = try ComparedRecords.compare(run, head)
    #expect(comparison.verdict == .inconclusive)
    #expect(comparison.whole.candidateSeconds.steadyCells == 0)
    #expect(
      comparison.summary.contains(
        "beside all but 0 (candidate time) and 0 (baseline time) of 24 cells"))
    #expect(comparison.summary.contains("--budget 4m"))
    #expect(comparison.cells.allSatisfy { $0.unsteadyBandwidths != nil })
  }

  /// A run's best ceilings are above those beside a cell: held against each other they would be another
  /// machine.
  @Test(
    "ceilings of one kind are held against each other, whichever record has more of them",
    arguments: [0.9, 1.0, 1.03, 1.1, 1.5])
  func ceilingsOfOneKind(factor: Double) throws {
    var full = run
    full.ceilings = [
      Ceiling(
        threads: 2, precision: .f32, peakFlopsPerSecond: 900e9, readBytesPerSecond: 120e9)
    ]
    let slower = ComparedRecords.scaled(full, baseline: factor, candidate: factor)
    func without(_ record: Record, _ damage: (inout Ceiling?) -> Void) -> Record {
      var record = record
      for cell in record.cells.indices { damage(&record.cells[cell].ceilingBeside) }
      return record
    }
    let whole = try ComparedRecords.compare(full, slower)
    let damages: [(inout Ceiling?) -> Void] = [
      { $0 = nil }, { $0?.peakFlopsPerSecond = -1 }, { $0?.readBytesPerSecond = 1e300 },
    ]
    for damage in damages {
      for comparison in [
        try ComparedRecords.compare(without(full, damage), slower),
        try ComparedRecords.compare(full, without(slower, damage)),
      ] {
        #expect(comparison.verdict == whole.verdict)
        let change = try #require(comparison.whole.candidateSeconds.change)
        #expect(abs(change.median - (factor - 1)) < 1e-9)
      }
    }
  }

  @Test("without ceilings a machine may have slowed times by much, but not a ratio")
  func noCeilings() throws {
    var bare = run
    for cell in bare.cells.indices { bare.cells[cell].ceilingBeside = nil }
    #expect(
      try ComparedRecords.compare(
        bare, ComparedRecords.scaled(bare, baseline: 1.15, candidate: 1.15)
      ).verdict == .inconclusive)
    #expect(
      try ComparedRecords.compare(bare, ComparedRecords.scaled(bare, candidate: 1.15)).verdict
        == .regression)
    #expect(
      try ComparedRecords.compare(bare, ComparedRecords.scaled(bare, baseline: 2, candidate: 2))
        .verdict == .regression)
    // The record's own ceilings serve where none was measured beside a cell.
    bare.ceilings = [
      Ceiling(
        threads: 2, precision: .f32, peakFlopsPerSecond: 480e9, readBytesPerSecond: 65e9)
    ]
    #expect(
      try ComparedRecords.compare(
        bare, ComparedRecords.scaled(bare, baseline: 1.15, candidate: 1.15)
      ).verdict == .regression)
  }

  @Test("cells without usable times are left out by name, and NaN never spreads")
  func unusableCells() throws {
    var head = ComparedRecords.scaled(run, candidate: 1.01)
    head.cells[5].ceilingBeside?.readBytesPerSecond = .nan
    head.cells[6].sides.candidate.bytes = -5
    head.cells[0].rounds = Sample.unusableRounds
    head = Sample.restated(head)
    let comparison = try ComparedRecords.compare(run, head)
    #expect(comparison.uncompared.map(\.id) == [run.cells[0].id])
    #expect(comparison.uncompared.allSatisfy { $0.cause == .unusable })
    #expect(comparison.verdict == .inconclusive)
    #expect(comparison.cells.count == 23)
    // Rendering throws for a number that is not finite.
    _ = try JSONText.render(comparison.document)
  }

  /// A program that got no slower, on a machine that claims to have become a universe's worth faster, did
  /// not become slower by that.
  @Test(
    "ceilings that no machine has, or above the run's best, explain nothing",
    arguments: [1e300, 1e13])
  func incredibleCeilings(rate: Double) throws {
    var head = run
    for cell in head.cells.indices {
      head.cells[cell].ceilingBeside?.readBytesPerSecond = rate
      head.cells[cell].ceilingBeside?.peakFlopsPerSecond = rate
    }
    let comparison = try ComparedRecords.compare(run, head)
    #expect(comparison.verdict != .regression)
    for cell in comparison.cells {
      let ends = [
        cell.quantities[.candidateSeconds].change.low,
        cell.quantities[.candidateSeconds].change.high,
      ]
      #expect(ends.allSatisfy { abs($0) < 1 }, "\(cell.id)")
    }
  }

  @Test("what the kernel's patch or an unknown commit leaves open is a caution, not a verdict")
  func cautions() throws {
    #expect(try ComparedRecords.compare(run, run).cautions == [])
    var head = run
    head.machine.kernel = "6.1.0-patched"
    head.tool.commit = "unknown"
    let comparison = try ComparedRecords.compare(run, head)
    #expect(comparison.verdict == .pass)
    #expect(comparison.cautions.count == 2)
    #expect(comparison.cautions[0].contains("'6.1.0' in BASE and '6.1.0-patched' in HEAD"))
    #expect(comparison.cautions[1].contains("commit of HEAD is unknown"))
    head.tool.commit = ""
    #expect(
      try ComparedRecords.compare(head, run).cautions.last?.contains("commit of BASE is unknown")
        == true)
    var stopped = run
    stopped.cautions = ["cells are missing: a pass was wrong"]
    #expect(try ComparedRecords.compare(run, stopped).cautions == [])
    stopped.status = .interrupted
    #expect(
      try ComparedRecords.compare(run, stopped).cautions == [
        "HEAD: cells are missing: a pass was wrong"
      ])
  }

  @Test("huge and tiny times stay numbers")
  func extremeTimes() throws {
    let comparison = try ComparedRecords.compare(
      ComparedRecords.scaled(run, baseline: 1e-100, candidate: 1e100),
      ComparedRecords.scaled(run, baseline: 1e100, candidate: 1e-100))
    _ = try JSONText.render(comparison.document)
    #expect(TextPage.render(comparison.page).contains("regression"))
  }

  @Test("what only one record holds is named; nothing in common is refused")
  func missingCells() throws {
    var head = run
    head.cells.removeLast()
    var base = run
    base.cells.removeFirst()
    let comparison = try ComparedRecords.compare(base, head)
    #expect(comparison.uncompared.map(\.id) == [23, 0].map { run.cells[$0].id })
    #expect(comparison.uncompared.map(\.cause) == [.onlyInBase, .onlyInHead])
    #expect(comparison.cells.count == 22)
    base.cells = [run.cells[0]]
    head.cells = [run.cells[1]]
    #expect(throws: CompareError.nothingInCommon) { try ComparedRecords.compare(base, head) }
    base.cells = []
    #expect(throws: CompareError.nothingInCommon) { try ComparedRecords.compare(base, base) }
  }

  @Test("a cell that was measured twice is compared with its namesake of the same place")
  func repeatedCells() throws {
    var record = run
    record.cells = [run.cells[0], run.cells[0], run.cells[0]]
    let ids = try ComparedRecords.compare(record, record).cells.map(\.id).sorted()
    let id = run.cells[0].id
    #expect(ids == [id, "\(id)#2", "\(id)#3"])
  }

  @Test("few cells are judged one by one")
  func fewCells() throws {
    var few = run
    few.cells = Array(run.cells.suffix(2))
    #expect(
      try ComparedRecords.compare(few, ComparedRecords.scaled(few, candidate: 1.5)).verdict
        == .regression)
    #expect(
      try ComparedRecords.compare(few, ComparedRecords.scaled(few, candidate: 1.06)).verdict
        == .inconclusive)
    #expect(
      try ComparedRecords.compare(few, ComparedRecords.scaled(few, candidate: 1.06)).hasWhole
        == false)
  }
}
