import LayerSpec
import Testing

@testable import ModelSpec

/// What a configuration may leave out, and what each bad one is told.
@Suite struct ConfigTests {
  private func read(_ json: String) throws(ConfigError) -> Architecture {
    try Architecture(configJSON: Array(json.utf8), id: "test")
  }

  private func sentence(_ json: String) -> String? {
    do {
      _ = try read(json)
      return nil
    } catch {
      return error.description
    }
  }

  // MARK: - What is understood

  @Test func absentKeysTakeTheFamilysDefaults() throws {
    #expect(try read(#"{"model_type": "llama"}"#).totalParameters == 6_738_415_616)
  }

  @Test func nullIsNoneWhereTheDefaultIsANumber() throws {
    let absent = try read(#"{"model_type": "mixtral"}"#)
    let null = try read(#"{"model_type": "mixtral", "num_key_value_heads": null}"#)
    // 8 key heads of 128 by default, 32 without: 24 heads more for keys and for values.
    #expect(null.totalParameters - absent.totalParameters == 32 * 2 * 24 * 128 * 4096)
  }

  @Test(arguments: ["text_config", "llm_config", "language_config"])
  func readsTheTextModelOfAMultimodalOne(nest: String) throws {
    let inner = #""num_hidden_layers": 2, "num_local_experts": 4"#
    let nested = try read(
      #"{"model_type": "llama4", "vision_config": {}, "\#(nest)": {\#(inner)}}"#)
    let plain = try read(#"{"model_type": "llama4_text", \#(inner)}"#)
    #expect(nested == plain)
  }

  @Test func readsTheTextModelInsideAnUnknownOne() throws {
    let model = try read(
      #"{"model_type": "some_vlm", "text_config": {"model_type": "qwen3", "num_hidden_layers": 1}}"#
    )
    #expect(model.modelType == "qwen3")
    #expect(model.layers.count == 1)
  }

  @Test func tyingIsSaidOnEitherLevel() throws {
    let outside = try read(
      #"{"model_type": "gemma3", "tie_word_embeddings": false, "text_config": {}}"#)
    #expect(!outside.tiedEmbeddings)
    #expect(try read(#"{"model_type": "gemma3", "text_config": {}}"#).tiedEmbeddings)
  }

  @Test func pythonsInfinityIsNoObstacle() throws {
    let model = try read(#"{"model_type": "nemotron_h", "time_step_limit": [0.0, Infinity]}"#)
    #expect(model.layers.count == 4)
  }

  @Test func wholeFloatsAreIntegers() throws {
    #expect(try read(#"{"model_type": "llama", "num_hidden_layers": 2.0}"#).layers.count == 2)
  }

  @Test func otherNamesOfAKeyAreRead() throws {
    let one = try read(#"{"model_type": "qwen3_moe", "num_local_experts": 16}"#)
    let two = try read(#"{"model_type": "qwen3_moe", "num_experts": 16}"#)
    #expect(one == two)
  }

  @Test func layerListsDecideOverRules() throws {
    let model = try read(
      #"{"model_type": "qwen3_moe", "num_hidden_layers": 4, "mlp_only_layers": [1]}"#)
    let kinds = model.layers.map { $0.ffn?.label.prefix(5) }
    #expect(kinds == ["spars", "dense", "spars", "spars"])
  }

  // MARK: - What is refused

  @Test(arguments: [
    "", "{", "[]", "null", "{\"model_type\": \"llama\"", "{\"model_type\": \"llama\",}", "\u{0}",
  ])
  func bytesThatAreNoObject(json: String) {
    #expect(sentence(json) != nil)
  }

  @Test func bytesThatAreNoText() {
    #expect(throws: ConfigError.self) { try Architecture(configJSON: [0xff, 0xfe], id: "test") }
  }

  @Test func anUnknownTypeIsAnsweredWithTheKnownOnes() throws {
    let answer = try #require(sentence(#"{"model_type": "bert"}"#))
    #expect(
      answer.hasPrefix("model_type is \"bert\", which Tenfold does not know; it knows arcee,"))
    #expect(Architecture.knownModelTypes == Architecture.knownModelTypes.sorted())
    for type in ["llama", "llama4", "llama4_text", "muse_spark"] {
      #expect(answer.contains(" \(type),"), "\(type)")
    }
  }

  @Test func aMissingTypeIsNamed() {
    #expect(sentence("{}")?.hasPrefix("model_type is missing; give one of arcee,") == true)
    #expect(sentence(#"{"model_type": 7}"#) == "model_type is 7; give a string")
  }

  @Test(arguments: [
    ("0", "0"), ("-4096", "-4096"), ("\"wide\"", "\"wide\""), ("4096.5", "4096.5"),
    ("true", "true"), ("[4096]", "a list"), ("268435457", "268435457"),
    ("9223372036854775808", "9.223372036854776e+18"),
  ])
  func aBadSizeNamesFieldAndValue(json: String, shown: String) {
    #expect(
      sentence(#"{"model_type": "llama", "hidden_size": \#(json)}"#)
        == "hidden_size is \(shown); give an integer from 1 to 268435456")
  }

  @Test func aSizeInsideTheTextModelIsNamedWithItsPlace() {
    #expect(
      sentence(#"{"model_type": "gemma3", "text_config": {"vocab_size": 0}}"#)
        == "text_config.vocab_size is 0; give an integer from 1 to 268435456")
  }

  @Test func sizesThatMultiplyBeyondCountingAreRefused() {
    let json =
      #"{"model_type": "llama", "hidden_size": 268435456, "intermediate_size": 268435456, "#
      + #""num_attention_heads": 1, "num_key_value_heads": 1, "head_dim": 268435456}"#
    #expect(
      sentence(json)
        == "the sizes multiply to more parameters than can be counted; check them")
  }

  @Test func tooManyLayersAreRefusedBeforeTheyAreMade() {
    #expect(
      sentence(#"{"model_type": "llama", "num_hidden_layers": 100000000}"#)
        == "num_hidden_layers is 100000000; give at most 10000")
  }

  /// Counted all the same; what stands in the way of computing is named by what is wrong.
  @Test func headsOfOddWidthAreCountedAndNotComputed() throws {
    let json =
      #"{"model_type": "llama", "hidden_size": 64, "num_attention_heads": 4, "head_dim": 15}"#
    let layer = try #require(try Architecture(configJSON: Array(json.utf8), id: "odd").layers.first)
    guard case .counted(let reason) = layer.block else {
      Issue.record("heads of odd width are computed")
      return
    }
    #expect(
      reason == "heads have 15 elements, and rotary embedding turns pairs; give an even width")
  }

  @Test func topKAboveTheExpertsIsRefused() {
    #expect(
      sentence(#"{"model_type": "mixtral", "num_experts_per_tok": 9}"#)
        == "num_experts_per_tok is 9, and there are 8 experts; give at most 8")
  }

  @Test func aRequiredKeyWithoutDefaultIsNamed() {
    #expect(
      sentence(#"{"model_type": "deepseek_v2"}"#)
        == "num_experts_per_tok is missing, and deepseek_v2 has no default for it; give an integer "
        + "of at least 1")
    #expect(
      sentence(#"{"model_type": "llama", "vocab_size": null}"#)
        == "vocab_size is null; give an integer of at least 1")
  }

  @Test func headsThatDoNotDivideAreRefused() {
    #expect(
      sentence(#"{"model_type": "llama", "num_key_value_heads": 5}"#)
        == "num_key_value_heads is 5, which does not divide the 32 attention heads; give a divisor")
  }

  @Test func aShortListIsRefused() {
    let json =
      #"{"model_type": "qwen3_next", "num_hidden_layers": 2, "layer_types": ["#
      + #""full_attention"]}"#
    #expect(sentence(json) == "layer_types has 1 entries for 2 layers")
  }

  @Test func anActivationThatCannotBeComputedIsRefused() {
    #expect(
      sentence(#"{"model_type": "llama", "hidden_act": "xielu"}"#)?
        .hasPrefix("hidden_act is \"xielu\", which Tenfold cannot compute; it knows gelu,") == true)
  }

  // MARK: - Nothing traps

  /// A sentence, or an architecture that can be counted for any number of tokens or refuses to.
  private func survives(_ json: String) {
    do {
      let model = try read(json)
      #expect(model.totalParameters > 0)
      for tokens in [1, AccountingError.mostTokens] {
        do {
          #expect(try model.checkedForwardFLOPs(tokens: tokens).total > 0)
        } catch {
          #expect(error == .tooManyTokens(tokens))
        }
      }
    } catch {
      #expect(!error.description.isEmpty)
    }
  }

  /// Every size of every family at its largest: products pass 63 bits many times over.
  @Test func everyFamilySurvivesItsLargestSizes() {
    for (type, keys) in FamilyDefaults.table {
      let sizes = keys.compactMap { key, value -> String? in
        guard case .integer = value, key != "num_hidden_layers" else { return nil }
        return #""\#(key)": \#(ConfigReader.largestSize)"#
      }
      survives(
        #"{"model_type": "\#(type)", "num_hidden_layers": 2, \#(sizes.joined(separator: ", "))}"#)
    }
  }

  /// Each key of each family, one at a time, with values that no model has.
  @Test func everyFamilySurvivesHostileValues() {
    let hostile = ["0", "-1", "268435456", "null", "\"x\"", "[]", "{}", "1e300", "true"]
    for (type, keys) in FamilyDefaults.table {
      for key in keys.keys {
        for value in hostile {
          let layers = key == "num_hidden_layers" ? "" : #""num_hidden_layers": 2, "#
          survives(#"{"model_type": "\#(type)", \#(layers)"\#(key)": \#(value)}"#)
        }
      }
    }
  }

  /// Numbers that no norm, scale or bound can have: the block is counted, and says why it is not computed.
  @Test(arguments: [
    (#""rms_norm_eps": -1, "query_pre_attn_scalar": 16"#, "rms_norm_eps is -1"),
    (#""rms_norm_eps": 1e-6, "query_pre_attn_scalar": 0"#, "query_pre_attn_scalar is 0"),
    (
      #""rms_norm_eps": 1e-6, "query_pre_attn_scalar": 16, "attn_logit_softcapping": 0"#,
      "attn_logit_softcapping is 0"
    ),
  ])
  func numbersThatNoBlockCanHaveAreNamed(numbers: String, reason: String) throws {
    let config = """
      {"model_type": "gemma2", "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
       "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8, "vocab_size": 64,
       "sliding_window": 16, "hidden_activation": "gelu_pytorch_tanh", \(numbers)}
      """
    let model = try Architecture(configJSON: Array(config.utf8), id: "small")
    guard case .counted(let why) = model.layers[0].block else {
      Issue.record("a block is computed with \(numbers)")
      return
    }
    #expect(why.contains(reason), "\(why)")
  }
}
