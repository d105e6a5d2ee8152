import Foundation
import ModelSpec
import Testing

/// Counts of the ledger's claims against figures that others published.
@Suite("Counted claims")
struct ClaimCountTests {
  private func result(_ id: String) throws -> CountResult {
    try #require(ClaimLedger.claim(id: id)?.counted(), "\(id)")
  }

  private func ratio(_ id: String) throws -> RoundedValue {
    try #require(try result(id).ratio, "\(id)")
  }

  @Test("are all countable", arguments: ClaimLedger.claims.filter { $0.test.count != nil })
  func countable(_ claim: Claim) throws {
    let result = try #require(claim.counted())
    #expect(result.ratio != nil || result.tokensLeft != nil)
    if let ratio = result.ratio { #expect(ratio.low > 0 && ratio.high.isFinite) }
    #expect((result.claimed != nil) == (claim.ratio != nil))
    if let claimed = result.claimed, let ratio = claim.ratio {
      // The ledger's ratio is what is printed, up to its own rounding to three digits.
      #expect(abs(claimed.value / ratio - 1) < 0.02, "\(claimed.value)")
    }
  }

  /// The ledger arithmetic of Arctic's blog: 17.8, 7.3 and 2.0.
  @Test(
    "of training are 6·N·D of both sides",
    arguments: [
      ("arctic-17x-llama3-70b", (70.6, 15, 17, 3.5)), ("arctic-7x-dbrx", (36, 12, 17, 3.5)),
      ("arctic-half-llama3-8b", (8.03, 15, 17, 3.5)),
      ("deepseek-v3-gpu-hours", (405, 15.6, 37, 14.8)), ("jetmoe-under-0p1m", (6.7, 2, 2.2, 1.25)),
    ] as [(String, (Double, Double, Double, Double))])
  func training(_ id: String, _ figures: (Double, Double, Double, Double)) throws {
    let ratio = try ratio(id)
    let expected = figures.0 * figures.1 / (figures.2 * figures.3)
    #expect(abs(ratio.value / expected - 1) < 1e-12)
    #expect(ratio.low < expected && expected < ratio.high)
  }

  /// 6 · 17B · 22T; a tenth of it gives 42B active parameters about 0.9T tokens.
  @Test("of a run whose tokens are unpublished say how many the claim leaves")
  func tokensLeft() throws {
    let muse = try result("meta-muse-10x-pretrain")
    let baseline = try #require(muse.baseline).amount
    #expect(abs(baseline.value / 2.244e24 - 1) < 1e-12)
    let left = try #require(muse.tokensLeft)
    #expect(abs(try #require(left.tokens).value / (2.244e23 / (6 * 42e9)) - 1) < 1e-12)
    #expect(muse.ratio == nil && muse.model == nil)
    // Where neither side's tokens are published, the part of the baseline's is left.
    let qwen = try #require(try result("qwen15-moe-training-4x").tokensLeft)
    #expect(qwen.tokens == nil && abs(qwen.share.value - 0.746) < 0.001)
  }

  /// DeepSeek-V2's 93.3 %: 95 · 2048 elements at 16 bits against 60 · 576 at 6.
  @Test("of a cache are elements and bits")
  func cache() throws {
    let cut = try result("deepseek-v2-kv-15x")
    #expect(try #require(cut.ratio).value == 95 * 2_048 * 16 / (60 * 576 * 6.0))
    let claimed = try #require(cut.claimed)
    #expect(abs(claimed.value - 14.925) < 0.001 && claimed.low < 14.82 && claimed.high > 15.03)
    #expect(try ratio("hunyuan-large-cla-kv-2x").value == 2)
    #expect(abs(try ratio("kimi-linear-kv-4x").value - 27.0 / 7) < 0.02)
  }

  /// OpenAI states 116.83B and 20.91B parameters (arXiv 2508.10925, table 1) and checkpoints of 60.8 GiB and
  /// 12.8 GiB.
  @Test("of weights are parameters in their formats, within what holds them")
  func weights() throws {
    let large = try result("gpt-oss-120b-80gb")
    let bytes = try #require(large.model).amount.value
    #expect(abs(try #require(large.baseline).amount.value / 2 - 116.83e9) < 0.005e9)
    #expect(abs(bytes / Double(1 << 30) - 60.8) < 0.1 && large.isWithinLimit == true)
    let small = try result("gpt-oss-20b-16gb")
    #expect(abs(try #require(small.baseline).amount.value / 2 - 20.91e9) < 0.006e9)
    #expect(abs(try #require(small.model).amount.value / Double(1 << 30) - 12.8) < 0.05)
    let scout = try result("llama4-scout-single-h100")
    #expect(scout.isWithinLimit == true && scout.claimed == nil)
  }

  /// DeepSeek-V4's report: 27 % of the FLOPs of a token at a million tokens of context.
  @Test("of attention are at the claim's context")
  func context() throws {
    #expect(abs(1 / (try ratio("deepseek-v4-pro-flops-3p7x").value) - 0.27) < 0.005)
    let minimax = try ratio("minimax-m1-4x-flops-100k")
    #expect(minimax.low < 3 && minimax.high > 4.4)
  }

  @Test("of stated figures are their quotient, of rates the other way round")
  func stated() throws {
    #expect(abs(try ratio("aa-muse-tokens-vs-opus46").value - 157.0 / 58) < 1e-12)
    #expect(abs(try ratio("gshard-10x-core-years").value - 235.5 / 22.4) < 1e-12)
    #expect(abs(try ratio("ktransformers-27x-prefill").value - 286.55 / 10.31) < 1e-12)
  }

  @Test("of all routed models span the least and the most sparse")
  func sparsity() throws {
    let span = try ratio("seed-moe-subset-active")
    #expect(span.low > 1 && span.low < span.value && span.value < span.high)
    #expect(abs(try ratio("kimi-k2-32b-of-1t").value - 32.4) < 0.1)
  }

  @Test("come to nothing where an architecture or a figure is missing")
  func missing() throws {
    var claim = try #require(ClaimLedger.claim(id: "glm45-param-efficiency"))
    claim.baselineID = "no-such-model"
    #expect(claim.counted()?.ratio == nil && claim.counted()?.baseline == nil)
    #expect(try #require(claim.counted()).model?.name == "glm-4.5")
    let text = #"{"count": {"quantity": "cache-bytes"}}"#
    claim.test = try DocumentCoding.decoder.decode(Claim.Test.self, from: Data(text.utf8))
    #expect(claim.counted()?.model == nil)
    claim.test = .none(reason: "Nothing.")
    #expect(claim.counted() == nil)
  }

  @Test("are read and written in every form of a test")
  func coding() throws {
    for claim in ClaimLedger.claims {
      let data = try DocumentCoding.encoder.encode(claim.test)
      #expect(try DocumentCoding.decoder.decode(Claim.Test.self, from: data) == claim.test)
    }
    let bill = try #require(ClaimLedger.claim(id: "seed-deploy-hospital")?.test)
    #expect(bill.scenario?.scenario == "bill" && bill.basis == .composed)
    #expect(bill.scenario?.assumptions["requests_per_month"] == 300_000)
  }
}
