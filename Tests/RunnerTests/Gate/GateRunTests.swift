import FoundationEssentials
import ModelSpec
import Synchronization
import Testing

@testable import Runner

/// Gates of benchmarks whose times are known, in real processes.
@Suite struct GateRunTests {
  private func document(
    base: ToyBenchmark = ToyBenchmark(), head: ToyBenchmark = ToyBenchmark(), seed: UInt64 = 1,
    patience: Double = 20, change: (inout GatePlan) -> Void = { _ in },
    files: @escaping MachineProbe.FileReader = { _ in nil }
  ) throws -> GateDocument {
    let folder = try TemporaryFolder()
    let side = base.side("before", folder: folder)
    var plan = GatePlan(
      base: side, head: head.side("after", folder: folder), copy: side, displaced: side.displaced,
      bounds: GateBounds(), seed: seed)
    plan.patienceSeconds = patience
    change(&plan)
    let machine = MachineProbe(affinityCPUs: 1, read: files)
    let gate = GateRun(plan, machine: machine, watcher: nil)
    try gate.measure()
    return gate.document(
      created: "2026-01-01T00:00:00Z",
      tool: ToolIdentity(version: "0", commit: "c", build: "release", swift: "6"),
      machine: machine.identity, rerun: "tenfold gate")
  }

  @Test func sameBenchmarkPasses() throws {
    let document = try document()
    #expect(document.verdict == .pass, "\(document.summary)")
    #expect(document.cells.map(\.id) == ToyBenchmark.cells)
    #expect(document.controls.map(\.name) == ["same-code", "dose", "layout"])
    #expect(document.failedControls.isEmpty)
    for cell in document.cells {
      #expect(cell.bound ?? 1 <= 0.03)
      #expect(cell.reason.hasPrefix("no slowdown above"))
      #expect(cell.confirmation.isEmpty)
      // Rounds begin as often with either side, whatever the coins say.
      #expect(cell.screen.allSatisfy { $0.baseSeconds.count.isMultiple(of: 2) })
    }
    let dose = try #require(document.controls.first { $0.name == "dose" }?.change)
    #expect(dose.low < 0.05 && dose.high > 0.05)
  }

  @Test(arguments: [(1.05, CompareVerdict.regression), (0.95, .improvement)])
  func changeIsConfirmedByNewProcesses(factor: Double, verdict: CompareVerdict) throws {
    let document = try document(head: ToyBenchmark(milliseconds: 2 * factor))
    #expect(document.verdict == verdict, "\(document.summary)")
    for cell in document.cells {
      #expect(cell.verdict == verdict)
      let change = try #require(cell.change)
      // Processes differ by 1 %, so pairs by 1.4 % and the median of twenty by 0.4 %: five times that.
      #expect(abs(change.median - (factor - 1)) < 0.02)
      #expect(change.low < change.median && change.median < change.high)
      // What decides is told, and rests on pairs that the screen did not see.
      #expect(cell.confirmation.count >= 20)
      #expect(cell.reason.contains("new pairs"))
    }
  }

  /// Processes that choose by trying choose differently where it is close, which is no difference of builds.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func workersTakeOverWhatTheFirstChose(seed: UInt64) throws {
    let toy = ToyBenchmark(noise: 0.005, isMoody: true)
    let document = try document(base: toy, head: toy, seed: seed)
    #expect(document.verdict == .pass, "\(document.summary)")
    #expect(document.failedControls.isEmpty)
    let way = try #require(document.choices?["way"])
    #expect(way == "short" || way == "long")
    let pairs = document.cells.flatMap(\.screen) + document.controls.flatMap(\.pairs)
    // Two ways differ by ln 1.125 = 0.118; those of one way by processes of 0.5 %, so pairs by 0.7 %, five times
    // that and the 5 % of the dose are less than this.
    #expect(pairs.allSatisfy { abs($0.change ?? 1) < 0.09 })
  }

  /// A head that knows no choices is measured as it comes.
  @Test func choicesOfOneSideAreItsOwn() throws {
    let document = try document(
      base: ToyBenchmark(noise: 0.005, isMoody: true), head: ToyBenchmark(noise: 0.005))
    #expect(document.choices?.keys.sorted() == ["way"])
    let expected: CompareVerdict = document.choices?["way"] == "long" ? .improvement : .pass
    #expect(document.verdict == expected, "\(document.summary)")
  }

  /// What the host takes is told by its counter: here of every fourth round, and of all.
  @Test(arguments: [(4, CompareVerdict.pass), (1, .inconclusive)])
  func disturbedRoundsAreMadeUpFor(every: Int, verdict: CompareVerdict) throws {
    let reads = Mutex(0)
    let document = try document(files: { path in
      guard path == "/proc/stat" else { return nil }
      let read = reads.withLock { reads in
        reads += 1
        return reads
      }
      // A round is looked at before and behind it; within its time, short as it is, half a minute is stolen.
      let (round, isBehind) = ((read + 1) / 2, read.isMultiple(of: 2))
      let stolen = round / every - (round.isMultiple(of: every) && !isBehind ? 1 : 0)
      return "cpu 0 0 0 0 0 0 0 \(3000 * stolen) 0 0\n"
    })
    #expect(document.verdict == verdict, "\(document.summary)")
    for cell in document.cells {
      #expect(cell.screen.contains { $0.disturbedRounds > 0 })
      if verdict == .pass {
        // Of two cells a third of a second of rounds of four slices of 4 ms, as without: two slices of each side.
        #expect(Set(cell.screen.map { $0.baseSeconds.count }) == [2 * 20])
      } else {
        #expect(cell.screen.allSatisfy { $0.baseSeconds.isEmpty })
        #expect(cell.reason.contains("disturbed"))
      }
    }
  }

  /// Of a control's eight pairs one may have no round that counts, and two copies may differ by chance.
  @Test func controlsThatFailAreMeasuredOn() throws {
    let folder = try TemporaryFolder()
    let side = ToyBenchmark().side("before", folder: folder)
    let plan = GatePlan(
      base: side, head: side, copy: side, displaced: side, bounds: GateBounds(), seed: 1)
    let cell = GateCellProgress(
      id: "a", visit: .init(cell: "a", passes: 1, untimed: 0, expectedSeconds: 1))
    for var control in GateControl.all(of: plan, cells: [cell]) {
      #expect(control.needsPairs(upTo: 8))
      let change = control.kind == .dose ? 0.05 : 0.001
      control.pairs = (1...8).map { pair in
        let own = 1 + change * (1 + 0.001 * Double(pair))
        return .init(headFirst: true, baseSeconds: [1, 1], headSeconds: [own, own])
      }
      #expect(!control.needsPairs(upTo: 8) && !control.needsPairs(upTo: 16), "\(control.kind)")
      control.pairs[0] = .init(headFirst: true, baseSeconds: [], headSeconds: [])
      #expect(control.needsPairs(upTo: 16), "\(control.kind)")
      guard control.kind == .sameCode else { continue }
      control.pairs = control.pairs.map { _ in
        .init(headFirst: true, baseSeconds: [1, 1], headSeconds: [1.02, 1.02])
      }
      #expect(control.needsPairs(upTo: 16) && !control.needsPairs(upTo: 8))
    }
  }

  @Test func whatIsTooNoisyIsLeftOpen() throws {
    let document = try document(
      base: ToyBenchmark(noise: 0.3), head: ToyBenchmark(milliseconds: 2.06, noise: 0.3))
    #expect(document.verdict == .inconclusive)
    let open = document.cells.filter { $0.verdict == .inconclusive }
    #expect(!open.isEmpty && open.allSatisfy { $0.command == "tenfold gate" })
  }

  /// Cells that do not tell are looked at to the last, whatever became of the others.
  @Test func openCellsAreMeasuredOnBesideOneThatFailed() throws {
    let noisy = ToyBenchmark(noise: 0.15)
    var faulty = noisy
    faulty.fault = "crash"
    let document = try document(base: noisy, head: faulty)
    let open = try #require(document.cells.first { $0.id == "a" })
    #expect(open.screen.count == GatePolicy.defaultMostPairs || !open.confirmation.isEmpty)
    #expect(open.screen.count > 8)
  }

  /// A worker that fails takes the cell with it in which it did, and no other.
  @Test(arguments: [
    ("crash", "signal 11"), ("hang", "said nothing"), ("flood", "prints lines"),
    ("nonsense", "no tenfold.sample/1"),
  ])
  func faultOfOneCell(fault: String, words: String) throws {
    let document = try document(
      head: ToyBenchmark(fault: fault), patience: fault == "hang" ? 0.5 : 20)
    let (first, second) = (
      try #require(document.cells.first { $0.id == "a" }),
      try #require(document.cells.first { $0.id == "b" })
    )
    #expect(first.verdict == .pass, "\(first.reason)")
    #expect(second.verdict == .inconclusive)
    #expect(
      second.reason.contains("head's worker") && second.reason.contains(words), "\(second.reason)")
    #expect(document.verdict == .inconclusive)
  }

  @Test func sideWithoutTheProtocolIsNamed() throws {
    do {
      _ = try document(base: ToyBenchmark(fault: "old"))
      Issue.record("a side that cannot be asked was measured")
    } catch GateError.noWorker(let isHead, let reason) {
      #expect(!isHead)
      #expect(reason.contains("there is no command 'worker'"), "\(reason)")
    }
  }

  @Test(arguments: [(6, CompareVerdict.regression), (4, .improvement)])
  func countsAreGatedAtZero(work: Int, verdict: CompareVerdict) throws {
    let document = try document(head: ToyBenchmark(work: work))
    #expect(document.cells.allSatisfy { $0.verdict == verdict })
    #expect(
      document.cells[0].reason.contains("steps 5, now \(work)"), "\(document.cells[0].reason)")
  }

  @Test func doseOfATrialIsSeen() throws {
    let document = try document { $0.dose = 0.05 }
    #expect(document.cells.allSatisfy { $0.verdict == .regression }, "\(document.summary)")
  }

  @Test func budgetEndsTheGate() throws {
    let document = try document { $0.budgetSeconds = 1e-3 }
    #expect(document.verdict == .inconclusive)
    #expect(document.cautions.contains { $0.contains("budget") })
  }

  @Test func interruptedGateDecidesNothing() throws {
    let folder = try TemporaryFolder()
    let side = ToyBenchmark().side("before", folder: folder)
    let gate = GateRun(
      GatePlan(
        base: side, head: side, copy: side, displaced: side, bounds: GateBounds(), seed: 1),
      machine: MachineProbe(affinityCPUs: 1) { _ in nil }, watcher: nil)
    var questions = 0
    try gate.measure(isCancelled: {
      questions += 1
      return questions > 60
    })
    let document = gate.document(
      created: "", tool: ToolIdentity(version: "0", commit: "c", build: "release", swift: "6"),
      machine: MachineProbe(affinityCPUs: 1) { _ in nil }.identity, rerun: "")
    #expect(document.status == .interrupted)
    #expect(document.verdict == .inconclusive)
  }
}
