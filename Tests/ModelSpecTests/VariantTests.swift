import LayerSpec
import Testing

@testable import ModelSpec

@Suite struct VariantTests {
  private func known(_ id: String) throws -> Architecture {
    try #require(Catalogue.architecture(id: id))
  }

  @Test func everyRoutedLayerChangesAndNothingElse() throws {
    let olmoe = try known("olmoe-1b-7b")
    let variant = try olmoe.varyingRoutedLayers(.init(experts: 32, topK: 4))
    #expect(variant.id == "olmoe-1b-7b E=32 K=4")
    #expect(variant.ffnGroups.map(\.layer.label) == ["sparse E=32 K=4 F=1024"])
    #expect(variant.ffnGroups.map(\.count) == olmoe.ffnGroups.map(\.count))
    #expect(variant.layers.map(\.attention) == olmoe.layers.map(\.attention))
    // Half of the experts, and half of the router's rows: 16 layers, H = 2048.
    #expect(
      olmoe.totalParameters - variant.totalParameters == 16 * 32 * (3 * 2048 * 1024 + 2048))
  }

  /// Workloads of whole blocks measure what the variant says as well.
  @Test func blocksHaveTheirLayers() throws {
    for id in ["olmoe-1b-7b", "deepseek-v3"] {
      let variant = try known(id).varyingRoutedLayers(.init(experts: 64, topK: 4))
      for layer in variant.layers {
        guard case .executable(let block) = layer.block else {
          Issue.record("a block of \(id) is counted only")
          return
        }
        #expect(block.feedForward == layer.ffn)
      }
    }
  }

  @Test func denseLayersStay() throws {
    let variant = try known("deepseek-v3").varyingRoutedLayers(.init(experts: 128))
    #expect(variant.id == "deepseek-v3 E=128")
    #expect(
      variant.ffnGroups.map(\.layer.label) == ["dense F=18432", "sparse E=128 K=8 F=2048"])
  }

  @Test func withoutAChangeItIsTheModel() throws {
    let olmoe = try known("olmoe-1b-7b")
    #expect(try olmoe.varyingRoutedLayers(.init()) == olmoe)
  }

  @Test func layersThatCannotExistAreRefused() throws {
    let olmoe = try known("olmoe-1b-7b")
    #expect(throws: LayerSpecError.topKExceedsExperts(topK: 8, experts: 7)) {
      try olmoe.varyingRoutedLayers(.init(experts: 7))
    }
    #expect(throws: LayerSpecError.groupsDoNotFit(count: 8, kept: 4, experts: 100, topK: 8)) {
      try known("deepseek-v3").varyingRoutedLayers(.init(experts: 100))
    }
    #expect(throws: LayerSpecError.notPositive(what: "top-k", value: 0)) {
      try olmoe.varyingRoutedLayers(.init(topK: 0))
    }
  }

  @Test func aRecordTellsWhichVariantIsWhich() {
    let sweep = SweepOptions(architecture: "a b", experts: [8, 4], topK: [2, 1])
    #expect(
      sweep.variants.map { $0.id(of: "a b") }
        == ["a b E=8 K=2", "a b E=8 K=1", "a b E=4 K=2", "a b E=4 K=1"])
    #expect(sweep.variant(called: "a b E=4 K=2") == .init(experts: 4, topK: 2))
    #expect(sweep.variant(called: "a b") == nil)
    #expect(SweepOptions(architecture: "a").variant(called: "a") == .init())
  }
}
