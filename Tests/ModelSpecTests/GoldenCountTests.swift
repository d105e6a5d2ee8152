import LayerSpec
import Testing

@testable import ModelSpec

/// Counts against transformers and torch: whole models and single layers, by `sum(p.numel())` and
/// `torch.utils.flop_counter`.
///
/// Nothing here has a tolerance.
@Suite struct GoldenCountTests {
  @Test(arguments: Golden.families) func layerAgreesToTheLastDigit(family: String) throws {
    let architecture = try Architecture(configJSON: Golden.configJSON(family), id: family)
    let expected = try Golden.expected(family)
    // The golden layer is the model's second.
    let layer = try #require(architecture.layers[1].ffn)
    #expect(layer.parameters == expected.layerParameters)
    #expect(layer.matmulFLOPs(tokens: expected.tokens) == expected.layerMatmulFlops)
    let document = try ModelDocument(architecture, tokens: expected.tokens)
    #expect(document.sparseLayer?.parameters == expected.layerParameters)
    #expect(document.sparseLayer?.matmulFlops == expected.layerMatmulFlops)
  }

  @Test func wholeModelsAgreeToTheLastDigit() throws {
    let configs = try Golden.configs()
    let golden = try Golden.counts()
    #expect(golden.count > 200)
    #expect(golden.filter { $0.flops != nil }.count > 80)
    for counts in golden {
      do {
        let config = try #require(
          configs[counts.name] ?? Catalogue.entry(id: counts.name)?.config, "\(counts.name)")
        let architecture = try Architecture(config: config, id: counts.name)
        #expect(
          architecture.totalParameters + Self.idleExperts(of: architecture) == counts.parameters,
          "\(counts.name)")
        guard let flops = counts.flops else { continue }
        #expect(
          architecture.forwardFLOPs(tokens: Golden.Counts.tokens).total == flops,
          "\(counts.name)")
      } catch {
        Issue.record("\(counts.name): \(error)")
      }
    }
  }

  /// transformers 5.23 stores gate and up matrices for LongCat's experts that do nothing, which no
  /// checkpoint has and Tenfold does not count.
  private static func idleExperts(of architecture: Architecture) -> Int {
    architecture.layers.flatMap(\.feedForwards).reduce(0) { sum, network in
      guard case .sparse(let layer) = network else { return sum }
      return sum + layer.identityExperts * 2 * layer.expert.intermediate * layer.hidden
    }
  }
}
