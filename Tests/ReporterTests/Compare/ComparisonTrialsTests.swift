import ModelSpec
import Testing

@testable import Reporter

/// Records of one build as trials of `compare`.
@Suite struct ComparisonTrialsTests {
  private func trials(
    _ change: (inout Record) throws -> Void = { _ in }
  ) throws -> [ComparisonTrial] {
    let base = try Sample.example("default-suite")
    var head = base
    try change(&head)
    return try ComparisonTrial.trials(
      base: NamedRecord(name: "base.json", timesOf: base),
      head: NamedRecord(name: "head.json", timesOf: head), tolerance: 0.03)
  }

  @Test func sameRecordPassesAndWithATenthMoreWorkDoesNot() throws {
    let trials = try trials()
    #expect(trials.map(\.kind) == [.same, .tenthPassTwice])
    #expect(trials[0].verdict == .pass)
    #expect(trials[1].verdict == .regression, "\(trials[1].summary)")
    #expect(trials.allSatisfy { $0.cells == 24 && $0.leftOut == 0 })
    // A tenth more work on the candidate's side, of whichever cell.
    let slower = try #require(trials[1].whole.candidateSeconds.change)
    #expect(slower.low > 0.08 && slower.high < 0.12)
    #expect(trials.map(\.isLike) == [false, false])
  }

  @Test func lineTellsWhetherFormsWereTakenOver() throws {
    let trials = try trials {
      $0.options.like = RecordOrigin(name: "base.json", created: $0.created, commit: $0.tool.commit)
    }
    #expect(trials.map(\.isLike) == [true, true])
    #expect(try ComparisonTrial(decoding: JSONLine.text(trials[0])) == trials[0])
    #expect(throws: RecordError.self) { try ComparisonTrial(decoding: "{}") }
  }

  @Test(arguments: ["fedcba9", "unknown", "", "2ff52ea-modified"])
  func recordsThatMayBeOfTwoBuildsAreNoTrial(commit: String) {
    #expect(throws: CompareError.notOneBuild) { try trials { $0.tool.commit = commit } }
  }
}
