import LayerSpec
import Testing

@testable import ModelSpec

@Suite("FLOPs at a context")
struct ContextFLOPsTests {
  @Test(
    "pairs that see each other are the sum over tokens of what each sees",
    arguments: [nil, 1, 2, 5, 16, .max] as [Int?], [1, 2, 4, 7])
  func pairs(_ window: Int?, _ tokensPerKey: Int) {
    let scores = AttentionSpec.Scores(
      heads: 1, keyWidth: 1, valueWidth: 1, window: window, tokensPerKey: tokensPerKey)
    var sum = 0
    for tokens in 0...60 {
      if tokens > 0 { sum += scores.seen(at: tokens) }
      #expect(scores.visiblePairs(tokens: tokens) == Count(sum), "\(tokens)")
    }
  }

  @Test("one token alone costs the same in all three ways")
  func oneToken() throws {
    for model in Catalogue.architectures {
      let alone = model.forwardFLOPs(tokens: 1).total
      #expect(try model.visibleForwardFLOPs(tokens: 1) == alone, "\(model.id)")
      #expect(try model.stepFLOPs(context: 0) == alone, "\(model.id)")
    }
  }

  /// Where every layer sees everything, the steps of a sequence add up to its visible pairs.
  @Test(
    "steps of a sequence add up to the pairs that see each other",
    arguments: ["mixtral-8x7b", "minimax-m1"])
  func steps(_ id: String) throws {
    let model = try #require(Catalogue.architecture(id: id))
    let sum = try (0..<50).reduce(0) { try $0 + model.stepFLOPs(context: $1) }
    #expect(try model.visibleForwardFLOPs(tokens: 50) == sum)
  }

  /// DeepSeekMoE (arXiv 2401.06066), tables 4 and 6: FLOPs of 4K tokens, forward and backward.
  ///
  /// These are three times forward. The two of section 7 are given to four digits by the sizes; those of 7B models and of the
  /// 16B within two percent, as the paper's own way to count is not told.
  @Test(
    "agree with those of DeepSeekMoE",
    arguments: [
      ("deepseek-moe-145b", 585.6, 0.002), ("deepseek-moe-142b", 374.6, 0.003),
      ("deepseek-moe-16b", 74.4, 0.021), ("llama2-7b", 187.9, 0.006), ("deepseek-7b", 183.5, 0.006),
    ])
  func deepSeekMoE(_ id: String, _ teraFLOP: Double, _ tolerance: Double) throws {
    let model = try #require(Catalogue.architecture(id: id))
    let counted = 3 * Double(model.forwardFLOPs(tokens: 4_096).total) / 1e12
    #expect(abs(counted / teraFLOP - 1) < tolerance, "\(counted)")
  }

  @Test("refuse numbers of tokens that cannot be counted")
  func refused() throws {
    let model = try #require(Catalogue.architecture(id: "mixtral-8x7b"))
    for tokens in [-1, .max] {
      #expect(throws: AccountingError.self) { try model.visibleForwardFLOPs(tokens: tokens) }
      #expect(throws: AccountingError.self) { try model.stepFLOPs(context: tokens) }
    }
  }
}
