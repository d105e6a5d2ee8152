import LayerSpec
import Testing

@testable import Checkpoint

/// A file that does not hold the layer of its configuration is refused by name.
@Suite struct MismatchTests {
  private let prefix = "model.layers.1.mlp."

  /// The weights of a golden layer after its tensors, or what is expected of it, were changed.
  private func read(
    _ family: String = "qwen3_moe", as modelType: String? = nil, spec: SparseLayerSpec? = nil,
    change: (inout [String: StoredTensor]) -> Void = { _ in }
  ) throws -> SparseLayerWeights {
    var tensors = try storedTensors(of: GoldenLayer(family).layer)
    change(&tensors)
    let reader = try LayerReader(file: try file(of: tensors), modelType: modelType ?? family)
    return try reader.weights(for: try spec ?? #require(goldenSpecs[family]))
  }

  @Test func anUnknownModelTypeIsRefusedWithTheKnownOnes() throws {
    let error = #expect(throws: CheckpointError.self) { try read(as: "llama") }
    #expect(
      error == .unknownModelType("llama", known: LayerReader.knownModelTypes))
    #expect(LayerReader.knownModelTypes == LayerReader.knownModelTypes.sorted())
    #expect(Set(LayerReader.knownModelTypes).isSuperset(of: goldenFamilies))
    #expect(throws: CheckpointError.self) { try LayerReader.requireKnown("") }
    try LayerReader.requireKnown("mixtral")
  }

  @Test func everyModelTypeIsNamedOnce() {
    #expect(Set(LayerReader.knownModelTypes).count == LayerReader.knownModelTypes.count)
  }

  @Test func aFileWithoutARouterIsRefused() {
    #expect(throws: CheckpointError.noRouter(modelType: "qwen3_moe", names: ["gate.weight"])) {
      try read { $0["model.layers.1.mlp.gate.weight"] = nil }
    }
    #expect(throws: CheckpointError.noRouter(modelType: "jamba", names: ["router.weight"])) {
      try read(as: "jamba")
    }
  }

  @Test func aFileWithTwoLayersIsRefused() {
    #expect(throws: CheckpointError.severalLayers(prefixes: [prefix, "model.layers.2.mlp."])) {
      try read { $0["model.layers.2.mlp.gate.weight"] = $0["model.layers.1.mlp.gate.weight"] }
    }
  }

  /// Every tensor of every family is needed.
  @Test(arguments: goldenFamilies)
  func noTensorMayBeMissing(family: String) throws {
    let spec = try #require(goldenSpecs[family])
    let bytes = try GoldenLayer.bytes(family, "layer.safetensors")
    for tensor in try distinctTensors(of: bytes) {
      let file = try SafetensorsFile(
        bytes: replacing(#""\#(tensor.name)""#, with: #""x""#, inHeaderOf: bytes))
      #expect(throws: CheckpointError.self, "\(tensor.name)") {
        try LayerReader(file: file, modelType: family).weights(for: spec)
      }
    }
  }

  /// No tensor of any family may have another shape, even where it has the same elements.
  @Test(arguments: goldenFamilies)
  func noTensorMayBeFlattened(family: String) throws {
    let spec = try #require(goldenSpecs[family])
    let bytes = try GoldenLayer.bytes(family, "layer.safetensors")
    for tensor in try distinctTensors(of: bytes) {
      let entry = #""\#(tensor.name)":{"dtype":"F32","shape":"#
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      let flat = [tensor.count, 1]
      let file = try SafetensorsFile(
        bytes: replacing(
          "\(entry)[\(shape)]", with: "\(entry)[\(tensor.count),1]", inHeaderOf: bytes))
      let error = #expect(throws: CheckpointError.self) {
        try LayerReader(file: file, modelType: family).weights(for: spec)
      }
      guard case .wrongShape(tensor.name, found: flat, _) = error else {
        Issue.record("\(tensor.name): \(String(describing: error))")
        continue
      }
    }
  }

  /// One tensor of each kind: of experts that are stored one by one, those of expert 2.
  private func distinctTensors(of bytes: [UInt8]) throws -> [SafetensorsFile.Tensor] {
    try SafetensorsFile(bytes: bytes).tensors.filter { tensor in
      let expert = tensor.name.split(separator: ".").lazy.compactMap { Int($0) }.dropFirst().first
      return expert == nil || expert == 2
    }
  }

  @Test func theMissingTensorIsNamedWithItsShape() {
    let name = prefix + "experts.3.up_proj.weight"
    #expect(throws: CheckpointError.missingTensor(name, shape: [48, 64])) {
      try read { $0[name] = nil }
    }
  }

  @Test func leftoverTensorsAreRefused() throws {
    let name = prefix + "shared_expert_gate.weight"
    #expect(throws: CheckpointError.unexpectedTensors([name])) {
      try read { $0[name] = .init(shape: [1], values: [0]) }
    }
    // A neighbour outside the layer's block is nobody's business.
    _ = try read {
      $0["model.layers.1.input_layernorm.weight"] = .init(shape: [1], values: [0])
    }
  }

  @Test func moreExpertsThanConfiguredAreRefused() throws {
    let spec = try #require(goldenSpecs["olmoe"])
    let fewer = try SparseLayerSpec(
      hidden: spec.hidden, experts: 15, topK: 4, expert: spec.expert, router: spec.router)
    #expect(
      throws: CheckpointError.wrongShape(
        tensor: prefix + "gate.weight", found: [16, 64], expected: [15, 64])
    ) { try read("olmoe", spec: fewer) }
    #expect(
      throws: CheckpointError.unexpectedTensors(
        ["down_proj", "gate_proj", "up_proj"].map { "\(prefix)experts.15.\($0).weight" })
    ) {
      try read("olmoe", spec: fewer) {
        $0["model.layers.1.mlp.gate.weight"] = .init(
          shape: [15, 64], values: [Float](repeating: 0, count: 15 * 64))
      }
    }
  }

  @Test func aPartThatTheFamilyDoesNotHaveIsRefused() throws {
    let spec = try #require(goldenSpecs["mixtral"])
    let withBias = try SparseLayerSpec(
      hidden: spec.hidden, experts: spec.experts, topK: 2, expert: spec.expert,
      router: RouterPolicy(hasSelectionBias: true))
    #expect(throws: CheckpointError.unknownPart("selection bias", modelType: "mixtral")) {
      try read("mixtral", spec: withBias)
    }
  }

  @Test func everyErrorIsASentence() {
    let errors: [CheckpointError] = [
      .unknownModelType("x", known: ["a", "b"]),
      .noRouter(modelType: "x", names: ["a", "b"]), .severalLayers(prefixes: ["a", "b"]),
      .unknownPart("p", modelType: "x"), .missingTensor("t", shape: [1]),
      .wrongShape(tensor: "t", found: [1], expected: [2]), .unexpectedTensors(["a", "b", "c"]),
      .tensor(name: "t", flaw: .absent), .tensor(name: "t", flaw: .integerTooLarge(.max)),
      .tensor(
        name: "t",
        flaw: .notReadable(as: "floats", type: .f4, readable: SafetensorsFile.floatTypes)),
    ]
    for error in errors { #expect(!error.description.contains("\n")) }
    #expect(errors[1].description.hasSuffix(#"ends in "a" or "b""#))
    #expect(errors[6].description.contains(#""a", "b" and "c""#))
  }
}
