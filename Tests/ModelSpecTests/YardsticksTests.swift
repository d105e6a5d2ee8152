import Testing

@testable import ModelSpec

@Suite("Vendors' own yardsticks")
struct YardsticksTests {
  /// The shares that the vendors' figures give, by hand: 1.74 / 3.19, 1.74 / 2.98, 0.63, 7 / 9.6, 4 / 9.6.
  @Test("delivered shares are the published ones")
  func shares() {
    let percents = Yardstick.all.map { Int(($0.deliveredShare * 100).rounded()) }
    #expect(percents == [55, 58, 63, 73, 42])
    #expect(
      Yardstick.all.map(\.kind) == ["training", "inference", "training", "prefill", "decode"])
  }

  @Test("both models of each pair are in the catalogue, so that the pair can be measured here")
  func catalogue() {
    for yardstick in Yardstick.all {
      #expect(Catalogue.architecture(id: yardstick.candidateID) != nil)
      #expect(Catalogue.architecture(id: yardstick.baselineIDs[0]) != nil)
      #expect(!yardstick.rows.isEmpty)
    }
  }

  /// Counting all matrix products with the catalogue's shapes must come near to what the vendors count;
  /// Qwen leaves embeddings and heads out, which for 3 thousand million active parameters is a tenth.
  @Test("analytic ratios are those of the catalogue's own counting")
  func analytic() throws {
    for yardstick in Yardstick.all {
      let candidate = try #require(Catalogue.architecture(id: yardstick.candidateID))
      let baseline = try #require(Catalogue.architecture(id: yardstick.baselineIDs[0]))
      let counted =
        Double(baseline.forwardFLOPs(tokens: 1).total)
        / Double(candidate.forwardFLOPs(tokens: 1).total)
      #expect(abs(counted / yardstick.analytic - 1) < 0.1, "\(yardstick.claim.id): \(counted)")
    }
  }
}
