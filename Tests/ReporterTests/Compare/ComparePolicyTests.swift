import Foundation
import ModelSpec
import Testing

@testable import Reporter

@Suite("What is called a regression")
struct ComparePolicyTests {
  private func verdicts(
    of build: SimulatedRuns.Build, on machine: SimulatedRuns.Machine, pairs: Int
  ) throws -> [CompareVerdict: Int] {
    var runs = SimulatedRuns(on: machine, seed: 1)
    var counts: [CompareVerdict: Int] = [:]
    for _ in 0..<pairs {
      let comparison = try RecordComparison(
        base: NamedRecord(name: "base", record: runs.record()),
        head: NamedRecord(name: "head", record: runs.record(build)), tolerance: 0.03)
      counts[comparison.verdict, default: 0] += 1
    }
    return counts
  }

  @Test(
    "no pair of runs of one build raises an alarm, and most pass",
    arguments: [(SimulatedRuns.Machine.quiet, 200, 180), (.restless, 100, 60)])
  func unchangedBuilds(_ machine: SimulatedRuns.Machine, _ pairs: Int, _ passes: Int) throws {
    let counts = try verdicts(of: .unchanged, on: machine, pairs: pairs)
    #expect(counts[.regression] == nil, "\(counts)")
    #expect(counts[.pass, default: 0] >= passes, "\(counts)")
  }

  @Test(
    "a build slowed by a tenth is found, whichever way it is slower, and almost never passes",
    arguments: [
      (SimulatedRuns.Build.slower, SimulatedRuns.Machine.quiet, 38), (.slowerCandidate, .quiet, 38),
      (.tenthPassTwice, .quiet, 34), (.slower, .restless, 30), (.slowerCandidate, .restless, 38),
      (.tenthPassTwice, .restless, 28),
    ])
  func slowerBuilds(
    _ build: SimulatedRuns.Build, _ machine: SimulatedRuns.Machine, _ found: Int
  ) throws {
    let counts = try verdicts(of: build, on: machine, pairs: 40)
    #expect(counts[.regression, default: 0] >= found, "\(counts)")
    #expect(counts[.pass, default: 0] <= 1, "\(counts)")
  }
}
