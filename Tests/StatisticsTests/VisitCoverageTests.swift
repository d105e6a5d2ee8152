import Foundation
import ModelSpec
import Testing

@testable import Statistics

/// How often the interval of visits holds the true ratio, on machines that do what machines do, when cells
/// are visited until their interval is narrow.
@Suite struct VisitCoverageTests {
  /// What a simulated machine does to the log-ratios of rounds, 3 % of noise each besides.
  enum Machine: String, CaseIterable, CustomTestStringConvertible {
    /// Nothing else.
    case quiet
    /// Every visit finds other pages and neighbours: 3 % between visits.
    case visits
    /// The same, 10 %.
    case restlessVisits
    /// Two states 15 % apart, each of which lasts for a tenth of the run or so: memory, or neighbours that stay
    /// for a while.
    case regimes
    /// The ratio moves by a fifth over the run, evenly about its mean.
    case drift
    /// One round in ten is disturbed by 30 %, either side of it.
    case bursts
    /// Rounds repeat with a period of four.
    case period

    var testDescription: String { rawValue }
  }

  private struct Simulation {
    var generator: SeededGenerator
    private var state: Double?

    init(generator: SeededGenerator) { self.generator = generator }

    /// The state that the machine is in, which it leaves two times in five.
    private mutating func nextState() -> Double {
      let now = state ?? (Bool.random(using: &generator) ? 0.075 : -0.075)
      state = Int.random(in: 0..<5, using: &generator) < 2 ? -now : now
      return now
    }

    /// A normal value, by the sum of twelve uniform ones.
    mutating func normal() -> Double {
      (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
    }

    /// Log-ratios of one visit's rounds.
    mutating func visit(_ visit: Int, of machine: Machine, rounds: Int) -> [Double] {
      let between: Double =
        switch machine {
        case .visits: 0.03 * normal()
        case .restlessVisits: 0.1 * normal()
        case .regimes: nextState()
        case .drift: 0.2 * (Double(visit) / Double(VisitCoverageTests.mostVisits - 1) - 0.5)
        case .quiet, .bursts, .period: 0
        }
      return (0..<rounds).map { round in
        var value = between + 0.03 * normal()
        if machine == .bursts, Int.random(in: 0..<10, using: &generator) == 0 {
          value += Bool.random(using: &generator) ? 0.3 : -0.3
        }
        if machine == .period { value += (visit * rounds + round) % 4 == 0 ? 0.05 : -0.05 / 3 }
        return value
      }
    }
  }

  private static let mostVisits = 24
  private static let trueRatio = 2.0

  /// Visits over a whole run, as `VisitSchedule` has them: one in each of its seven parts, and as long as the
  /// interval is wide one at every moment; whether it holds the true ratio.
  private static func covers(_ machine: Machine, seed: UInt64) throws -> Bool {
    var simulation = Simulation(
      generator: SeededGenerator(seed: seed, purpose: "coverage of \(machine)"))
    var rounds: [PairedRound] = []
    var estimate: RatioEstimate?
    var parts: Set<Int> = []
    for visit in 0..<mostVisits {
      // What the machine does goes on between visits.
      let logRatios = simulation.visit(visit, of: machine, rounds: 3)
      let isNewPart = parts.insert(visit * RatioEstimate.fewestVisits / mostVisits).inserted
      if !isNewPart, let estimate, estimate.high / estimate.low <= 1.05 { continue }
      rounds += logRatios.map {
        PairedRound(
          order: "ABBA", baselineSeconds: trueRatio * exp($0), candidateSeconds: 1, visit: visit)
      }
      guard Set(rounds.map(\.visit)).count >= RatioEstimate.fewestVisits else { continue }
      estimate = RatioEstimate(rounds: rounds)
    }
    return try #require(estimate).low <= trueRatio && #require(estimate).high >= trueRatio
  }

  /// At least 95 % are promised.
  ///
  /// Of 600 runs a coverage of 95 % shows fewer than 92 % once in a thousand:
  /// three standard deviations of √(0.95·0.05/600) are 2.7 %.
  @Test(arguments: Machine.allCases) func theIntervalCoversAsOftenAsItSays(_ machine: Machine)
    throws
  {
    let runs = 600
    let covered = try (0..<runs).count { try Self.covers(machine, seed: UInt64($0)) }
    #expect(Double(covered) / Double(runs) >= 0.95 - 0.027, "\(covered) of \(runs)")
  }

  /// Without visits the same rounds have an interval that differs between visits are not in: the reason for
  /// visits, and the proof that these machines can tell good intervals from bad ones.
  @Test func roundsOfOneVisitCoverTooSeldom() throws {
    let runs = 600
    let covered = try (0..<runs).count { run in
      var simulation = Simulation(
        generator: SeededGenerator(seed: UInt64(run), purpose: "one visit"))
      let rounds = simulation.visit(0, of: .restlessVisits, rounds: 21).map {
        PairedRound(order: "ABBA", baselineSeconds: Self.trueRatio * exp($0), candidateSeconds: 1)
      }
      let estimate = try #require(RatioEstimate(rounds: rounds))
      return estimate.low <= Self.trueRatio && estimate.high >= Self.trueRatio
    }
    #expect(Double(covered) / Double(runs) < 0.5, "\(covered) of \(runs)")
  }

  /// Where a run ended after a few visits, the interval reaches over the median of each.
  @Test func fewVisitsAreAllWithin() throws {
    let rounds = [1.0, 1.2, 1.6].enumerated().flatMap { visit, ratio in
      (0..<5).map { _ in
        PairedRound(order: "ABBA", baselineSeconds: ratio, candidateSeconds: 1, visit: visit)
      }
    }
    let estimate = try #require(RatioEstimate(rounds: rounds))
    #expect(abs(estimate.low - 1) < 1e-12 && abs(estimate.high - 1.6) < 1e-12)
    #expect(abs(estimate.median - 1.2) < 1e-12)
  }
}
