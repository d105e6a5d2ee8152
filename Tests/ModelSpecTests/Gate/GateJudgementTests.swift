import FoundationEssentials
import ModelSpec
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct GateJudgementTests {
  private let policy = GatePolicy(confirmedCells: 20)

  /// Pairs whose head takes so much longer, in three rounds each.
  private func pairs(_ count: Int, slower: Double, spread: Double = 0.002) -> [GateDocument.Pair] {
    (0..<count).map { index in
      let own = slower + spread * (Double(index) / Double(max(1, count - 1)) - 0.5)
      return GateDocument.Pair(
        headFirst: index.isMultiple(of: 2), baseSeconds: [1, 2, 4],
        headSeconds: [1, 2, 4].map { $0 * (1 + own) })
    }
  }

  private func judgement(
    _ screen: [GateDocument.Pair], _ confirmation: [GateDocument.Pair] = [],
    work: [GateDocument.WorkCount] = [], fault: String? = nil, floor: Double = 0
  ) -> GateJudgement {
    GateJudgement(
      screen: screen, confirmation: confirmation, work: work, fault: fault, layoutFloor: floor,
      by: policy)
  }

  @Test func passHasABound() throws {
    let judged = judgement(pairs(8, slower: 0.001))
    #expect(judged.verdict == .pass)
    let bound = try #require(judged.bound)
    #expect(bound > 0.001 && bound < 0.003)
    #expect(judged.reason == "no slowdown above 0.2 %")
  }

  @Test func onlyNewPairsDecide() throws {
    let slow = pairs(13, slower: 0.05)
    #expect(judgement(pairs(8, slower: 0.05)).verdict == .inconclusive)
    let judged = judgement(pairs(8, slower: 0.05), slow)
    #expect(judged.verdict == .regression)
    #expect(judged.probability == 0x1p-13)
    #expect(abs(try #require(judged.change).median - 0.05) < 1e-3)
    // A screen that pointed at nothing does not help what the new pairs do not show.
    #expect(judgement(pairs(8, slower: 0.05), pairs(13, slower: 0.001)).verdict == .pass)
    #expect(judgement(pairs(8, slower: -0.05), pairs(13, slower: -0.05)).verdict == .improvement)
  }

  /// A slowdown within the tolerance is none.
  @Test func toleranceIsAccepted() {
    #expect(judgement(pairs(8, slower: 0.009), pairs(13, slower: 0.009)).verdict == .pass)
  }

  /// What code placement alone moves by as much is no regression of the code.
  @Test func changesWithinTheLayoutFloorAreOpen() {
    let slow = pairs(13, slower: 0.05)
    let judged = judgement(slow, slow, floor: log1p(0.06))
    #expect(judged.verdict == .inconclusive)
    #expect(judged.reason.contains("where code and stack lie"))
    #expect(judgement(slow, slow, floor: log1p(0.02)).verdict == .regression)
  }

  @Test func countsDecideWithoutTimes() {
    let more = [GateDocument.WorkCount(name: "allocations", base: 0, head: 3)]
    let less = [GateDocument.WorkCount(name: "flops", base: 5, head: 4)]
    let unknown = [GateDocument.WorkCount(name: "instructions", base: nil, head: 4)]
    let fast = pairs(8, slower: -0.001)
    #expect(judgement(fast, work: more).verdict == .regression)
    #expect(judgement(fast, work: more).reason == "a pass does more: allocations 0, now 3")
    #expect(judgement(fast, work: less).verdict == .improvement)
    #expect(judgement(fast, work: unknown).verdict == .pass)
    // Less work that takes longer has not made anything faster.
    #expect(
      judgement(pairs(8, slower: 0.05), pairs(13, slower: 0.05), work: less).verdict == .regression)
  }

  /// Instructions differ a little by themselves; other shapes of products are neither more nor less.
  @Test(arguments: [
    ("instructions", 1_000_000, 1_001_999, false, false),
    ("instructions", 1_000_000, 1_002_001, true, false),
    ("instructions", 1_002_100, 1_000_000, false, true), ("blas_shapes", 5, 9, false, false),
    ("flops", 1_000_000, 1_000_001, true, false), ("flops", 3, 3, false, false),
  ])
  func slackOfCounts(name: String, base: Int, head: Int, isMore: Bool, isLess: Bool) {
    let count = GateDocument.WorkCount(name: name, base: base, head: head)
    #expect(count.isMore == isMore && count.isLess == isLess)
  }

  @Test func faultsAndEmptinessAreOpen() {
    #expect(judgement([]).verdict == .inconclusive)
    #expect(judgement([]).reason == "nothing was measured")
    #expect(judgement(pairs(8, slower: 0), fault: "it crashed").reason == "it crashed")
    // Rounds without a time that is one say nothing.
    let broken = GateDocument.Pair(headFirst: true, baseSeconds: [0, .nan], headSeconds: [1, 1])
    #expect(broken.change == nil)
    #expect(judgement([broken, broken]).verdict == .inconclusive)
  }

  @Test(arguments: [
    ("dose", 0.05, true), ("dose", 0.0, false), ("same-code", 0.0, true),
    ("same-code", 0.05, false), ("same-code", 0.005, true), ("layout", 0.05, true),
  ])
  func controls(kind: String, slower: Double, passed: Bool) {
    let changes = pairs(8, slower: slower).compactMap(\.change)
    let judged = ControlJudgement(kind: kind, changes: changes, by: policy)
    #expect(judged.passed == passed)
    #expect((judged.layoutFloor > 0) == (kind == "layout"))
    #expect(!ControlJudgement(kind: kind, changes: [], by: policy).passed)
  }
}
