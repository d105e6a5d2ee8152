import ModelSpec
import Testing

/// What a document says is held against its pairs.
@Suite struct GateReplayTests {
  private func pairs(_ count: Int, slower: Double) -> [GateDocument.Pair] {
    (0..<count).map { index in
      let own = slower + 1e-4 * Double(index)
      return GateDocument.Pair(
        headFirst: index.isMultiple(of: 2), baseSeconds: [1, 1], headSeconds: [1 + own, 1 + own])
    }
  }

  /// A document as a gate writes it: one cell that is slower, one that is not, and all controls.
  private func document(_ change: (inout GateDocument) -> Void = { _ in }) -> GateDocument {
    let policy = GatePolicy(confirmedCells: 2)
    func cell(_ id: String, slower: Double) -> GateDocument.Cell {
      let (screen, confirmation) = (
        pairs(8, slower: slower), slower > 0.01 ? pairs(16, slower: slower) : []
      )
      let judged = GateJudgement(screen: screen, confirmation: confirmation, by: policy)
      return GateDocument.Cell(
        id: id, change: judged.change, bound: judged.bound, probability: judged.probability,
        verdict: judged.verdict, reason: judged.reason, screen: screen,
        confirmation: confirmation)
    }
    func control(_ name: String, slower: Double) -> GateDocument.Control {
      GateDocument.Control(
        name: name, cell: "same", treatment: name, passed: true, pairs: pairs(8, slower: slower))
    }
    var document = GateDocument(
      created: "2026-01-01T00:00:00Z", status: .complete,
      tool: ToolIdentity(version: "0", commit: "c", build: "release", swift: "6"),
      machine: MachineIdentity(
        cpu: "CPU", architecture: "x86_64", cpuSignature: nil, logicalCPUs: 2, effectiveCPUs: 2,
        lastLevelCacheBytes: nil, memoryBytes: 1 << 30, operatingSystem: "Debian", kernel: "6",
        hypervisor: nil),
      base: .init(name: "a"), head: .init(name: "b"),
      options: .init(
        detect: 0.03, tolerance: 0.01, suiteErrorRate: 0.01, mostPairs: GatePolicy.defaultMostPairs,
        seed: 1), seconds: 1,
      controls: [
        control("same-code", slower: -4e-4), control("dose", slower: 0.05),
        control("layout", slower: -4e-4),
      ],
      cells: [cell("slow", slower: 0.05), cell("same", slower: 0)], verdict: .regression,
      summary: "", cautions: [])
    document.summary = document.summaryOfCells
    change(&document)
    return document
  }

  @Test func whatAGateWritesIsNoContradiction() {
    #expect(document().cells.map(\.verdict) == [.regression, .pass])
    #expect(GateReplay(document()).contradiction == nil)
    let empty = document { ($0.cells, $0.controls, $0.verdict) = ([], [], .pass) }
    #expect(GateReplay(empty).contradiction == nil)
  }

  /// Each of these would make a slowdown look better than it is, or worse.
  @Test(arguments: 0..<15)
  func forgeries(kind: Int) {
    let forged = document { document in
      switch kind {
      case 0: document.verdict = .pass
      case 1: document.cells[0].verdict = .pass
      case 2: document.cells[1].verdict = .regression
      case 3: document.cells[1].bound = 0.0001
      case 4: document.cells[0].change?.median = 0.001
      case 5: document.cells[0].probability = 0.5
      case 6: document.controls[1].pairs = pairs(8, slower: 0)
      case 7: document.cells[0].confirmation = pairs(16, slower: 0.001)
      case 8: document.cells[0].verdict = .improvement
      case 9: document.controls.removeLast()
      case 10: document.options.suiteErrorRate = 0.5
      case 11: document.cells[1].reason = "much faster"
      case 12: document.cells.append(document.cells[1])
      case 13: document.cells[1].change?.high = -0.4
      default: document.cells[1].baseSeconds = -1
      }
    }
    #expect(GateReplay(forged).contradiction != nil, "forgery \(kind)")
  }

  /// Saying less than the pairs do is no forgery: a worker may have failed later.
  @Test func lessIsAllowed() {
    let open = document { document in
      document.cells[0].verdict = .inconclusive
      document.verdict = .inconclusive
      document.summary = document.summaryOfCells
    }
    #expect(GateReplay(open).contradiction == nil)
  }

  /// Confirmed cells share the error rate: whoever tells fewer would decide at a level that is none.
  ///
  /// By hand: 16 pairs of one side have a p-value of 1/65536, which 1 % over 655 cells allows and over 656 does not.
  @Test(arguments: [(0, false), (1, true), (2, true), (655, true), (656, false)])
  func aDocumentTellsHowManyWereConfirmed(cells: Int, agrees: Bool) {
    let told = document { $0.options.confirmedCells = cells }
    let contradiction = GateReplay(told).contradiction
    #expect((contradiction == nil) == agrees, "\(contradiction ?? "none")")
  }

  /// Nonsense in the options must not end the program.
  @Test(arguments: [-1.0, 0, 5, 1e308])
  func nonsenseIsJudged(value: Double) {
    let odd = document { document in
      document.options.detect = value
      document.options.tolerance = value
      document.options.suiteErrorRate = value
      document.options.confirmedCells = -3
    }
    _ = GateReplay(odd).contradiction
  }
}
