import FoundationEssentials
import Statistics
import Testing

@testable import ModelSpec

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct GatePolicyTests {
  private let policy = GatePolicy(confirmedCells: 20)

  private func changes(_ count: Int, centre: Double, spread: Double = 0.004) -> [Double] {
    (0..<count).map { centre + spread * (Double($0) - Double(count - 1) / 2) / Double(count) }
  }

  @Test func nothingIsOpen() {
    #expect(policy.screening([], look: 8) == .open)
    #expect(policy.bound([]) == nil)
    #expect(policy.detectable([]) == nil)
    #expect(policy.detectable([0.01]) == nil)
  }

  @Test(arguments: [
    (0, GatePolicy.Screening.passed), (0.009, .passed), (0.03, .flagged(isSlower: true)),
    (0.05, .flagged(isSlower: true)), (-0.05, .flagged(isSlower: false)), (-0.009, .passed),
  ])
  func screening(centre: Double, expected: GatePolicy.Screening) {
    #expect(policy.screening(changes(8, centre: centre), look: 8) == expected)
  }

  /// What neither passes nor points beyond the tolerance is measured further.
  @Test func noiseIsOpen() {
    #expect(policy.screening(changes(8, centre: 0, spread: 0.3), look: 8) == .open)
    // Five pairs of one side cannot have a p-value of a sixtieth.
    #expect(policy.screening(changes(5, centre: 0), look: 8) == .open)
  }

  /// What seems slower without being likely so is measured further first, and looked into where that is over.
  @Test func aCentreBeyondTheToleranceCountsAtTheLastLook() {
    let early = changes(8, centre: 0.02, spread: 0.15)
    let late = changes(32, centre: 0.02, spread: 0.15)
    #expect(SignFlipTest.probability(late, above: policy.tolerance) > GatePolicy.flagLevel)
    #expect(policy.screening(early, look: 8) == .open)
    #expect(policy.screening(late, look: 32) == .flagged(isSlower: true))
    // All rounds of a pair may have been disturbed: the last look is the last for those that remain too.
    #expect(policy.screening(Array(late.dropLast()), look: 32) == .flagged(isSlower: true))
    #expect(policy.screening([], look: 32) == .open)
    #expect(policy.screening(changes(32, centre: 0.005, spread: 0.3), look: 32) == .open)
  }

  /// By hand: a level of 1 % over 20 confirmed cells is 1/2000, which takes 11 pairs (2¹¹ = 2048), and with two more for one
  /// that points elsewhere still fewer than the least, 20.
  @Test func confirmationsHaveTheirLevel() {
    #expect(policy.confirmationLevel == 0.0005)
    let quiet = changes(8, centre: 0.05)
    let noisy = changes(8, centre: 0.05, spread: 0.5)
    #expect(policy.confirmationPairs(after: quiet, secondsOfAPair: 0.8) == 20)
    #expect(
      GatePolicy(confirmedCells: 1).confirmationPairs(after: quiet, secondsOfAPair: 0.8) == 20)
    // A suite so large that its level takes more pairs than the usual least gets them.
    let large = GatePolicy(confirmedCells: 1 << 24)
    #expect(large.confirmationPairs(after: noisy, secondsOfAPair: 9) == 33)
    // What is noisy gets as many as fit 25 s and the test counts.
    #expect(policy.confirmationPairs(after: noisy, secondsOfAPair: 1) == 25)
    #expect(policy.confirmationPairs(after: noisy, secondsOfAPair: 0.4) == 40)
    #expect(policy.confirmationPairs(after: noisy, secondsOfAPair: 3) == 20)
    #expect(policy.confirmationPairs(after: noisy, secondsOfAPair: 0) == 40)
  }

  /// One pair far off says that others may be.
  @Test func aDisturbedPairOfTheScreenAsksForMore() {
    var changes = changes(8, centre: 0.05)
    changes[3] = 0.2
    #expect(policy.confirmationPairs(after: changes, secondsOfAPair: 0.5) == 40)
  }

  /// Of gates on unchanged code no more than 1 % may call any cell a regression, whatever the noise.
  ///
  /// Two thousand simulated suites of ten seeds; heavy tails and drifts take the sign of the pair's coin. Cells
  /// are unchanged, or slower by just what is accepted, where every second one is flagged.
  @Test(arguments: [0, log1p(GatePolicy.defaultTolerance)])
  func falseAlarmsOfASuite(change: Double) {
    var policy = GatePolicy()
    var alarms = 0
    let suites = 2000
    for seed in 0..<10 {
      var random = SeededGenerator(seed: UInt64(seed), purpose: "suites")
      func pair(_ spread: Double) -> Double {
        let normals = random.normals(count: 2).map(Double.init)
        let noise = spread * normals[0] / max(0.1, abs(normals[1])) + 0.01
        return change + (random.next() & 1 == 0 ? noise : -noise)
      }
      for _ in 0..<suites / 10 {
        let spreads = (1...5).map { 0.005 * Double($0) }
        let flagged = spreads.filter { spread in
          policy.screening((0..<32).map { _ in pair(spread) }, look: 32) == .flagged(isSlower: true)
        }
        policy.confirmedCells = flagged.count
        let isAlarm = flagged.contains { spread in
          SignFlipTest.probability((0..<13).map { _ in pair(spread) }, above: policy.tolerance)
            <= policy.confirmationLevel
        }
        if isAlarm { alarms += 1 }
      }
    }
    #expect(
      Binomial.probability(ofAtLeast: alarms, of: suites, each: policy.suiteErrorRate) > 1e-6,
      "\(alarms) of \(suites)")
  }

  @Test(arguments: [
    ("*", "anything", true), ("*", "", true), ("a", "a", true), ("a", "ab", false),
    ("a*", "ab", true), ("*b", "ab", true), ("a*b", "ab", true), ("ab*b", "ab", false),
    ("*/1-tokens/*", "olmoe/ffn-forward/1-tokens/tile", true),
    ("*/1-tokens/*", "olmoe/ffn-forward/16-tokens/tile", false), ("a*c*e", "abcde", true),
    ("a*e*c", "abcde", false), ("", "", true), ("", "a", false), ("**", "a", true),
  ])
  func patterns(pattern: String, name: String, expected: Bool) {
    #expect(NamePattern(pattern).matches(name) == expected)
  }
}
