import FoundationEssentials
import LayerSpec
import Testing

@testable import ModelSpec

/// A training step has three times the FLOPs of a pass, as PyTorch's counter has them.
@Suite struct TrainingOperationsTests {
  private struct Expected: Decodable {
    var layer: Int
    var tokens: Int
    var forward: Int
    var backward: Int

    enum CodingKeys: String, CodingKey {
      case layer, tokens
      case forward = "forward_matmul_flops"
      case backward = "backward_matmul_flops"
    }
  }

  private func golden(_ name: String) throws -> (architecture: Architecture, expected: Expected) {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "GoldenTraining").appending(path: name)
    let expected = try JSONDecoder().decode(
      Expected.self, from: try Data(contentsOf: folder.appending(path: "expected.json")))
    let config = Array(try Data(contentsOf: folder.appending(path: "config.json")))
    return (try Architecture(configJSON: config, id: name), expected)
  }

  private func flops(_ operations: [ModelSpec.Operation]) -> Count {
    operations.reduce(0) { $0 + $1.flops }
  }

  /// The counter counts scores of all pairs of tokens, where ours are those that are seen.
  @Test func flopsOfABlockAreThoseOfTheCounter() throws {
    let (architecture, expected) = try golden("qwen3_moe_block")
    guard case .executable(let block) = architecture.layers[expected.layer].block else {
      Issue.record("the block cannot be executed")
      return
    }
    let step = block.operations(
      SequenceRows(tokens: expected.tokens), use: ExpertUse(distinctExperts: 3),
      formats: FormatPlan(.f32)
    ).trained
    let seen = step.filter { $0.phase == .attention }
    let attention = block.attention
    let perPair = 2 * attention.heads * (attention.keyWidth + attention.valueWidth)
    let square = Count(3 * perPair * expected.tokens * expected.tokens)
    #expect(flops(seen) == Count(3 * perPair * expected.tokens * (expected.tokens + 1) / 2))
    #expect(flops(step) - flops(seen) + square == Count(expected.forward + expected.backward))
  }

  @Test(arguments: ["swiglu_dense", "mixtral_moe", "qwen3_moe", "deepseek_v3_moe"])
  func flopsAreThoseOfTheCounter(name: String) throws {
    let (architecture, expected) = try golden(name)
    let layer = try #require(architecture.layers[expected.layer].ffn)
    let forward = layer.operations(
      tokens: expected.tokens, use: ExpertUse(distinctExperts: 3), formats: FormatPlan(.f32))
    #expect(flops(forward) == Count(expected.forward))
    #expect(flops(forward.trained) == Count(expected.forward + expected.backward))
    #expect(expected.backward == 2 * expected.forward)
  }

  /// Weights are read twice and as many bytes of gradients written; rows go in and out of both halves.
  @Test func bytesAreCountedOnceEach() throws {
    let layer = FFNLayerSpec.dense(try FeedForwardSpec(width: 10, intermediate: 20))
    let forward = layer.operations(
      tokens: 7, use: ExpertUse(distinctExperts: 0), formats: FormatPlan(.f32))
    func bytes(_ path: KeyPath<ModelSpec.Operation, Double>, _ list: [ModelSpec.Operation])
      -> Double
    {
      list.reduce(0) { $0 + $1[keyPath: path] }
    }
    #expect(bytes(\.weightBytes, forward) == 2400)
    #expect(bytes(\.weightBytes, forward.trained) == 3 * 2400)
    #expect(bytes(\.activationBytes, forward.trained) == 5 * 7 * 10 * 4)
    let rows = forward.trained.map { $0.flopsByRows[7] ?? 0 }
    #expect(rows == [8400, 16800])
  }
}
