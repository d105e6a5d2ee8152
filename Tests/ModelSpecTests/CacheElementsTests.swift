import LayerSpec
import Testing

@testable import ModelSpec

/// Elements of caches against what publishers and papers state.
@Suite("The cache of a sequence")
struct CacheElementsTests {
  private func model(_ id: String) throws -> Architecture {
    try #require(Catalogue.architecture(id: id), "\(id)")
  }

  /// 61 layers of a latent vector of 512 and a rotary key of 64 (arXiv 2412.19437, section 4.2); 60 of them
  /// (arXiv 2405.04434, section 2.1.4); 95 layers of 8 heads of 128, keys and values (arXiv 2401.02954).
  @Test(
    "has the elements a token that papers give",
    arguments: [
      ("deepseek-v3", 35_136), ("deepseek-v2", 60 * 576), ("deepseek-67b", 95 * 2_048),
      ("llama2-70b", 80 * 2_048), ("mixtral-8x22b", 56 * 2_048), ("hunyuan-large", 32 * 1_280),
      ("deepseek-v3.2", 61 * 704), ("jetmoe-8b", 24 * 4_096), ("gpt3-175b", 96 * 2 * 12_288),
    ])
  func elementsPerToken(_ id: String, _ elements: Int) throws {
    let model = try model(id)
    #expect(model.cacheElements(context: 0).total == 0)
    for context in [1, 7, 4_096] {
      #expect(model.cacheElements(context: context).total == Count(elements * context))
    }
  }

  @Test("keeps of a window, or of a chunk, no more than it has")
  func windows() throws {
    // gpt-oss attends within 128 tokens in every second layer; 8 heads of 64, keys and values.
    let oss = try model("gpt-oss-120b")
    #expect(oss.cacheElements(context: 128).total == 36 * 128 * 1_024)
    #expect(oss.cacheElements(context: 4_096).total == (18 * 128 + 18 * 4_096) * 1_024)
    // Llama 4 attends within chunks of 8192 tokens in three of four layers.
    let scout = try model("llama4-scout")
    #expect(scout.cacheElements(context: 100_000).total == (36 * 8_192 + 12 * 100_000) * 2_048)
  }

  /// 20 layers of delta attention, 32 heads of a state of 128 × 128, 3 earlier inputs of a convolution over
  /// queries, keys and values; 7 of latent attention.
  @Test("keeps states and short convolutions, however long the sequence is")
  func states() throws {
    let kimi = try model("kimi-linear-48b-a3b")
    let state = 32 * 128 * 128 + 3 * 3 * 4_096
    #expect(kimi.cacheElements(context: 0).total == Count(20 * 32 * 128 * 128))
    #expect(kimi.cacheElements(context: 1_000).total == Count(20 * state + 7 * 576 * 1_000))
    let granite = try model("granite-4.0-h-small").cacheElements(context: 10)
    #expect(granite.layers.map(\.count).sorted() == [4, 36])
  }

  /// DeepSeek-V4: every layer a window of 128, 30 an entry of 512 and an indexer's key of 128 for 4 tokens,
  /// 31 one of 512 for 128.
  @Test("keeps a compressed past by its entries")
  func compressed() throws {
    let pro = try model("deepseek-v4-pro")
    let (tokens, window) = (1 << 20, 128)
    let sparse = 30 * (tokens / 4 * 640 + window * 512)
    let heavy = 31 * (tokens / 128 * 512 + window * 512)
    #expect(pro.cacheElements(context: tokens).total == Count(sparse + heavy))
  }

  @Test("without what the model saves by, has the largest layer's in all")
  func everyLayer() throws {
    let kimi = try model("kimi-linear-48b-a3b")
    let full = kimi.cacheElements(context: 1 << 20).everyLayerAttending(count: 27)
    #expect(full.total == Count(27 * 576) << 20)
    #expect(full.layers.count == 1 && full.layers[0].elementsPerToken == 576)
  }
}
