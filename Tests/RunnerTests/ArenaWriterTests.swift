import MoEKernel
import ModelSpec
import Testing

@testable import Runner

/// An arena is written as far as cells need it and time allows.
@Suite struct ArenaWriterTests {
  /// OLMoE against its dense counterparts within so many seconds.
  private func plan(
    seconds: Double, tokens: [Int] = [1, 16, 256], width: ForcedWidth? = nil, memoryGiB: Int = 16
  ) throws -> RunPlan {
    let request = RunRequest(
      suite: Suite(
        candidates: [try #require(Catalogue.architecture(id: "olmoe-1b-7b"))],
        baselines: [.isoActive, .isoTotal], routings: [.uniform]),
      sizes: WorkloadSizes(tokens: tokens), threads: 1, budgetSeconds: seconds,
      width: width, memoryBytes: memoryGiB << 30)
    return try RunPlan(
      request, engine: OpenedEngine(try TileEngine(forcedLevel: nil)),
      machine: try MachineTree("both-versions").probe.identity)
  }

  /// The layer and its dense counterpart have as many weights: 64 experts of three 2048 x 1024 matrices each.
  ///
  /// At an eighth of them, 128 units a network, small dense layers are kept in copies, more than
  /// the caches hold.
  @Test func shortRunsBeginWithNarrowForms() throws {
    let long = try plan(seconds: 1000).arenaSizes
    #expect(long.mostBytes > 2 * 64 * 3 * 2048 * 1024 * 4)
    #expect(long.firstBytes == long.mostBytes)
    #expect(long.leastBytes < long.mostBytes / 3)
    let short = try plan(seconds: 1).arenaSizes
    #expect(short.mostBytes == long.mostBytes)
    #expect(short.firstBytes < long.mostBytes / 2)
    #expect(short.leastBytes == long.leastBytes)
    // Passes over few tokens are not worth a narrow form.
    #expect(try plan(seconds: 20, tokens: [1]).arenaSizes.firstBytes == long.mostBytes)
  }

  /// A fraction that was asked for is written, and the one that it is held against.
  @Test func whatWasAskedForIsWrittenWhateverTheTime() throws {
    let half = try plan(seconds: 1, width: ForcedWidth(divisor: 2)).arenaSizes
    #expect(half.leastBytes > half.mostBytes / 3 && half.leastBytes < half.mostBytes)
    let whole = try plan(seconds: 1, width: ForcedWidth(divisor: 8, other: 1)).arenaSizes
    #expect(whole.leastBytes == whole.mostBytes)
  }

  /// In an arena of any size from the least on, every form of every cell has its room.
  @Test func formsAreAsWideAsWhatIsWritten() throws {
    let plan = try plan(seconds: 10)
    let sizes = plan.arenaSizes
    for part in 0...16 {
      let bytes = sizes.leastBytes + (sizes.mostBytes - sizes.leastBytes) / 16 * part
      for cell in plan.cells.map({ $0.within(arenaBytes: bytes) }) {
        for divisor in MemoryPlan.divisors {
          #expect(cell.arenaBytes(of: cell.form(divisor)) <= bytes)
        }
        #expect(part < 16 || cell.widest.divisor == 1)
        #expect(part > 0 || cell.widest.divisor > 1 || cell.arenaBytes < sizes.leastBytes)
      }
    }
  }

  @Test func writesAsFarAsThereIsTime() {
    let pool = WorkerPool(threads: 1)
    let sizes = ArenaSizes(leastBytes: 4 << 20, firstBytes: 8 << 20, mostBytes: 64 << 20)
    let hurried = ArenaWriter(sizes, seconds: 0, seed: 1, pool: pool)
    #expect(hurried.arena.bytes == 4 << 20)
    hurried.write(upTo: 64 << 20)
    #expect(hurried.arena.bytes == 4 << 20)
    #expect(hurried.secondsOfTheRest == 0)
    let patient = ArenaWriter(sizes, seconds: .infinity, seed: 1, pool: pool)
    #expect(patient.arena.bytes == 8 << 20)
    #expect(patient.secondsOfTheRest > 0 && patient.secondsOfTheRest.isFinite)
    patient.write(upTo: 1 << 40)
    #expect(patient.arena.bytes == 64 << 20)
    #expect(patient.secondsOfTheRest == 0)
  }
}
