import ModelSpec

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

  static let gate = GateDocument(
    created: "2026-11-21T15:00:00Z", status: .complete, tool: suite.tool, machine: suite.machine,
    base: .init(
      name: "origin/main", commit: "0123456789abcdef0123456789abcdef01234567",
      digest: String(repeating: "ab", count: 32)),
    head: .init(
      name: "HEAD", commit: "89abcdef0123456789abcdef0123456789abcdef",
      digest: String(repeating: "cd", count: 32)),
    options: .init(
      detect: 0.03, tolerance: 0.01, suiteErrorRate: 0.01, seed: 7, budgetSeconds: 600),
    seconds: 161,
    controls: [
      .init(
        name: "same-code", cell: "dense/16", treatment: "a copy of the base",
        change: .init(median: 0.001, low: -0.004, high: 0.006), probability: 0.44, passed: true,
        pairs: pairs(6, seconds: 0.015625, ratio: 1)),
      .init(
        name: "dose", cell: "dense/16", treatment: "21 passes where 20 are counted",
        change: .init(median: 0.011, low: -0.02, high: 0.04), probability: 0.2, passed: false,
        pairs: pairs(6, seconds: 0.015625, ratio: 1)),
    ],
    cells: [
      .init(
        id: "moe/512", change: .init(median: 0.0625, low: 0.05, high: 0.075), bound: 0.075,
        detectable: 0.015, probability: 0.000244, verdict: .regression,
        reason: "slower in 12 of 12 pairs", baseSeconds: 0.06396484375,
        headSeconds: 0.067962646484375,
        screen: pairs(6, seconds: 0.0625, ratio: 1.0625),
        confirmation: pairs(12, seconds: 0.0625, ratio: 1.0625),
        work: [
          .init(name: "flops", base: 1_000_000, head: 1_062_500),
          .init(name: "allocations", base: nil, head: 12),
        ]),
      .init(
        id: "moe/1", change: .init(median: 0.006, low: -0.028, high: 0.041), bound: 0.041,
        detectable: 0.044, probability: 0.3, verdict: .inconclusive,
        reason: "a slowdown of 3 % cannot be excluded", command: "tenfold gate --budget 30m",
        baseSeconds: 0.0019989013671875, headSeconds: 0.0019989013671875,
        screen: pairs(6, seconds: 0.001953125, ratio: 1)),
      .init(
        id: "moe/16", change: .init(median: -0.125, low: -0.13, high: -0.12), bound: -0.12,
        detectable: 0.012, probability: 1, verdict: .improvement, reason: "faster in every pair",
        baseSeconds: 0.255859375, headSeconds: 0.223876953125,
        screen: pairs(6, seconds: 0.25, ratio: 0.875)),
      .init(
        id: "dense/16", change: .init(median: 0.001, low: -0.006, high: 0.007), bound: 0.007,
        detectable: 0.012, probability: 0.8, verdict: .pass, reason: "",
        baseSeconds: 0.0159912109375, headSeconds: 0.0159912109375,
        screen: pairs(6, seconds: 0.015625, ratio: 1),
        work: [.init(name: "flops", base: 4_096, head: 4_096)]),
      .init(
        id: "dense/1", verdict: .inconclusive, reason: "the head does not know this cell"),
    ],
    verdict: .inconclusive,
    summary: "The gate cannot tell: a control did not come out as it must.",
    cautions: ["A quota stopped processes 3 times."])
}
