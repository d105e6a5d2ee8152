import Testing

@testable import Runner

/// Files that do not belong together are refused with a sentence that names the file.
@Suite struct GoldenModelTests {
  private func replacing(_ text: String, with other: String, in bytes: [UInt8]) -> [UInt8] {
    Array(String(decoding: bytes, as: UTF8.self).replacing(text, with: other).utf8)
  }

  @Test func anUnknownFamilyIsRefusedFromTheConfigurationAlone() throws {
    let config = replacing(
      #""mixtral""#, with: #""mixtrall""#, in: try GoldenFolder("mixtral").config)
    let error = #expect(throws: GoldenLayerError.self) { try GoldenModel(config: config) }
    let sentence = try #require(error).description
    #expect(sentence.hasPrefix("config.json: "))
    for known in ["mixtrall", "qwen3_moe", "muse_spark_text"] {
      #expect(sentence.contains(known))
    }
  }

  /// Neither its blocks can be computed nor does it have experts.
  @Test func aFamilyThatIsCountedOnlyIsRefused() throws {
    let config = #"{"model_type":"gpt2"}"#
    let error = #expect(throws: GoldenLayerError.self) {
      try GoldenModel(config: Array(config.utf8))
    }
    #expect(try #require(error).description.contains("known are: deepseek, "))
  }

  @Test(arguments: ["", "{", "[]", "{}"])
  func whatIsNoConfigurationIsRefused(text: String) throws {
    let error = #expect(throws: GoldenLayerError.self) { try GoldenModel(config: Array(text.utf8)) }
    #expect(try #require(error).description.hasPrefix("config.json: "))
  }

  @Test func everyFileIsNamedInItsError() throws {
    let folder = try GoldenFolder("mixtral")
    let model = try GoldenModel(config: folder.config)
    let tensors = #expect(throws: GoldenLayerError.self) {
      try model.layer(tensors: Array(folder.tensors.dropLast()), io: folder.io)
    }
    #expect(try #require(tensors).description.hasPrefix("layer.safetensors: tensor "))
    let io = #expect(throws: GoldenLayerError.self) {
      try model.layer(tensors: folder.tensors, io: Array(folder.io.dropLast()))
    }
    #expect(try #require(io).description.hasPrefix("io.safetensors: tensor "))
  }

  @Test func theLayerMustBeOneOfTheModels() throws {
    let folder = try GoldenFolder("mixtral")
    let shorter = replacing(
      #""num_hidden_layers": 2"#, with: #""num_hidden_layers": 1"#, in: folder.config)
    let error = #expect(throws: GoldenLayerError.self) {
      try GoldenModel(config: shorter).layer(tensors: folder.tensors, io: folder.io)
    }
    #expect(try #require(error).description.contains("of layer 1, and config.json describes 1"))
  }

  @Test func theLayerMustHaveExperts() throws {
    let folder = try GoldenFolder("qwen3_moe")
    let dense = replacing(
      #""mlp_only_layers": []"#, with: #""mlp_only_layers": [1]"#, in: folder.config)
    let error = #expect(throws: GoldenLayerError.self) {
      try GoldenModel(config: dense).layer(tensors: folder.tensors, io: folder.io)
    }
    #expect(try #require(error).description.contains("layer 1, which has no experts"))
  }

  /// Qwen's inputs have the width of Mixtral's and are none of Mixtral's tensors.
  @Test func inputsAndOutputsMustFitTheLayer() throws {
    let folder = try GoldenFolder("mixtral")
    let model = try GoldenModel(config: folder.config)
    let narrow = try GoldenFolder("jamba").io
    let shape = #expect(throws: GoldenLayerError.self) {
      try model.layer(tensors: folder.tensors, io: narrow)
    }
    #expect(
      try #require(shape).description
        == "io.safetensors: hidden_states has shape [21, 36] where [tokens, 64] is needed; "
        + "write it again")
    let absent = #expect(throws: GoldenLayerError.self) {
      try model.layer(tensors: folder.tensors, io: folder.tensors)
    }
    #expect(try #require(absent).description.contains("there is no tensor hidden_states"))
  }
}
