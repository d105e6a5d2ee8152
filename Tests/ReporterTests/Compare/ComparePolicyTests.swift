import Foundation
import ModelSpec
import Testing

@testable import Reporter

/// What `ComparePolicy` says of its error rates, held against simulated pairs of runs.
///
/// A rate that is claimed bounds how often a verdict may come in so many pairs, by the binomial distribution:
/// a policy that keeps its word breaks a bound once in a thousand sets of pairs, whatever their seeds.
@Suite("What is called a regression")
struct ComparePolicyTests {
  /// Independent sequences of runs, so that no bound rests on the luck of one.
  private static let seeds: [UInt64] = [1, 2, 3, 4, 5]

  private func verdicts(
    of build: SimulatedRuns.Build, on machine: SimulatedRuns.Machine, pairs: Int
  ) throws -> [CompareVerdict: Int] {
    var counts: [CompareVerdict: Int] = [:]
    for seed in Self.seeds {
      var runs = SimulatedRuns(on: machine, seed: seed)
      for _ in 0..<pairs / Self.seeds.count {
        let comparison = try RecordComparison(
          base: NamedRecord(name: "base", timesOf: runs.record()),
          head: NamedRecord(name: "head", timesOf: runs.record(build, commit: "def5678")),
          tolerance: 0.03)
        counts[comparison.verdict, default: 0] += 1
      }
    }
    return counts
  }

  @Test(
    "of pairs of runs of one build hardly any raises an alarm, and most pass",
    arguments: [
      (SimulatedRuns.Machine.quiet, 0.001, 0.98), (.restless, 0.001, 0.85),
      (.drifting, 0.01, 0.94), (.heavyTailed, 0.002, 0.96), (.autocorrelated, 0.002, 0.96),
      (.coarse, 0.001, 0.98),
    ])
  func unchangedBuilds(
    _ machine: SimulatedRuns.Machine, _ alarmRate: Double, _ passes: Double
  ) throws {
    let pairs = 100
    let counts = try verdicts(of: .unchanged, on: machine, pairs: pairs)
    let alarms = counts[.regression, default: 0] + counts[.improvement, default: 0]
    #expect(alarms <= Binomial.most(of: pairs, rate: alarmRate), "\(counts)")
    #expect(counts[.pass, default: 0] >= Binomial.least(of: pairs, rate: passes), "\(counts)")
  }

  @Test(
    "a build slowed by a tenth is found, whichever way it is slower, and almost never passes",
    arguments: [
      (SimulatedRuns.Build.slower, SimulatedRuns.Machine.quiet, 0.97, 0.006),
      (.slowerCandidate, .quiet, 0.99, 0.006), (.tenthPassTwice, .quiet, 0.93, 0.006),
      (.slower, .restless, 0.88, 0.006), (.slowerCandidate, .restless, 0.99, 0.006),
      (.tenthPassTwice, .restless, 0.76, 0.006),
      (.slower, .drifting, 0.88, 0.03), (.slowerCandidate, .drifting, 0.99, 0.006),
      (.tenthPassTwice, .drifting, 0.81, 0.06),
      (.slower, .heavyTailed, 0.93, 0.006), (.tenthPassTwice, .heavyTailed, 0.86, 0.006),
      (.slower, .autocorrelated, 0.93, 0.006), (.tenthPassTwice, .autocorrelated, 0.86, 0.006),
      (.slower, .coarse, 0.97, 0.006), (.tenthPassTwice, .coarse, 0.93, 0.006),
    ])
  func slowerBuilds(
    _ build: SimulatedRuns.Build, _ machine: SimulatedRuns.Machine, _ found: Double,
    _ passes: Double
  ) throws {
    let pairs = 50
    let counts = try verdicts(of: build, on: machine, pairs: pairs)
    #expect(counts[.regression, default: 0] >= Binomial.least(of: pairs, rate: found), "\(counts)")
    #expect(counts[.pass, default: 0] <= Binomial.most(of: pairs, rate: passes), "\(counts)")
  }

  @Test("the bounds are those of a binomial distribution")
  func bounds() {
    // Ten fair coins show no head once in 1024 times, and fewer than two 11 times.
    #expect(Binomial.least(of: 10, rate: 0.5) == 1)
    #expect(Binomial.most(of: 10, rate: 0.5) == 9)
    // Quantiles of a fair coin's 100 throws: 35 is undershot with 0.09 %, 36 with 0.18 %.
    #expect(Binomial.least(of: 100, rate: 0.5) == 35)
    #expect(Binomial.least(of: 100, rate: 1) == 100)
    #expect(Binomial.most(of: 100, rate: 0) == 0)
  }
}

/// How often what happens at a rate may happen in so many trials.
private enum Binomial {
  /// How often a bound is broken at the rate it is made for.
  private static let chance = 0.001

  /// The largest number that is undershot with no more than the chance.
  static func least(of trials: Int, rate: Double) -> Int {
    guard rate < 1 else { return trials }
    var probability = pow(1 - rate, Double(trials))
    var below = 0.0
    for hits in 0..<trials {
      below += probability
      guard below <= chance else { return hits }
      probability *= Double(trials - hits) / Double(hits + 1) * rate / (1 - rate)
    }
    return trials
  }

  /// The smallest number that is exceeded with no more than the chance.
  static func most(of trials: Int, rate: Double) -> Int {
    trials - least(of: trials, rate: 1 - rate)
  }
}
