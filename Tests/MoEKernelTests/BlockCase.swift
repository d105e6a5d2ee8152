import LayerSpec
import Testing

/// Small blocks of every form of attention.
struct BlockCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let spec: @Sendable () throws -> BlockSpec

  static let hidden = 48

  static let all: [BlockCase] = [
    BlockCase(testDescription: "grouped, dense") {
      try block(
        SelfAttentionSpec(
          hidden: hidden, heads: 8, keyValueHeads: 2, keyWidth: 20, valueWidth: 20,
          hasInputBias: true, queryKeyNorm: .perHead(epsilon: 1e-6), rotary: rotary(20),
          scale: 0.2), dense())
    },
    BlockCase(testDescription: "one head each, window, routed") {
      try block(
        SelfAttentionSpec(
          hidden: hidden, heads: 3, keyValueHeads: 3, keyWidth: 16, valueWidth: 16,
          rotary: rotary(16), reach: .window(9), scale: 0.25, softcap: 20), sparse())
    },
    BlockCase(testDescription: "latent, dense") { try block(latent(), dense()) },
    BlockCase(testDescription: "latent, routed") { try block(latent(queryRank: 24), sparse()) },
  ]

  static func latent(heads: Int = 5, queryRank: Int? = nil) throws -> SelfAttentionSpec {
    try SelfAttentionSpec(
      hidden: hidden, heads: heads, keyValueHeads: heads, keyWidth: 12, valueWidth: 10,
      latent: .init(
        queryRank: queryRank, rank: 20, plainWidth: 8, rotaryWidth: 4, normEpsilon: 1e-6),
      rotary: rotary(4, .interleaved), scale: 0.3)
  }

  private static func rotary(
    _ width: Int, _ pairing: RotarySpec.Pairing = .halves
  ) throws -> RotarySpec {
    try RotarySpec(width: width, pairing: pairing, base: 10_000)
  }

  private static func dense() throws -> FFNLayerSpec {
    .dense(try FeedForwardSpec(width: hidden, intermediate: 40, activation: .silu))
  }

  private static func sparse() throws -> FFNLayerSpec {
    .sparse(
      try SparseLayerSpec(
        hidden: hidden, experts: 4, topK: 2,
        expert: FeedForwardSpec(width: hidden, intermediate: 24, activation: .silu),
        router: RouterPolicy()))
  }

  private static func block(
    _ attention: SelfAttentionSpec, _ half: FFNLayerSpec
  ) throws -> BlockSpec {
    try BlockSpec(attention: attention, feedForward: half, normEpsilon: 1e-6)
  }
}
