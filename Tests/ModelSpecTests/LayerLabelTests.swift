import LayerSpec
import ModelSpec
import Testing

/// What records call a layer is read as it was written.
@Suite struct LayerLabelTests {
  @Test func everyCataloguedLayerIsReadBack() throws {
    var routed = 0
    for group in Catalogue.architectures.flatMap(\.ffnGroups) {
      let label = LayerLabel(parsing: group.layer.label)
      #expect(label.description == group.layer.label)
      switch group.layer {
      case .dense(let network):
        #expect(label.kind == "dense" && label["F"] == network.intermediate && label["E"] == nil)
      case .sparse(let layer):
        routed += 1
        #expect(label.kind == "sparse" && label["F"] == layer.expert.intermediate)
        #expect(label["E"] == layer.experts && label["K"] == layer.topK)
      }
    }
    #expect(routed > 20)
  }

  @Test(arguments: ["", " ", "=", "E=", "E==8", "sparse E=8x", "sparse e=8", "sparse E=1e3"])
  func whatIsNoSizeHasNone(_ name: String) {
    #expect(LayerLabel(parsing: name)["E"] == nil)
  }

  @Test func wordsOfALaterVersionAreLeftOut() {
    let label = LayerLabel(parsing: "block E=8 window K=2 H=-1")
    #expect(label.kind == "block" && label["E"] == 8 && label["K"] == 2 && label["H"] == -1)
  }
}
