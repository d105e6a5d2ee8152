import LayerSpec
import Testing

@Suite struct SparseLayerSpecTests {
  /// Mixtral 8x7B's layer; 1.409 billion routed parameters by hand: 8 × 3 × 4096 × 14336.
  @Test func countsMixtral() throws {
    let expert = try FeedForwardSpec(width: 4096, intermediate: 14336)
    let layer = try SparseLayerSpec(
      hidden: 4096, experts: 8, topK: 2, expert: expert, router: RouterPolicy())
    #expect(layer.routedExpertParameters == 8 * 3 * 4096 * 14336)
    #expect(layer.parameters == 8 * 3 * 4096 * 14336 + 8 * 4096)
    #expect(layer.activeParameters == 2 * 3 * 4096 * 14336 + 8 * 4096)
  }

  @Test func refusesMoreThanAllExperts() throws {
    let expert = try FeedForwardSpec(width: 4, intermediate: 4)
    #expect(throws: LayerSpecError.topKExceedsExperts(topK: 3, experts: 2)) {
      try SparseLayerSpec(
        hidden: 4, experts: 2, topK: 3, expert: expert, router: RouterPolicy())
    }
  }

  @Test(arguments: [0, -1, Int.min]) func refusesSizesBelowOne(size: Int) {
    #expect(throws: LayerSpecError.notPositive(what: "feed-forward width", value: size)) {
      try FeedForwardSpec(width: size, intermediate: 1)
    }
  }

  @Test func refusesWhatCannotBeAddressed() {
    #expect(throws: LayerSpecError.tooLarge(what: "feed-forward parameters")) {
      try FeedForwardSpec(width: .max / 2, intermediate: 3)
    }
  }

  @Test func refusesALatentSpaceThatCannotBeAddressed() throws {
    let width = 1 << 32
    let expert = try FeedForwardSpec(width: width, intermediate: 1)
    #expect(throws: LayerSpecError.tooLarge(what: "latent projections")) {
      try SparseLayerSpec(
        hidden: width / 4, experts: 1, topK: 1, expert: expert, router: RouterPolicy(),
        latent: SparseLayerSpec.Latent(
          width: width, inputNormEpsilon: 1e-5, expertNormEpsilon: 1e-5))
    }
  }

  @Test func refusesGroupsThatDoNotDivide() throws {
    let expert = try FeedForwardSpec(width: 4, intermediate: 4)
    let groups = RouterPolicy.Groups(count: 3, kept: 1, score: .maximum)
    #expect(throws: LayerSpecError.self) {
      try SparseLayerSpec(
        hidden: 4, experts: 8, topK: 2, expert: expert, router: RouterPolicy(groups: groups))
    }
  }
}
