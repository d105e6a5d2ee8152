import LayerSpec

/// Reads the configurations of one `model_type`.
struct Family: Sendable {
  /// Makes an architecture's parts from a configuration.
  let read: @Sendable (ConfigReader) throws(ConfigError) -> Blueprint

  init(_ read: @escaping @Sendable (ConfigReader) throws(ConfigError) -> Blueprint) {
    self.read = read
  }

  /// A family that is the plain decoder but for `form`.
  init(_ form: DecoderForm) {
    read = { (config) throws(ConfigError) in try config.decoder(form) }
  }

  /// Every `model_type` that Tenfold knows. A model with vision or audio beside its text model is
  /// read as its text model, the `…_text` family.
  static let known: [String: Family] = routed.merging(dense) { routed, _ in routed }

  /// Families with experts.
  private static let routed: [String: Family] = [
    "deepseek": Family(deepSeekV1),
    "deepseek_v2": Family(deepSeekV2),
    "deepseek_v3": Family(deepSeekV3),
    "dots1": Family(dots1),
    "glm4_moe": Family(glm4MoE),
    "gpt_oss": Family(gptOSS),
    "granitemoe": Family(graniteMoE),
    "granitemoeshared": Family(graniteMoE),
    "kimi_k2": Family(deepSeekV3),
    "llama4_text": Family(llama4),
    "mixtral": Family(mixtral),
    "muse_spark_text": Family(museSpark),
    "olmoe": Family(olmoe),
    "phimoe": Family(phiMoE),
    "qwen2_moe": Family(qwen2MoE),
    "qwen3_5_moe_text": Family(qwen3_5MoE),
    "qwen3_moe": Family(qwen3MoE),
    "qwen3_next": Family(qwen3Next),
  ]

  /// Families without experts.
  private static let dense: [String: Family] = [
    "llama": Family(
      DecoderForm(
        inputBias: .key("attention_bias"), outputBias: .key("attention_bias"),
        feedForwardBias: .key("mlp_bias"))),
    "mistral": Family(DecoderForm(windows: .every)),
    "qwen2": Family(DecoderForm(inputBias: .present, windows: .fromMaxWindowLayers)),
    "qwen3": Family(
      DecoderForm(
        inputBias: .key("attention_bias"), outputBias: .key("attention_bias"),
        queryKeyNorm: .perHead, windows: .fromMaxWindowLayers)),
    "qwen3_5_text": Family(qwen3_5),
  ]
}
