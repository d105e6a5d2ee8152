import FoundationEssentials
import Testing

@testable import ModelSpec

/// The catalogue is whole, names itself well, and agrees with what publishers state.
@Suite struct CatalogueTests {
  @Test func everyEntryIsAnArchitecture() {
    #expect(Catalogue.entries.count == 74)
    #expect(Set(Catalogue.entries.map(\.id)).count == 74)
    for entry in Catalogue.entries {
      // Announced without sizes, and never released.
      if entry.id == "llama4-behemoth" {
        #expect(entry.config == nil)
      } else {
        #expect(Catalogue.architecture(id: entry.id)?.id == entry.id)
      }
      #expect(!entry.source.isEmpty, "\(entry.id)")
      #expect(["seen", "memory"].contains(entry.provenance), "\(entry.id)")
    }
  }

  /// A library's default is no model's window: Llama's is 2048, and Llama 3 8B is made for 8192.
  @Test func modelsThatAreComputedStateTheirWindow() throws {
    for entry in Catalogue.entries {
      guard let architecture = Catalogue.architecture(id: entry.id),
        case .executable? = architecture.layers.first?.block
      else { continue }
      #expect(
        try #require(entry.config)["max_position_embeddings"] != nil, "\(entry.id)")
    }
    let llama = try #require(Catalogue.architecture(id: "llama3-8b"))
    guard case .executable(let block) = try #require(llama.layers.first).block else {
      Issue.record("Llama 3 is counted only")
      return
    }
    #expect(block.longestContext == 8192)
  }

  /// Every catalogue entry whose family transformers has is held to the digit elsewhere, or its family is by
  /// other configurations; these are the families that it does not have, or not yet had when it counted.
  @Test func familiesWithoutAReferenceAreFew() throws {
    let held = Set(try Golden.counts().map(\.name))
    let others = Set(
      Catalogue.architectures.filter {
        !held.contains($0.id) && !held.contains("\($0.modelType) defaults")
      }.map(\.modelType))
    #expect(
      others == [
        "arctic", "deepseek", "grok-1", "hunyuan", "kimi_k2", "tenfold_paper_model",
      ])
  }

  /// Published totals are rounded, some leave out embeddings; the widths of GShard and ST-MoE are
  /// from memory and known to disagree (3 % and 8 %).
  @Test func totalsAgreeWithWhatIsPublished() throws {
    let loose: Set = ["gshard-600b", "st-moe-32b"]
    for entry in Catalogue.entries {
      guard let model = Catalogue.architecture(id: entry.id),
        let published = Self.number(entry.publishedTotal)
      else { continue }
      let ratio = Double(model.totalParameters) / published
      let tolerance = loose.contains(entry.id) ? 0.09 : 0.07
      #expect(abs(ratio - 1) < tolerance, "\(entry.id): \(ratio)")
    }
  }

  /// The first number of "46.7B (paper)", with its unit.
  private static func number(_ text: String?) -> Double? {
    guard let text else { return nil }
    let digits = text.drop { !$0.isNumber }.prefix { $0.isNumber || $0 == "." }
    guard let value = Double(digits) else { return nil }
    let unit = text.first { "MBT".contains($0) }
    switch unit {
    case "M": return value * 1e6
    case "T": return value * 1e12
    default: return value * 1e9
    }
  }

  @Test(arguments: [
    ("mixtral-8x7", "mixtral-8x7b"), ("Mixtral-8x7B", "mixtral-8x7b"),
    ("mixtrel-8x7b", "mixtral-8x7b"),
    ("qwen3-30b", "qwen3-30b-a3b"), ("lama2-70b", "llama2-70b"),
  ])
  func offersTheNearestName(typed: String, offered: String) {
    #expect(Catalogue.nearest(typed) == offered)
  }

  @Test(arguments: ["", "a completely different thing", "zzz"])
  func offersNothingWhereNothingIsNear(typed: String) {
    #expect(Catalogue.nearest(typed) == nil)
  }

  @Test(arguments: [("", "abc", 3), ("abc", "abc", 0), ("kitten", "sitting", 3), ("ab", "ba", 2)])
  func countsEdits(first: String, second: String, edits: Int) {
    #expect(Catalogue.distance(first, second) == edits)
    #expect(Catalogue.distance(second, first) == edits)
  }

  // MARK: - The document

  @Test func theDocumentHasThePromisedKeys() throws {
    let model = try #require(Catalogue.architecture(id: "mixtral-8x7b"))
    let document = try ModelDocument(model, tokens: 16)
    let json = String(decoding: try DocumentCoding.encoder.encode(document), as: UTF8.self)
    for key in [
      "id", "model_type", "total_parameters", "active_parameters", "routed_expert_parameters",
      "sparse_layer", "parameters", "matmul_flops", "tokens", "forward_flops", "ffn", "attention",
      "head", "total", "layers",
    ] {
      #expect(json.contains("\"\(key)\" :"), "\(key)")
    }
    let back = try DocumentCoding.decoder.decode(ModelDocument.self, from: Data(json.utf8))
    #expect(back == document)
    #expect(back.layers.count == 32)
    #expect(back.forwardFlops.ffn == 32 * (back.sparseLayer?.matmulFlops ?? 0))
  }

  /// Their own code calls the tanh form GELU: `jax.nn.gelu` is that unless told otherwise.
  @Test(arguments: ["grok-1", "glam-64b-64e"])
  func modelsOfJAXHaveTheTanhForm(_ id: String) throws {
    let layer = try #require(Catalogue.architecture(id: id)?.firstRoutedLayer)
    #expect(layer.expert.activation == .geluTanh)
  }

  @Test func aDenseModelHasNoSparseLayer() throws {
    let model = try #require(Catalogue.architecture(id: "llama2-7b"))
    #expect(try ModelDocument(model, tokens: 1).sparseLayer == nil)
    #expect(throws: AccountingError.self) { try ModelDocument(model, tokens: .max) }
    #expect(throws: AccountingError.self) { try ModelDocument(model, tokens: -1) }
  }
}
