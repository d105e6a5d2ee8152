import ModelSpec
import Testing

@testable import Reporter

@Suite("Verdicts by counting")
struct CountedVerdictsTests {
  private static let all = Verdicts.counting()

  private func verdict(_ id: String) throws -> Verdict {
    try #require(Self.all.first { $0.claim == id }, "\(id)")
  }

  @Test("need no record, and are one for every claim of the ledger")
  func everyClaim() {
    #expect(Set(Self.all.map(\.claim)) == Set(ClaimLedger.claims.map(\.id)))
    #expect(Self.all.count == ClaimLedger.claims.count)
    #expect(Self.all.allSatisfy { $0.record == nil && $0.measured == nil && !$0.reason.isEmpty })
  }

  @Test("have a basis where they are judged, and only there")
  func basis() {
    for verdict in Self.all {
      #expect(verdict.basis == (verdict.verdict.isJudged ? .counted : nil), "\(verdict.claim)")
    }
  }

  @Test(
    "hold the count against the claim by the table of verdicts",
    arguments: [
      ("deepseek-v2-kv-15x", .delivered, 15.01), ("gpt-oss-120b-80gb", .delivered, 3.584),
      ("hunyuan-large-cla-kv-2x", .delivered, 2), ("aa-muse-tokens-vs-opus46", .delivered, 2.707),
      ("muse-spark-open-vs-maverick-active", .delivered, 0.3634),
      ("deepseek-v4-pro-flops-3p7x", .delivered, 3.713),
      ("glm45-param-efficiency", .delivered, 1.902),
      ("seed-10x-lower-inference-cost", .fallsShort, 0.3634),
      ("grok1-25pct-active", .fallsShort, 3.769),
      ("deepseekmoe-145b-3p5x", .fallsShort, 3.058),
      ("minimax-m1-4x-flops-100k", .undecided, 4.497),
      ("kimi-linear-kv-4x", .fallsShort, 3.847), ("shazeer-1000x-capacity", .delivered, 17_125),
    ] as [(String, Verdict.Outcome, Double)])
  func outcomes(_ id: String, _ outcome: Verdict.Outcome, _ ratio: Double) throws {
    let verdict = try verdict(id)
    #expect(verdict.verdict == outcome && verdict.basis == .counted)
    #expect(abs(try #require(verdict.analytic) / ratio - 1) < 0.001, "\(verdict.analytic ?? 0)")
  }

  @Test("decide nothing where the claim holds more than what is counted, and say what remains")
  func parts() throws {
    let hours = try verdict("llama4-gpu-hours-maverick-vs-scout")
    #expect(hours.verdict == .undecided && hours.leftToExplain.map { $0 > 1.1 } == true)
    #expect(hours.reason.contains("leaves a factor 1.2 to explain by token counts"))
    // A speed is more than FLOPs, a price more than the quotient of two prices.
    for id in [
      "jamba-3x-long-context", "nemotron3-nano-3p3x", "llama4-maverick-cost-vs-gpt4o",
      "gshard-10x-core-years",
    ] {
      #expect(try verdict(id).verdict == .undecided, "\(id)")
    }
    #expect(try verdict("gshard-10x-core-years").reason.contains("checks its arithmetic"))
    // Cells could decide these, and what arithmetic leaves open stays open without them.
    for id in [
      "mixtral-8x7b-6x-llama2-70b", "qwen3-next-decode-4x-4k", "deepseek-v2-training-1p74x",
    ] {
      let verdict = try verdict(id)
      #expect(verdict.verdict == .notMeasured && verdict.analytic != nil, "\(id)")
    }
  }

  @Test("never judge compute to parity, and print what of it can be counted")
  func parity() throws {
    let parity = Self.all.filter { $0.scope == .computeToParity }
    #expect(parity.allSatisfy { $0.verdict == .notAKernelClaim && $0.basis == nil })
    let arctic = try verdict("arctic-17x-llama3-70b")
    #expect(abs(try #require(arctic.analytic) - 17.8) < 0.01)
    #expect(abs(try #require(arctic.leftToExplain) - 17 / 17.8) < 0.001)
    #expect(arctic.analyticInterval.map { $0.low < 17 && 19 < $0.high } == true)
    #expect(arctic.reason.contains("6 × 70.6B × 15T = 6.35e24 FLOP against 6 × 17B × 3.5T"))
    let muse = try verdict("meta-muse-10x-pretrain")
    #expect(muse.reason.contains("6 × 17B × 22T = 2.24e24 FLOP"))
    #expect(muse.reason.contains("42B active parameters 890B tokens"))
  }

  @Test("print their formula with its numbers")
  func formulas() throws {
    let cache = try verdict("deepseek-v2-kv-15x").reason
    #expect(cache.contains("95 layers × 2,048 = 194,560 elements a token at 16 bits"))
    #expect(cache.contains("(5.63x by elements, 2.67x by bits) is 15.01x"))
    let weights = try verdict("gpt-oss-120b-80gb").reason
    #expect(weights.contains("116.83B weights at 16 bits") && weights.contains("4.25 bits"))
    #expect(weights.contains("within the 80 GB of one 80 GB GPU"))
    var claim = try #require(ClaimLedger.claim(id: "deepseek-v2-kv-15x"))
    claim.modelID = "deepseek-v3"
    let other = try #require(Verdicts.counting([claim]).first)
    #expect(other.reason.contains("61 layers × 576 = 35,136 elements a token at 6 bits"))
  }

  @Test("stand in for cells that a record does not have, and give way to those that it has")
  func cells() throws {
    let claim = try #require(ClaimLedger.claim(id: "mixtral-8x7b-5x-active"))
    func verdict(baseline: String) throws -> Verdict {
      let cell = Sample.cell(
        "mixtral-8x7b", baseline, tokens: 1, flopRatio: 5.3, Sample.estimate(4.85, 4.9, 4.95))
      let named = try NamedRecord(name: "r", record: Sample.record([cell]))
      return try #require(Verdicts.judging(named, claims: [claim]).first)
    }
    let measured = try verdict(baseline: "llama2-70b")
    #expect(measured.basis == .measured && measured.verdict == .fallsShort)
    let counted = try verdict(baseline: "iso-total")
    #expect(counted.basis == .counted && counted.verdict == .delivered && counted.record == "r")
    #expect(counted.reason.contains("tenfold run mixtral-8x7b --baseline llama2-70b"))
  }

  @Test("say that nothing can be counted where a size is missing")
  func missing() throws {
    var claim = try #require(ClaimLedger.claim(id: "glm45-param-efficiency"))
    claim.baselineID = nil
    let verdict = try #require(Verdicts.counting([claim]).first)
    #expect(verdict.verdict == .notMeasured && verdict.basis == nil && verdict.analytic == nil)
    #expect(verdict.reason.contains("not in the catalogue"))
  }

  @Test("show a scenario by its name, and judge nothing by one that is not known")
  func scenarios() throws {
    var claim = try #require(ClaimLedger.claim(id: "seed-thought-compression"))
    claim.test = .scenario(.init("scenario-of-tomorrow"))
    let verdict = try #require(Verdicts.counting([claim]).first)
    #expect(verdict.verdict == .notAKernelClaim && verdict.basis == nil)
    #expect(verdict.reason.contains("scenario-of-tomorrow"))
  }
}

@Suite("When a count delivers a claim")
struct CountRulesTests {
  private func outcome(
    _ counted: RoundedValue, _ claimed: Double, _ printed: RoundedValue?,
    _ qualifier: Claim.Qualifier
  ) -> Verdict.Outcome {
    VerdictRules.outcome(counted: counted, claimed: claimed, printed: printed, qualifier)
  }

  @Test("a bare number is as far open as it is printed")
  func printed() {
    let six = RoundedValue(6, low: 5.5, high: 6.5)
    for (counted, expected) in [
      (5.49, Verdict.Outcome.fallsShort), (5.5, .delivered), (6, .delivered), (6.6, .delivered),
      (6.61, .exceeded),
    ] {
      #expect(outcome(RoundedValue(exactly: counted), 6, six, .exactly) == expected, "\(counted)")
      #expect(outcome(RoundedValue(exactly: counted), 6, six, .upTo) == expected, "\(counted)")
    }
    #expect(outcome(RoundedValue(exactly: 5.9), 6, nil, .exactly) == .fallsShort)
  }

  @Test("about forgives ten percent instead, and over is a bound")
  func qualifiers() {
    let wide = RoundedValue(2, low: 1.5, high: 2.5)
    #expect(outcome(RoundedValue(exactly: 1.79), 2, wide, .about) == .fallsShort)
    #expect(outcome(RoundedValue(exactly: 1.8), 2, wide, .about) == .delivered)
    #expect(outcome(RoundedValue(exactly: 1.99), 2, wide, .atLeast) == .fallsShort)
    #expect(outcome(RoundedValue(exactly: 200), 2, wide, .atLeast) == .delivered)
  }

  @Test("a count that figures leave open on both sides of the claim decides nothing")
  func open() {
    #expect(outcome(RoundedValue(4, low: 3, high: 4.6), 4, nil, .exactly) == .undecided)
    #expect(outcome(RoundedValue(4, low: 4, high: 4.6), 4, nil, .exactly) == .delivered)
    #expect(outcome(RoundedValue(9, low: 5, high: 12), 4, nil, .exactly) == .exceeded)
  }
}
