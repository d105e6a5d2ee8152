import FoundationEssentials
import LayerSpec
import Testing

@testable import ModelSpec

/// Counts against transformers: whole models by `sum(p.numel())`, single layers by that and by
/// `torch.utils.flop_counter`.
@Suite struct GoldenCountTests {
  @Test(arguments: Golden.families) func layerAgreesToTheLastDigit(family: String) throws {
    let architecture = try Architecture(
      configJSON: Golden.bytes("Fixtures/\(family)/config.json"), id: family)
    let expected = try DocumentCoding.decoder.decode(
      Golden.Expected.self, from: Data(Golden.bytes("Fixtures/\(family)/expected.json")))
    // The golden layer is the model's second.
    let layer = try #require(architecture.layers[1].ffn)
    #expect(layer.parameters == expected.layerParameters)
    #expect(layer.matmulFLOPs(tokens: expected.tokens) == expected.layerMatmulFlops)
  }

  @Test func everyGoldenCountIsHeld() throws {
    #expect(Golden.parameters.count > 100)
    let cases = Dictionary(
      uniqueKeysWithValues: try Golden.cases().map { ($0.name, $0.config) })
    for (name, count) in Golden.parameters {
      do {
        let architecture: Architecture? =
          if let config = cases[name] {
            try Architecture(config: config, id: name)
          } else {
            Catalogue.architecture(id: name)
          }
        #expect(architecture?.totalParameters == count, "\(name)")
      } catch {
        Issue.record("\(name): \(error)")
      }
    }
  }
}
