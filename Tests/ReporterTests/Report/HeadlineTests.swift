import ModelSpec
import Testing

@testable import Reporter

@Suite("The headline")
struct HeadlineTests {
  private func headline(_ record: Record, claims: [Claim] = Sample.claims) throws -> String {
    let report = try Report(
      records: [NamedRecord(name: "r", record: record)], claims: claims, analytic: Sample.analytic)
    return Headline(try #require(report.sections.first)).sentence
  }

  @Test("names the machine and the claim that is furthest from its number")
  func verdict() throws {
    #expect(
      try headline(Sample.suite)
        == "On AMD EPYC 9R14 (2 of 4 CPUs), muse-spark-open-816b-a42b against llama4-maverick measured "
        + "0.372x [0.360, 0.380] at best, where 10x is claimed: it falls short.")
    var mixtral = Sample.suite
    mixtral.cells.remove(at: 3)
    #expect(
      try headline(mixtral).hasSuffix(
        "mixtral-8x7b against llama2-70b measured 4.90x [4.85, 4.95] (scaled up from a part of the "
          + "width) at best, where 6x is claimed: it falls short."))
  }

  @Test("is the question people ask in the example: ten times less compute, not a count that holds")
  func example() throws {
    let sentence = try headline(Sample.example("default-suite"), claims: ClaimLedger.claims)
    #expect(sentence.contains("where 10x is claimed: it falls short"))
  }

  @Test(
    "takes a claim that is missed before one that is met, and a nearer miss after a further one")
  func order() {
    func verdict(
      _ claim: String, _ outcome: Verdict.Outcome, claimed: Double?, measured: Double
    ) -> Verdict {
      Verdict(
        claim: claim, scope: .wholeModel, candidate: "a", baseline: "b", claimed: claimed,
        qualifier: .exactly,
        measured: Verdict.Measured(Sample.estimate(measured, measured, measured)), verdict: outcome,
        reason: "", record: "r")
    }
    let met = verdict("mixtral-8x7b-5x-active", .delivered, claimed: 5, measured: 5)
    let near = verdict("mixtral-8x7b-6x-llama2-70b", .fallsShort, claimed: 6, measured: 5)
    let far = verdict("seed-10x-lower-inference-cost", .exceeded, claimed: 1, measured: 4)
    // Not in the ledger, so that nothing says that it is of time or compute.
    let other = verdict("other", .fallsShort, claimed: 100, measured: 1)
    let open = verdict("mixtral-8x7b-12b-speed", .undecided, claimed: nil, measured: 1)
    let beyond = verdict(
      "seed-muse-over-10x-pretraining", .notAKernelClaim, claimed: 9, measured: 1)
    #expect(
      [met, other, beyond, open, near, far].furthestFirst.map(\.claim)
        == [far, near, met, open, other].map(\.claim))
  }

  @Test("falls back to the largest ratio, and to nothing")
  func others() throws {
    #expect(
      try headline(Sample.suite, claims: []).hasSuffix(
        "the largest time ratio is 4.90x [4.85, 4.95]: mixtral-8x7b against llama2-70b with 1 token "
          + "per pass, where FLOPs allow 5.33x."))
    #expect(try headline(Sample.record([])).contains("nothing was measured"))
  }
}
