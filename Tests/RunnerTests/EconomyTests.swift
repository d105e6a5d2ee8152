import MoEKernel
import ModelSpec
import Testing

@testable import Runner

/// What is saved where the fewest rounds of all cells do not fit the time, and in which order.
@Suite struct EconomyTests {
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

  /// Four cells at seven visits with four slices of 0.2 s: 22.4 s at full width, which six tenths of the time
  /// must hold.
  @Test func nothingIsSavedWhereAllFits() {
    let economy = preparation.economy(of: trials(0.2), seconds: 40)
    #expect(economy.effort == .full)
    #expect(economy.allowance == .infinity)
  }

  /// Rounds of two slices take 11.2 s at full width; half of the width takes 16.8 s with the quarter beside it, and
  /// 8.4 s of two slices.
  @Test func roundsAreHalvedBeforeNetworksAreNarrowed() {
    let trials = trials(0.2)
    let wide = preparation.economy(of: trials, seconds: 30)
    #expect(wide.effort == MeasuringEffort.full.savings[1])
    #expect(wide.allowance == .infinity)
    // A half of the width is a pass whose visits would have two rounds.
    let short = preparation.economy(of: trials, seconds: 17)
    #expect(short.effort == MeasuringEffort.full.savings[2])
    #expect(short.allowance < .infinity)
    #expect(short.effort.leastWidth == TimeEstimate.leastWidth)
    let narrow = preparation.economy(of: trials, seconds: 10)
    #expect(narrow.effort.leastWidth == TimeEstimate.leastWidthOfAll)
    #expect(preparation.economy(of: trials, seconds: 0).effort == narrow.effort)
    #expect(preparation.economy(of: trials, seconds: -1).allowance <= 0)
  }

  /// Visits go over one batch where others do not fit at any width, and not to keep a few cells wider.
  @Test func batchesAreMixedAsLongAsThatFits() {
    // Of 0.06 s, four cells at seven visits take 13.4 s with eight slices each, 6.7 with two rounds of two, and 3.4
    // with one.
    let trials = trials(0.06)
    for (seconds, level) in [(23.0, 0), (13, 1), (6, 2)] {
      let economy = preparation.economy(of: trials, seconds: seconds)
      #expect(economy.effort == MeasuringEffort.full.savings[level])
    }
  }

  /// What each may take fits together.
  @Test(arguments: [5.0, 10, 20, 30, 40])
  func theFewestRoundsOfAllFit(seconds: Double) {
    let trials = trials(0.2)
    let economy = preparation.economy(of: trials, seconds: seconds)
    let chosen = trials.map { trial in
      trial.fewestSeconds(
        divisor: trial.divisor(economy.effort, allowance: economy.allowance),
        effort: economy.effort)
    }
    #expect(chosen.reduce(0, +) <= 0.6 * seconds + 1e-9)
  }

  /// A fraction that was asked for is kept, and full width beside it is counted as what it takes: of 0.2 s,
  /// eight quarters, one of each batch for either side, and four whole slices, seven times.
  @Test func aFractionThatWasAskedForIsKept() {
    let trial = trials(0.2, width: ForcedWidth(divisor: 4, other: 1))[0]
    #expect(trial.cell.divisors(leastWidth: 512) == [4])
    #expect(trial.cell.otherDivisor(than: 4) == 1)
    #expect(abs(trial.leastSeconds(.full) - 7 * (8 * 0.05 + 4 * 0.2)) < 1e-9)
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
    let trials = trials(1e-4)
    for seconds in [0.0, 0.1, 1] {
      let economy = preparation.economy(of: trials, seconds: seconds)
      for trial in trials {
        #expect(trial.divisor(economy.effort, allowance: economy.allowance) == 1)
      }
    }
  }

  /// A cell that takes much at the least leaves the others what there is, and no more.
  @Test func whatOneCellTakesAtLeastIsNotSharedTwice() {
    let share = BudgetShare.largest(
      of: [0.55] + Array(repeating: 0.3, count: 15),
      least: [0.55] + Array(repeating: 0.003, count: 15), budget: 0.6)
    #expect(abs(share - 0.05 / 15) < 1e-9)
    #expect(BudgetShare.largest(of: [1, 2], least: [1, 2], budget: 3) == .infinity)
    #expect(BudgetShare.largest(of: [1, 2], least: [1, 2], budget: 1) == 0)
  }
}
