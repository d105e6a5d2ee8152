import MoEKernel
import ModelSpec
import Testing

@testable import Runner

/// What is saved where the fewest rounds of all cells do not fit the time, and in which order.
@Suite struct FewestRoundsTests {
  private let preparation: CellPreparation

  /// OLMoE against its dense counterparts: experts 1024 wide.
  init() throws {
    let machine = try MachineTree("both-versions").probe.identity
    let request = RunRequest(
      suite: Suite(
        candidates: [try #require(Catalogue.architecture(id: "olmoe-1b-7b"))],
        baselines: [.isoActive, .isoTotal], routings: [.uniform]),
      sizes: WorkloadSizes(tokens: [16, 256]), threads: 1, budgetSeconds: 1000,
      memoryBytes: 16 << 30)
    let plan = try RunPlan(
      request, engine: OpenedEngine(try TileEngine(forcedLevel: nil)), machine: machine)
    preparation = CellPreparation(
      plan: plan, effort: .full, throttling: .none,
      builder: PassBuilder(
        pool: WorkerPool(threads: 1), seed: 1,
        sizes: ArenaSizes(leastBytes: 64, firstBytes: 64, mostBytes: 64)))
  }

  /// Four cells whose passes of both sides take so long at full width.
  private func trials(_ seconds: Double, width: ForcedWidth? = nil) -> [CellPreparation.Trial] {
    preparation.plan.cells.map { cell in
      var cell = cell
      cell.forcedWidth = width
      return CellPreparation.Trial(
        cell: cell, form: cell.widest, sides: nil, baselineSeconds: seconds,
        candidateSeconds: seconds)
    }
  }

  private func rounds(of trials: [CellPreparation.Trial], seconds: Double) -> [FewestRounds] {
    preparation.fewestRounds(of: trials, seconds: seconds)
  }

  /// Four cells at seven visits with four slices of 0.2 s: 22.4 s at full width, which six tenths of the time
  /// must hold.
  @Test func nothingIsSavedWhereAllFits() {
    for rounds in rounds(of: trials(0.2), seconds: 40) {
      #expect(rounds.effort == .full)
      #expect(rounds.divisor == 1)
    }
  }

  /// Rounds of two slices take 11.2 s at full width; half of the width takes 16.8 s with the quarter beside it, and
  /// 4.2 s of two slices.
  @Test func roundsAreHalvedBeforeNetworksAreNarrowed() {
    for rounds in rounds(of: trials(0.2), seconds: 30) {
      #expect(rounds.effort.longPassSeconds == 0)
      #expect(rounds.divisor == 1)
    }
    for rounds in rounds(of: trials(0.2), seconds: 17) {
      #expect(rounds.divisor == 2)
    }
    // Experts 1024 wide are halved twice only where a half takes too long.
    for rounds in rounds(of: trials(0.2), seconds: 10) {
      #expect(rounds.divisor > 2)
      #expect(rounds.effort == MeasuringEffort.full.shortestRounds)
    }
    #expect(rounds(of: trials(0.2), seconds: 0) == rounds(of: trials(0.2), seconds: -1))
  }

  /// Of 0.06 s, four cells at seven visits take 13.4 s with eight slices each, 6.7 with two rounds of two, and 3.4
  /// with one.
  @Test func batchesAreMixedAsLongAsThatFits() {
    for (seconds, length) in [(23.0, 0), (13, 1), (6, 2)] {
      for rounds in rounds(of: trials(0.06), seconds: seconds) {
        #expect(rounds.effort == MeasuringEffort.full.lengthsOfRounds[length])
        #expect(rounds.divisor == 1)
      }
    }
  }

  /// A long cell is kept at its width by shorter rounds of those that are not much shorter, and the quick ones
  /// keep theirs.
  @Test func everyCellSavesWhatItMust() {
    var trials = trials(0.06)
    trials[3] = self.trials(0.6)[3]
    trials[0] = self.trials(0.002)[0]
    // At the least 8.4 s of the longest, 0.84 of two others each and 0.28 of the quick one.
    for (seconds, lengths) in [(18.0, [0, 2, 2]), (21, [0, 1, 1]), (27, [0, 0, 0])] {
      let rounds = rounds(of: trials, seconds: seconds)
      #expect(rounds.map(\.divisor) == [1, 1, 1, 1])
      for (index, length) in lengths.enumerated() {
        #expect(rounds[index].effort == MeasuringEffort.full.lengthsOfRounds[length])
      }
    }
  }

  /// A trial that takes a tenth longer than usual narrows no other cell, whatever the time.
  @Test func aSlowTrialDoesNotNarrowOthers() {
    let usual = trials(0.06)
    var slow = usual
    slow[1] = trials(0.066)[1]
    for seconds in stride(from: 5.7, to: 25, by: 0.1) {
      #expect(rounds(of: usual, seconds: seconds).allSatisfy { $0.divisor == 1 })
      let others = rounds(of: slow, seconds: seconds).enumerated().filter { $0.offset != 1 }
      #expect(others.allSatisfy { $0.element.divisor == 1 })
    }
  }

  /// What each takes fits together.
  @Test(arguments: [5.0, 10, 20, 30, 40])
  func theFewestRoundsOfAllFit(seconds: Double) {
    let chosen = rounds(of: trials(0.2), seconds: seconds)
    #expect(chosen.map(\.seconds).reduce(0, +) <= 0.6 * seconds + 1e-9)
  }

  /// A fraction that was asked for is kept, and full width beside it is counted as what it takes: of 0.2 s,
  /// eight quarters, one of each batch for either side, and four whole slices, seven times; at the least two of
  /// each.
  @Test func aFractionThatWasAskedForIsKept() {
    let trial = trials(0.2, width: ForcedWidth(divisor: 4, other: 1))[0]
    #expect(trial.cell.divisors(leastWidth: 512) == [4])
    #expect(trial.cell.otherDivisor(than: 4) == 1)
    let rounds = FewestRounds(trial, divisor: 4, effort: .full)
    #expect(abs(rounds.seconds - 7 * (8 * 0.05 + 4 * 0.2)) < 1e-9)
    let least = FewestRounds.leastSeconds(of: trial, effort: .full)
    #expect(abs(least - 7 * (2 * 0.05 + 2 * 0.2)) < 1e-9)
  }

  /// The fraction that tells what another does is half of it, where there is one.
  @Test func theOtherFractionIsHalf() {
    let cell = preparation.plan.cells[0]
    #expect(cell.otherDivisor(than: 1) == nil)
    #expect(cell.otherDivisor(than: 8) == 16)
    #expect(cell.otherDivisor(than: 64) == nil)
    #expect(cell.divisors(leastWidth: TimeEstimate.leastWidth) == [1, 2])
    #expect(cell.divisors(leastWidth: TimeEstimate.leastWidthOfAll) == [1, 2, 4, 8])
  }

  /// Passes that are short against a slice are repeated, so that narrower ones take as long, and rounds at
  /// another fraction besides: full width is what saves most.
  @Test func quickPassesAreNotNarrowed() {
    for seconds in [0.0, 0.1, 1] {
      #expect(rounds(of: trials(1e-4), seconds: seconds).allSatisfy { $0.divisor == 1 })
    }
  }
}
