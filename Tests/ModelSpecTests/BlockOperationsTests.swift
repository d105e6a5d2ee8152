import FoundationEssentials
import LayerSpec
import Testing

@testable import ModelSpec

/// FLOPs, parameters and visible pairs of golden blocks, as PyTorch counted them.
@Suite struct BlockOperationsTests {
  private struct Expected: Decodable {
    struct Step: Decodable {
      let position: Int
      let blockMatmulFlops: Int
      let attentionMatmulFlops: Int
      let visibleKeys: Int
    }
    let layer: Int
    let tokens: Int
    let layerParameters: Int
    let blockMatmulFlops: Int
    let attentionMatmulFlops: Int
    let visiblePairs: Int
    let decode: [Step]
  }

  private static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "GoldenBlocks")
  private static let names = [
    "deepseek_v3_dense", "deepseek_v3_sparse", "gemma2_sliding", "glm4_moe", "gpt_oss_full",
    "gpt_oss_sliding", "granitemoe", "llama", "llama4_chunked", "llama4_nope", "mistral_sliding",
    "mixtral", "olmoe", "qwen3_moe",
  ]

  private func golden(
    _ name: String
  ) throws -> (layer: DecoderLayer, block: BlockSpec, expected: Expected) {
    let folder = Self.folder.appending(path: name)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let expected = try decoder.decode(
      Expected.self, from: try Data(contentsOf: folder.appending(path: "expected.json")))
    let config = try Data(contentsOf: folder.appending(path: "config.json"))
    let layer = try Architecture(configJSON: Array(config), id: name).layers[expected.layer]
    guard case .executable(let block) = layer.block else {
      throw ConfigError("\(name) is counted only: \(layer.block)")
    }
    return (layer, block, expected)
  }

  private func flops(_ block: BlockSpec, _ rows: SequenceRows, _ phase: Phase? = nil) -> Count {
    block.operations(rows, use: ExpertUse(distinctExperts: 0), formats: FormatPlan(.f32))
      .filter { phase == nil || $0.phase == phase }.reduce(0) { $0 + $1.flops }
  }

  @Test(arguments: names)
  func aPrefillCountsAsPyTorchButForTheMask(name: String) throws {
    let (layer, block, expected) = try golden(name)
    let rows = SequenceRows(tokens: expected.tokens)
    let pairs = block.attention.visiblePairs(tokens: expected.tokens, context: 0)
    #expect(pairs == Count(expected.visiblePairs))
    let perPair =
      2 * block.attention.heads * (block.attention.keyWidth + block.attention.valueWidth)
    #expect(flops(block, rows, .attention) == pairs * Count(perPair))
    // The counter has the square, masked or not.
    #expect(expected.attentionMatmulFlops == perPair * expected.tokens * expected.tokens)
    #expect(
      flops(block, rows) - flops(block, rows, .attention)
        == Count(expected.blockMatmulFlops - expected.attentionMatmulFlops))
    let parameters =
      (layer.attention?.parameters ?? 0)
      + layer.feedForwards.reduce(0) { $0 + Count($1.parameters) }
      + Count(layer.otherParameters)
    #expect(parameters == Count(expected.layerParameters))
  }

  @Test(arguments: names)
  func aStepOfDecodingCountsAsPyTorch(name: String) throws {
    let (_, block, expected) = try golden(name)
    let attention = block.attention
    for step in expected.decode {
      let rows = SequenceRows(tokens: 1, context: step.position)
      let seen = attention.visiblePairs(tokens: 1, context: step.position)
      #expect(seen == Count(step.visibleKeys))
      let own = flops(block, rows, .attention)
      // The counter has expanded keys and values; what is computed, and counted here, is in the latent space.
      let expanded = attention.pairFLOPs(isAbsorbed: false)
      #expect(
        expanded == Count(2 * attention.heads * (attention.keyWidth + attention.valueWidth)))
      #expect(own == seen * attention.pairFLOPs(isAbsorbed: attention.latent != nil))
      if attention.latent == nil { #expect(own == seen * expanded) }
      var products = step.blockMatmulFlops - step.attentionMatmulFlops
      if let latent = attention.latent {
        // transformers expands the latents of all cached tokens again at each step, a cache of keys none.
        products -=
          2 * step.position * latent.rank * attention.heads
          * (latent.plainWidth + attention.valueWidth)
      }
      #expect(flops(block, rows) - own == Count(products))
    }
  }

  /// One token behind 4096 of DeepSeek-V3: 128 heads over vectors of 512 and 64 elements, of which 576 are read once,
  /// where expanded keys and values would be 40,960 elements a token.
  @Test func latentAttentionIsCountedInTheLatentSpace() throws {
    let attention = try SelfAttentionSpec(
      hidden: 7168, heads: 128, keyValueHeads: 128, keyWidth: 192, valueWidth: 128,
      latent: .init(
        queryRank: 1536, rank: 512, plainWidth: 128, rotaryWidth: 64, normEpsilon: 1e-6),
      rotary: nil, scale: 1)
    let network = try FeedForwardSpec(width: 7168, intermediate: 18432)
    let block = try BlockSpec(
      attention: attention, feedForward: .dense(network), normEpsilon: 1e-6)
    func mixing(_ rows: SequenceRows) throws -> ModelSpec.Operation {
      let operations = block.operations(
        rows, use: ExpertUse(distinctExperts: 0), formats: FormatPlan(.f32))
      return try #require(operations.first { $0.phase == Phase.attention })
    }
    let step = try mixing(SequenceRows(tokens: 1, context: 4096))
    #expect(step.flops == Count(4097 * 2 * 128 * (576 + 512)))
    #expect(step.stateBytes == Double(4098 * 576 * 4))
    // A prompt is expanded, and what is kept of it the same.
    let prompt = try mixing(SequenceRows(tokens: 16))
    #expect(prompt.flops == Count(136 * 2 * 128 * (192 + 128)))
    #expect(prompt.stateBytes == Double(32 * 576 * 4))
  }

  /// Pairs by looking at every one of them.
  @Test(arguments: [
    SelfAttentionSpec.Reach.all, .window(1), .window(6), .chunk(1), .chunk(8),
  ])
  func pairsAreThoseThatTheMaskLeaves(reach: SelfAttentionSpec.Reach) throws {
    let attention = try SelfAttentionSpec(
      hidden: 8, heads: 1, keyValueHeads: 1, keyWidth: 8, valueWidth: 8, rotary: nil, reach: reach,
      scale: 1)
    for context in [0, 1, 5, 8, 17] {
      for tokens in [0, 1, 7, 20] {
        let pairs = (context..<context + tokens).reduce(0) {
          $0 + $1 - reach.first(seenBy: $1) + 1
        }
        #expect(attention.visiblePairs(tokens: tokens, context: context) == Count(pairs))
      }
    }
  }
}
