import MoEKernel
import ModelSpec
import Testing

@testable import Runner

/// A run that measures what a record did, whatever it would have chosen itself.
@Suite struct RecordedFormsTests {
  private let machine: MachineIdentity
  private let engine: OpenedEngine

  init() throws {
    machine = try MachineTree("both-versions").probe.identity
    engine = OpenedEngine(try TileEngine(forcedLevel: nil))
  }

  /// A cell of OLMoE (64 experts, 8 a token) against its equal in all parameters, in a form.
  private func cell(
    tokens: Int = 16, scaled: String?, resident: String?, baselineScaled: String?? = nil,
    other: String? = nil
  ) -> Cell {
    func side(_ scaled: String?, _ resident: String?) -> Side {
      Side(
        flops: 1, bytes: 1, secondsMedian: 1, scaled: scaled, residentExperts: resident, layers: [])
    }
    var cell = Cell(
      candidate: "olmoe-1b-7b", baseline: "iso-total",
      workload: Workload(.feedForward, tokens: tokens), threads: 1, engine: engine.name,
      precision: .f32,
      routing: RoutingSummary(
        kind: "uniform", alpha: nil, seed: 1, distinctExperts: 8, maxOverMean: 1, gini: 0),
      flopRatio: 1,
      timeRatio: RatioEstimate(median: 1, low: 1, high: 1, confidence: 0.95, rounds: 1),
      realisedShare: 1,
      sides: Sides(
        baseline: side(baselineScaled ?? scaled, nil), candidate: side(scaled, resident)),
      rounds: [], cautions: [])
    cell.fractionCheck = other.map { FractionCheck(scaled: $0, rounds: []) }
    return cell
  }

  private func forms(_ cells: [Cell]) -> RecordedForms {
    RecordedForms(
      of: Record(
        created: "2026-11-30T00:00:00Z", status: .complete,
        tool: ToolIdentity(version: "0.1.0", commit: "abc1234", build: "release", swift: "6.3.1"),
        machine: machine, blas: nil, ceilings: [],
        options: RunOptions(
          suite: "custom", candidates: [], baselines: [], tokens: [], threads: 1,
          engines: [engine.name], precision: .f32, routing: [], budgetSeconds: 60,
          memoryBytes: 1, seed: 1),
        cells: cells), named: "base.json")
  }

  private func plan(_ cells: [Cell], memory: Int = 16 << 30) throws -> RunPlan {
    let request = RunRequest(
      suite: Suite(
        candidates: [try #require(Catalogue.architecture(id: "olmoe-1b-7b"))],
        baselines: [.isoActive, .isoTotal], routings: [.uniform]),
      sizes: WorkloadSizes(tokens: [1, 16]), threads: 1, forms: forms(cells), memoryBytes: memory)
    return try RunPlan(request, engine: engine, machine: machine)
  }

  @Test func onlyCellsOfTheRecordAreMeasuredEachInItsOwnForm() throws {
    let plan = try plan([
      cell(tokens: 1, scaled: nil, resident: nil),
      cell(tokens: 16, scaled: "1/4", resident: "24 of 64"),
    ])
    #expect(plan.cells.map(\.workload.tokens) == [1, 16])
    #expect(plan.cells.allSatisfy { $0.baselineID == "iso-total" })
    #expect(plan.unavailable.isEmpty)
    for (index, (divisor, resident)) in [(1, nil), (4, "24 of 64")].enumerated() {
      let cell = plan.cells[index]
      #expect(cell.divisors(leastWidth: 1) == [divisor])
      for form in [plan.firstForm(of: index), cell.form(divisor)] {
        #expect(form.divisor == divisor)
        #expect(form.candidate.residentDescription == resident)
        #expect(form.baseline.residentDescription == nil)
      }
    }
  }

  /// What the arena holds may be too little for the widest form; what the record has is kept all the same.
  @Test func aSmallerArenaChangesNoForm() throws {
    let cell = try plan([cell(scaled: "1/4", resident: "24 of 64")]).cells[0]
    let within = cell.within(arenaBytes: cell.leastArenaBytes)
    #expect(within.form(4) == cell.form(4))
    #expect(cell.leastArenaBytes >= cell.arenaBytes(of: cell.form(4)))
  }

  @Test func theFractionThatToldOfAnotherIsMeasuredBesideItAgain() throws {
    for (other, expected) in [(nil, 8), ("1/16", 16), ("1/1", 1)] {
      let cell = try plan([cell(scaled: "1/4", resident: nil, other: other)]).cells[0]
      #expect(cell.otherDivisor(than: 4) == expected)
      #expect(cell.form(4).divisor == 4 && cell.form(expected).divisor == expected)
    }
  }

  @Test func whatCannotBeHadIsLeftOutWithTheReason() throws {
    let cells = [
      (cell(scaled: "1/3", resident: nil), "1/3 of a width is not among"),
      (cell(scaled: "x", resident: nil), "is not among"),
      (cell(scaled: "1/2", resident: "4 of 64"), "cannot keep all and 4 of 64 of their experts"),
      (cell(scaled: "1/2", resident: "24 of 99"), "cannot keep"),
      (cell(scaled: "1/2", resident: "many"), "cannot keep"),
      (cell(scaled: "1/2", resident: nil, baselineScaled: "1/4"), "at 1/4 and 1/2 of their widths"),
    ]
    for (cell, reason) in cells {
      let plan = try plan([cell])
      #expect(plan.cells.isEmpty && plan.unavailable.count == 1 && !plan.isEmpty)
      let sentence = "\(try #require(plan.unavailable.first).reason)"
      #expect(sentence.contains("--like") && sentence.contains(reason), "\(sentence)")
    }
  }

  /// At full width 64 experts of OLMoE are 1.6 GB, twice with their dense counterpart.
  @Test func aFormThatTheMemoryDoesNotHoldSaysWhatWould() throws {
    let plan = try plan(
      [
        cell(tokens: 1, scaled: nil, resident: nil),
        cell(tokens: 16, scaled: "1/4", resident: nil),
      ], memory: 2 << 30)
    #expect(plan.cells.map(\.workload.tokens) == [16])
    #expect(plan.cells[0].form(4).divisor == 4)
    let (cell, reason) = try #require(plan.unavailable.first)
    #expect(cell.workload.tokens == 1)
    #expect("\(reason)".contains("more than the 2.0 GiB"))
    #expect("\(reason)".contains("give --memory"))
    // Not even the narrowest form of the pairing fits.
    #expect(
      try self.plan([self.cell(scaled: "1/4", resident: nil)], memory: 1).unavailable.count == 1)
  }

  @Test func aRunWithoutAnyCellThatCanBeHadKeepsThemWithTheReason() throws {
    let plan = try plan([cell(scaled: "1/3", resident: nil)])
    let run = Run(plan)
    #expect(throws: PlanError.self) { try run.measure() }
    #expect(run.cells.isEmpty)
    #expect(run.unmeasured.map(\.status) == [.leftOut])
    #expect(run.unmeasured.first?.reason?.contains("1/3") == true)
  }

  @Test func theRecordSaysWhichOneItWentBy() throws {
    let request = RunRequest(
      suite: .standard(), threads: 1, forms: forms([cell(scaled: nil, resident: nil)]))
    #expect(
      RunOptions([request], engines: [engine]).like
        == RecordOrigin(name: "base.json", created: "2026-11-30T00:00:00Z", commit: "abc1234"))
  }
}
