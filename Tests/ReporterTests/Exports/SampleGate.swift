import ModelSpec
import Statistics

/// A gate's document by hand, with one cell of each verdict and a control that failed.
extension Sample {
  /// Pairs whose rounds take these seconds on the base, and `ratio` times as much on the head.
  static func pairs(_ count: Int, seconds: Double, ratio: Double) -> [GateDocument.Pair] {
    (0..<count).map { pair in
      let rounds = (0..<4).map { seconds * (1 + Double((pair + $0) % 4) / 64) }
      return GateDocument.Pair(
        headFirst: pair % 2 == 0, baseSeconds: rounds, headSeconds: rounds.map { $0 * ratio },
        disturbedRounds: pair == 0 ? 1 : 0)
    }
  }

  /// A cell as a gate of five judges it by these pairs.
  private static func cell(
    _ id: String, seconds: Double, ratio: Double, confirmed: Int = 0, noise: Double = 0,
    command: String? = nil, work: [GateDocument.WorkCount] = []
  ) -> GateDocument.Cell {
    var screen = pairs(8, seconds: seconds, ratio: ratio)
    for index in screen.indices {
      let factor = 1 + noise * (Double(index) / 7 - 0.5)
      screen[index].headSeconds = screen[index].headSeconds.map { $0 * factor }
    }
    let confirmation = pairs(confirmed, seconds: seconds, ratio: ratio)
    let judged = GateJudgement(
      screen: screen, confirmation: confirmation, work: work, by: GatePolicy(confirmedCells: 5))
    return GateDocument.Cell(
      id: id, change: judged.change, bound: judged.bound, detectable: judged.detectable,
      probability: judged.probability, verdict: judged.verdict, reason: judged.reason,
      command: command,
      baseSeconds: (screen + confirmation).flatMap(\.baseSeconds).median,
      headSeconds: (screen + confirmation).flatMap(\.headSeconds).median,
      screen: screen, confirmation: confirmation, work: work)
  }

  /// A control as such a gate judges it.
  private static func control(
    _ name: String, treatment: String, ratio: Double
  ) -> GateDocument.Control {
    let pairs = pairs(8, seconds: 0.015625, ratio: ratio)
    let changes = pairs.compactMap(\.change)
    let judged = ControlJudgement(kind: name, changes: changes, by: GatePolicy(confirmedCells: 5))
    return GateDocument.Control(
      name: name, cell: "dense/16", treatment: treatment, change: ChangeEstimate(pairs: changes),
      probability: judged.probability, passed: judged.passed, pairs: pairs)
  }

  static let gate: GateDocument = {
    var gate = handMade
    gate.summary = gate.summaryOfCells
    return gate
  }()

  private static let handMade = GateDocument(
    created: "2026-11-21T15:00:00Z", status: .complete, tool: suite.tool, machine: suite.machine,
    base: .init(
      name: "origin/main", commit: "0123456789abcdef0123456789abcdef01234567",
      digest: String(repeating: "ab", count: 32)),
    head: .init(
      name: "HEAD", commit: "89abcdef0123456789abcdef0123456789abcdef",
      digest: String(repeating: "cd", count: 32)),
    options: .init(
      detect: 0.03, tolerance: 0.01, suiteErrorRate: 0.01, confirmedCells: 5,
      mostPairs: GatePolicy.defaultMostPairs, seed: 7,
      budgetSeconds: 600),
    seconds: 161,
    controls: [
      control("same-code", treatment: "another copy of the base", ratio: 1),
      control("dose", treatment: "a copy of the base that does 5 % more", ratio: 1),
      control("layout", treatment: "a copy at a longer path", ratio: 1),
    ],
    cells: [
      cell(
        "moe/512", seconds: 0.0625, ratio: 1.0625, confirmed: 16,
        work: [
          .init(name: "flops", base: 1_000_000, head: 1_000_000),
          .init(name: "allocations", base: nil, head: 12),
          .init(name: "blas_shapes", base: 7, head: 9),
        ]),
      cell(
        "moe/1", seconds: 0.001953125, ratio: 1, noise: 0.25, command: "tenfold gate --budget 30m"),
      cell("moe/16", seconds: 0.25, ratio: 0.875, confirmed: 16),
      cell(
        "dense/16", seconds: 0.015625, ratio: 1,
        work: [.init(name: "flops", base: 4_096, head: 4_096)]),
      .init(
        id: "dense/1", verdict: .inconclusive, reason: "the head does not know this cell"),
    ],
    verdict: .inconclusive,
    summary: "",
    cautions: ["A quota stopped processes 3 times."])
}
