import LayerSpec
import Testing

@testable import Checkpoint

/// The same layer stored in another way is the same layer.
@Suite struct LayoutTests {
  /// What transformers 5.23 names the published tensors of a family in memory, after fusing the
  /// experts: what is replaced in the name, and by what.
  static let renamed: [String: [(published: String, inMemory: String)]] = [
    "ernie4_5_moe": [("mlp.moe_statics.", "mlp.gate.moe_statics.")],
    "granitemoe": [
      ("input_linear.weight", "experts.gate_up_proj"),
      ("output_linear.weight", "experts.down_proj"), ("router.layer.weight", "router.weight"),
    ],
    "minimax_m2": [("block_sparse_moe", "mlp")],
    "mixtral": [("block_sparse_moe", "mlp")],
    "phimoe": [("block_sparse_moe", "mlp"), ("gate.weight", "router.weight")],
  ]

  @Test(arguments: goldenFamilies)
  func theLayoutInMemoryHoldsTheSameWeights(family: String) throws {
    let spec = try #require(goldenSpecs[family])
    let published = try GoldenLayer(family).layer
    var tensors = try fused(storedTensors(of: published), spec)
    for (name, tensor) in tensors {
      var inMemory = name
      for (old, new) in Self.renamed[family] ?? [] { inMemory.replace(old, with: new) }
      tensors[name] = nil
      tensors[inMemory] = tensor
    }
    try #require(tensors.keys.contains { $0.hasSuffix("experts.gate_up_proj") })
    let expected = try LayerReader(file: published, modelType: family).weights(for: spec)
    let found = try LayerReader(file: try file(of: tensors), modelType: family).weights(for: spec)
    expectEqual(found, expected)
  }

  /// Experts that are stored one by one, as Muse Spark's are not, are read as well.
  @Test func fusedExpertsMayBeTakenApart() throws {
    let family = "muse_spark_text"
    let spec = try #require(goldenSpecs[family])
    let published = try GoldenLayer(family).layer
    let expected = try LayerReader(file: published, modelType: family).weights(for: spec)
    var tensors = try storedTensors(of: published)
    let (width, intermediate) = (spec.expertWidth, spec.expert.intermediate)
    for name in ["gate_up_proj", "down_proj"] { tensors["layers.1.mlp.experts.\(name)"] = nil }
    for (expert, weights) in expected.experts.enumerated() {
      let stem = "layers.1.mlp.experts.\(expert)"
      let gate = try #require(weights.gate)
      tensors["\(stem).gate_proj.weight"] = .init(shape: [intermediate, width], values: gate)
      tensors["\(stem).up_proj.weight"] = .init(shape: [intermediate, width], values: weights.up)
      tensors["\(stem).down_proj.weight"] = .init(
        shape: [width, intermediate], values: weights.down)
    }
    let found = try LayerReader(file: try file(of: tensors), modelType: family).weights(for: spec)
    expectEqual(found, expected)
  }

  /// Gate and up of gpt-oss alternate and its matrices are inputs × outputs: spelled out on 2 × 3.
  @Test func transposedAndInterleavedExpertsAreUndone() throws {
    let layer = try file(of: [
      "mlp.router.weight": .init(shape: [1, 2], values: [1, 2]),
      "mlp.router.bias": .init(shape: [1], values: [3]),
      // Two inputs, rows; g0 u0 g1 u1 g2 u2, columns.
      "mlp.experts.gate_up_proj": .init(
        shape: [1, 2, 6], values: [10, 20, 11, 21, 12, 22, 30, 40, 31, 41, 32, 42]),
      "mlp.experts.gate_up_proj_bias": .init(shape: [1, 6], values: [1, 2, 3, 4, 5, 6]),
      "mlp.experts.down_proj": .init(shape: [1, 3, 2], values: [1, 2, 3, 4, 5, 6]),
      "mlp.experts.down_proj_bias": .init(shape: [1, 2], values: [7, 8]),
    ])
    let spec = try SparseLayerSpec(
      hidden: 2, experts: 1, topK: 1,
      expert: try FeedForwardSpec(
        width: 2, intermediate: 3, activation: .clampedSwiGLU(alpha: 1, limit: 1), hasBias: true),
      router: RouterPolicy(score: .softmaxOverSelected, hasBias: true))
    let weights = try LayerReader(file: layer, modelType: "gpt_oss").weights(for: spec)
    #expect(weights.router == [1, 2])
    #expect(weights.routerBias == [3])
    #expect(weights.experts[0].gate == [10, 30, 11, 31, 12, 32])
    #expect(weights.experts[0].up == [20, 40, 21, 41, 22, 42])
    #expect(weights.experts[0].gateBias == [1, 3, 5])
    #expect(weights.experts[0].upBias == [2, 4, 6])
    #expect(weights.experts[0].down == [1, 3, 5, 2, 4, 6])
    #expect(weights.experts[0].downBias == [7, 8])
  }

  @Test(arguments: [
    ("model.language_model.layers.17.mlp.", 17), ("layers.0.block_sparse_moe.", 0),
    ("mlp.", nil), ("", nil),
  ])
  func anyPrefixIsFound(prefix: String, index: Int?) throws {
    let family = "qwen3_moe"
    let spec = try #require(goldenSpecs[family])
    let published = try GoldenLayer(family).layer
    var tensors: [String: StoredTensor] = [:]
    for (name, tensor) in try storedTensors(of: published) {
      tensors[name.replacing("model.layers.1.mlp.", with: prefix)] = tensor
    }
    let reader = try LayerReader(file: try file(of: tensors), modelType: family)
    #expect(reader.prefix == prefix)
    #expect(reader.layerIndex == index)
    #expect(try reader.weights(for: spec).experts.count == spec.experts)
  }

  /// Experts that are stored one by one put into two tensors, as transformers 5 does on loading.
  private func fused(
    _ tensors: [String: StoredTensor], _ spec: SparseLayerSpec
  ) throws -> [String: StoredTensor] {
    var (gateUp, down): ([Float], [Float]) = ([], [])
    var fused = tensors
    for expert in 0..<spec.experts {
      func take(_ names: [String]) -> StoredTensor? {
        let suffixes = names.map { ".experts.\(expert).\($0).weight" }
        let name = fused.keys.first { key in suffixes.contains { key.hasSuffix($0) } }
        return name.flatMap { fused.removeValue(forKey: $0) }
      }
      // A family that publishes its experts together has nothing to fuse.
      guard let gate = take(["gate_proj", "w1"]) else { return tensors }
      gateUp += gate.values + (try #require(take(["up_proj", "w3"])).values)
      down += try #require(take(["down_proj", "w2"])).values
    }
    let (width, intermediate) = (spec.expertWidth, spec.expert.intermediate)
    let first = try #require(tensors.keys.first { $0.contains("experts.0.") })
    let prefix = first.prefix(upTo: try #require(first.firstRange(of: "experts.0.")).lowerBound)
    fused["\(prefix)experts.gate_up_proj"] = .init(
      shape: [spec.experts, 2 * intermediate, width], values: gateUp)
    fused["\(prefix)experts.down_proj"] = .init(
      shape: [spec.experts, width, intermediate], values: down)
    return fused
  }

  private func expectEqual(_ found: SparseLayerWeights, _ expected: SparseLayerWeights) {
    #expect(found.router == expected.router)
    #expect(found.routerBias == expected.routerBias)
    #expect(found.selectionBias == expected.selectionBias)
    #expect(found.sharedGate == expected.sharedGate)
    #expect(found.experts.map(\.tensors) == expected.experts.map(\.tensors))
    #expect(found.shared?.tensors == expected.shared?.tensors)
    #expect(found.latent?.inputProjection == expected.latent?.inputProjection)
    #expect(found.latent?.inputNorm == expected.latent?.inputNorm)
    #expect(found.latent?.expertNorm == expected.latent?.expertNorm)
    #expect(found.latent?.outputProjection == expected.latent?.outputProjection)
  }
}

extension FeedForwardWeights {
  fileprivate var tensors: [[Float]?] { [gate, up, down, gateBias, upBias, downBias] }
}
