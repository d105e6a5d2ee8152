import Foundation
import LayerSpec
import ModelSpec
import Statistics
import Testing

@testable import Reporter

/// What a judge of records must not be fooled by: a real record, and copies of it in which one thing was
/// changed.
///
/// The copies are of the same commit, as of one run that somebody edited, and of another, as of a build
/// that has the fault.
@Suite("A real record against what was made of it")
struct ForgedRecordTests {
  private static let commits: [String?] = [nil, "def5678"]
  private static let seeds: [UInt64] = [3, 4, 5, 6, 7, 8]

  /// The record as if it had been measured once more: every round is jittered by a percent of each side and
  /// of both.
  private func again(_ record: Record, seed: UInt64) -> Record {
    var generator = SeededGenerator(seed: seed, purpose: "again")
    func jitter() -> Double { exp(0.01 * Double(generator.normals(count: 1)[0])) }
    var record = record
    for cell in record.cells.indices {
      for round in record.cells[cell].rounds.indices {
        let common = jitter()
        record.cells[cell].rounds[round].baselineSeconds *= common * jitter()
        record.cells[cell].rounds[round].candidateSeconds *= common * jitter()
      }
    }
    return record
  }

  /// The record with the candidate's times in some cells multiplied, round by round.
  private func slowed(
    _ record: Record, in cells: (Cell) -> Bool = { _ in true }, by factor: (Int) -> Double
  ) -> Record {
    var record = record
    for cell in record.cells.indices where cells(record.cells[cell]) {
      for round in record.cells[cell].rounds.indices {
        record.cells[cell].rounds[round].candidateSeconds *= factor(round)
      }
    }
    return Sample.restated(record)
  }

  /// What a comparison with copies says, for either commit and for every seed.
  private func verdicts(
    _ change: (Record) -> Record
  ) throws -> [(verdict: CompareVerdict, comparison: RecordComparison)] {
    let base = try Sample.example("default-suite")
    return try Self.commits.flatMap { commit in
      try Self.seeds.map { seed in
        var head = change(again(base, seed: seed))
        if let commit { head.tool.commit = commit }
        let comparison = try RecordComparison(
          base: NamedRecord(name: "base.json", timesOf: base),
          head: NamedRecord(name: "head.json", timesOf: head), tolerance: 0.03)
        return (comparison.verdict, comparison)
      }
    }
  }

  @Test("the same once more passes or tells nothing")
  func onceMore() throws {
    for (verdict, comparison) in try verdicts({ $0 }) {
      #expect([.pass, .inconclusive].contains(verdict), "\(comparison.summary)")
    }
  }

  @Test("a record that lacks half of the cells tells nothing, and neither does an interrupted one")
  func halfMissing() throws {
    func half(_ record: Record) -> Record {
      var record = record
      record.cells = record.cells.sorted { ($0.tokens, $0.id) < ($1.tokens, $1.id) }
      record.cells.removeLast(record.cells.count / 2)
      return record
    }
    for (verdict, comparison) in try verdicts(half) {
      #expect(verdict == .inconclusive)
      #expect(comparison.uncompared.count == 12)
      #expect(comparison.summary.contains("12 of 24 cells are not compared"))
      let text = TextPage.render(comparison.page).split(whereSeparator: \.isWhitespace)
        .joined(separator: " ")
      for cell in comparison.uncompared { #expect(text.contains(cell.id)) }
    }
    let stopped = try verdicts {
      var record = half($0)
      record.status = .interrupted
      return record
    }
    for (verdict, comparison) in stopped {
      #expect(verdict == .inconclusive)
      #expect(comparison.summary.contains("HEAD is interrupted"))
    }
  }

  @Test("what takes twice as long and was therefore measured in another form does not pass")
  func anotherForm() throws {
    let all = try verdicts {
      var record = slowed($0, in: { $0.tokens == 256 }) { _ in 2 }
      for cell in record.cells.indices where record.cells[cell].tokens == 256 {
        record.cells[cell].sides.candidate.scaled = "1/64"
      }
      return record
    }
    for (verdict, comparison) in all {
      #expect([.regression, .inconclusive].contains(verdict))
      #expect(comparison.summary.contains("in another form"))
    }
  }

  @Test("a candidate that takes a tenth longer never passes")
  func slower() throws {
    for (verdict, comparison) in try verdicts({ slowed($0) { _ in 1.1 } }) {
      // A real record of many cells shows such a loss, whoever it is put down to.
      #expect(comparison.comparedVerdict == .regression, "\(comparison.summary)")
      #expect(verdict == (comparison.commonRevision == nil ? .regression : .inconclusive))
    }
  }

  @Test("a candidate of which one pass in ten runs twice never passes")
  func tenthPassTwice() throws {
    let all = try verdicts { Sample.restated($0.withTenthPassTwice) }
    for (verdict, comparison) in all { #expect(verdict != .pass, "\(comparison.summary)") }
  }

  @Test("another --memory or a patched kernel ends no comparison, and the kernel is a caution")
  func whatMayDiffer() throws {
    let memory = try verdicts {
      var record = $0
      record.options.memoryBytes -= 1 << 20
      return record
    }
    for (verdict, comparison) in memory {
      #expect([.pass, .inconclusive].contains(verdict))
      #expect(comparison.cautions.isEmpty)
    }
    let kernel = try verdicts {
      var record = $0
      record.machine.kernel = "6.1.1-patched"
      return record
    }
    for (verdict, comparison) in kernel {
      #expect([.pass, .inconclusive].contains(verdict))
      #expect(comparison.cautions.count == 1)
      #expect(comparison.cautions[0].contains("6.1.1-patched"))
    }
  }

  @Test("another processor is refused by the field's name")
  func otherProcessor() throws {
    let error = try #require(throws: CompareError.self) {
      _ = try verdicts {
        var record = $0
        record.machine.cpu = "Another CPU"
        return record
      }
    }
    #expect(error.description.contains("machine.cpu"))
    #expect(error.description.contains("'Another CPU' in HEAD"))
  }

  /// A change that a record of a later version may have, and the word by which it is named.
  enum Later: String, CaseIterable {
    case precision = "q9_9"
    case workload = "block-teleport"
    case status = "paused"
    case cause = "gravity"

    func change(_ record: inout Record) {
      switch self {
      case .precision: record.cells[0].precision = WeightFormat(named: rawValue)
      case .workload:
        record.cells[0].workload = Workload(WorkloadKind(rawValue: rawValue), tokens: 1)
      case .status: record.status = Record.Status(rawValue: rawValue)
      case .cause:
        for cell in record.cells.indices {
          record.cells[cell].explanation?.factors.append(
            Explanation.Factor(Explanation.Cause(rawValue: rawValue), baseline: 1, candidate: 1))
        }
      }
    }
  }

  @Test(
    "what a later version wrote is read and named, and nothing is judged by it",
    arguments: Later.allCases)
  func later(_ later: Later) throws {
    let base = try Sample.example("default-suite")
    var record = base
    later.change(&record)
    let named = try NamedRecord(name: "later.json", record: record)
    #expect(named.record.warnings.contains { $0.contains(later.rawValue) })
    #expect(
      !Verdicts.judging(named).contains { "\($0.best?.conditions ?? [:])".contains(later.rawValue) }
    )
    let comparison = try RecordComparison(
      base: NamedRecord(name: "base.json", timesOf: base),
      head: NamedRecord(name: "later.json", timesOf: record), tolerance: 0.03)
    // Causes are not times.
    #expect(comparison.verdict == (later == .cause ? .pass : .inconclusive))
  }

  @Test("a record that contradicts its own rounds is refused, and the cell is named")
  func contradictsItsRounds() throws {
    var record = try Sample.example("default-suite")
    for cell in record.cells.indices where record.cells[cell].candidate.hasPrefix("mixtral") {
      record.cells[cell].timeRatio.median *= 3
      record.cells[cell].timeRatio.low *= 3
      record.cells[cell].timeRatio.high *= 3
      record.cells[cell].realisedShare *= 3
    }
    let error = try #require(throws: RecordContradiction.self) {
      try NamedRecord(name: "head.json", record: record)
    }
    #expect(error.description.contains("mixtral-8x7b"))
  }
}
