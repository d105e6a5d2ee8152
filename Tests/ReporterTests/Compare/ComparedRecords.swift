import ModelSpec

@testable import Reporter

/// Records to hold against each other, for the suites of this folder.
enum ComparedRecords {
  /// A whole run on a quiet machine.
  static let run: Record = {
    var runs = SimulatedRuns(on: .quiet, seed: 7)
    return runs.record()
  }()

  /// - Parameter areOneBuild: whether records of one commit stay that.
  static func compare(
    _ base: Record, _ head: Record, tolerance: Double = 0.03, areOneBuild: Bool = false
  ) throws -> RecordComparison {
    var head = head
    if !areOneBuild, head.tool.commit == base.tool.commit { head.tool.commit = "def5678" }
    return try RecordComparison(
      base: NamedRecord(name: "base.json", timesOf: base),
      head: NamedRecord(name: "head.json", timesOf: head), tolerance: tolerance)
  }

  /// The record with the times of some cells multiplied.
  static func scaled(
    _ record: Record, baseline: Double = 1, candidate: Double = 1, cells: Range<Int>? = nil
  ) -> Record {
    var record = record
    for cell in cells ?? record.cells.indices {
      for round in record.cells[cell].rounds.indices {
        record.cells[cell].rounds[round].baselineSeconds *= baseline
        record.cells[cell].rounds[round].candidateSeconds *= candidate
      }
    }
    return Sample.restated(record)
  }
}
