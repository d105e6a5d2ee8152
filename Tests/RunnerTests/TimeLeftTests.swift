import ModelSpec
import Testing

@testable import Runner

@Suite struct TimeLeftTests {
  @Test func beforeTheFirstCellTheGuessesAndTheBudgetCount() {
    let time = TimeLeft(guesses: [10, 1, 1])
    #expect(time.seconds(before: 0, budgetLeft: 30, otherSeconds: 1) == 42)
    #expect(TimeLeft(guesses: []).seconds(before: 0, budgetLeft: 30, otherSeconds: 1) == 30)
  }

  @Test func whatCellsTookCorrectsTheGuess() {
    let time = TimeLeft(guesses: [10, 10, 10])
    // As guessed, three times as slow, and four times as quick.
    #expect(time.seconds(before: 1, budgetLeft: 0, otherSeconds: 10) == 20)
    let slow = time.seconds(before: 2, budgetLeft: 0, otherSeconds: 60)
    #expect(slow > 25 && slow < 30)
    let quick = time.seconds(before: 2, budgetLeft: 0, otherSeconds: 5)
    #expect(quick > 2.5 && quick < 4)
  }

  @Test func aBudgetThatIsOverdrawnTakesNoTime() {
    #expect(TimeLeft(guesses: [1, 1]).seconds(before: 2, budgetLeft: -9, otherSeconds: 2) == 0)
  }

  /// Measured on two cores of a shared machine: 90 to 180 seconds, of which rounds take 30.
  @Test func theDefaultSuiteIsNotGuessedAtItsBudgetAlone() throws {
    let time = try timeLeft(.standard(), budget: RunRequest.standardSuiteBudgetSeconds)
    let seconds = time.seconds(
      before: 0, budgetLeft: RunRequest.standardSuiteBudgetSeconds, otherSeconds: 1)
    #expect((60...300).contains(seconds), "\(seconds) s")
  }

  /// 27 seconds on a busy machine, and 9 were announced.
  @Test func largeLayersTakeTimeToBuild() throws {
    let mixtral = try #require(Catalogue.architecture(id: "mixtral-8x7b"))
    let llama = try #require(Catalogue.architecture(id: "llama2-70b"))
    let suite = Suite(candidates: [mixtral], baselines: [.named(llama)], routings: [.uniform])
    let seconds = try timeLeft(suite, budget: 6).seconds(
      before: 0, budgetLeft: 6, otherSeconds: 1)
    #expect((13...54).contains(seconds), "\(seconds) s")
  }

  private func timeLeft(_ suite: Suite, budget: Double) throws -> TimeLeft {
    let machine = MachineIdentity(
      cpu: "test", architecture: "x86_64", cpuSignature: nil, logicalCPUs: 2, effectiveCPUs: 2,
      lastLevelCacheBytes: 32 << 20, memoryBytes: 1 << 34, operatingSystem: "test", kernel: "6",
      hypervisor: nil)
    return TimeLeft(
      try RunPlan(
        RunRequest(suite: suite, threads: 2, budgetSeconds: budget),
        engine: try Engines.table[0].open(EngineSettings()), machine: machine))
  }
}
