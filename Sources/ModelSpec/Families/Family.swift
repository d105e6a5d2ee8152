import LayerSpec

/// Reads the configurations of one `model_type`.
struct Family: Sendable {
  /// Makes an architecture's parts from a configuration.
  let read: @Sendable (ConfigReader) throws(ConfigError) -> Blueprint

  init(_ read: @escaping @Sendable (ConfigReader) throws(ConfigError) -> Blueprint) {
    self.read = read
  }

  /// A family whose decoder is Llama's with what `form` changes.
  init(_ form: DecoderForm) {
    read = { (config) throws(ConfigError) in try config.decoder(form) }
  }

  /// Every `model_type` that Tenfold knows.
  ///
  /// A model with vision or audio beside its text model is read as its text model, the `…_text`
  /// family.
  static let known: [String: Family] = routed.merging(dense) { routed, _ in routed }

  /// Families with experts.
  private static let routed: [String: Family] = [
    "arctic": Family(arctic),
    "dbrx": Family(dbrx),
    "deepseek": Family(deepSeekV1),
    "deepseek_v2": Family(deepSeekV2),
    "deepseek_v3": Family(deepSeekV3),
    "deepseek_v32": Family(deepSeekV32),
    "deepseek_v4": Family(deepSeekV4),
    "dots1": Family(dots1),
    "ernie4_5_moe": Family(ernieMoE),
    "flex_olmo": Family(olmoe),
    "gemma4_text": Family(gemma4),
    "glm4_moe": Family(glm4MoE),
    "glm4_moe_lite": Family(deepSeekV3),
    "gpt_oss": Family(gptOSS),
    "granitemoe": Family(graniteMoE),
    "granitemoehybrid": Family(graniteHybrid),
    "granitemoeshared": Family(graniteMoE),
    "grok-1": Family(grok1),
    "hunyuan": Family(hunyuanMoE),
    "hunyuan_v1_moe": Family(hunyuanMoE),
    "jamba": Family(jamba),
    "jetmoe": Family(jetMoE),
    "kimi_k2": Family(deepSeekV3),
    "kimi_linear": Family(kimiLinear),
    "lfm2_moe": Family(lfm2MoE),
    "llama4_text": Family(llama4),
    "longcat_flash": Family(longcatFlash),
    "minimax": Family(miniMax),
    "minimax_m1": Family(miniMax),
    "minimax_m2": Family(miniMaxM2),
    "minimax_text_01": Family(miniMax),
    "mixtral": Family(mixtral),
    "muse_spark_text": Family(museSpark),
    "nemotron_h": Family(nemotronH),
    "olmoe": Family(olmoe),
    "phimoe": Family(phiMoE),
    "qwen2_moe": Family(qwen2MoE),
    "qwen3_5_moe_text": Family(qwen35MoE),
    "qwen3_moe": Family(qwen3MoE),
    "qwen3_next": Family(qwen3Next),
    "qwen3_vl_moe_text": Family(qwen3MoE),
    "switch_transformers": Family(switchTransformers),
    "tenfold_paper_model": Family(paperModel),
  ]

  /// Families without experts.
  private static let dense: [String: Family] = [
    "arcee": Family(
      DecoderForm(
        attentionBias: .key("attention_bias"),
        feedForwardBias: .key("mlp_bias"), isGated: false, block: BlockForm())),
    "cohere": Family(
      DecoderForm(
        attentionBias: .key("attention_bias"), layerNorms: 1,
        queryKeyNorm: .wideIf("use_qk_norm"))),
    "cohere2": Family(
      DecoderForm(
        attentionBias: .key("attention_bias"), layerNorms: 1,
        windows: .allButEveryKey("sliding_window_pattern", usual: 4))),
    "ernie4_5": Family(
      DecoderForm(
        attentionBias: .key("use_bias"),
        feedForwardBias: .key("use_bias"))),
    "exaone4": Family(DecoderForm(queryKeyNorm: .perHead, windows: .allButEvery(4))),
    "falcon": Family(falcon),
    "gemma": Family(
      DecoderForm(attentionBias: .key("attention_bias"), block: BlockForm())),
    "gemma2": Family(
      DecoderForm(
        attentionBias: .key("attention_bias"), layerNorms: 4,
        windows: .allButEvery(2),
        block: BlockForm(
          norms: .around, scale: .inverseRootOf("query_pre_attn_scalar"),
          softcapKey: "attn_logit_softcapping"))),
    "gemma3_text": Family(
      DecoderForm(
        attentionBias: .key("attention_bias"), layerNorms: 4,
        queryKeyNorm: .perHead, windows: .allButEveryKey("sliding_window_pattern", usual: 6),
        block: BlockForm(
          norms: .around, scale: .inverseRootOf("query_pre_attn_scalar"),
          localRotation: .base("rope_local_base_freq")))),
    "glm": Family(DecoderForm(attentionBias: .key("attention_bias"), outputBias: .absent)),
    "glm4": Family(
      DecoderForm(attentionBias: .key("attention_bias"), outputBias: .absent, layerNorms: 4)),
    "gpt2": Family(gpt2),
    "gpt_neox": Family(
      DecoderForm(
        attentionBias: .key("attention_bias"),
        feedForwardBias: .present, isGated: false, layerNorms: 4, finalNorms: 2)),
    "granite": Family(
      DecoderForm(
        attentionBias: .key("attention_bias"), feedForwardBias: .key("mlp_bias"),
        block: .granite)),
    "hunyuan_v1_dense": Family(
      DecoderForm(
        attentionBias: .key("attention_bias"),
        queryKeyNorm: .perHead)),
    "lfm2": Family(lfm2),
    "llama": Family(llamaForm),
    "ministral": Family(DecoderForm(windows: .every, block: BlockForm())),
    "ministral3": Family(DecoderForm(windows: .every)),
    "mistral": Family(DecoderForm(windows: .every, block: BlockForm())),
    "muse_glimmer_text": Family(
      DecoderForm(
        attentionBias: .key("attention_bias"), layerNorms: 4,
        outputGate: .separate, windows: .allButEveryFromLast(4))),
    "nemotron": Family(
      DecoderForm(
        attentionBias: .key("attention_bias"),
        feedForwardBias: .key("mlp_bias"), isGated: false, layerNorms: 4, finalNorms: 2)),
    "olmo": Family(
      DecoderForm(
        attentionBias: .key("attention_bias"), layerNorms: 0,
        finalNorms: 0)),
    "olmo2": Family(
      DecoderForm(
        attentionBias: .key("attention_bias"),
        queryKeyNorm: .wide, block: BlockForm(norms: .after))),
    "olmo3": Family(
      DecoderForm(
        attentionBias: .key("attention_bias"),
        queryKeyNorm: .wide, windows: .allButEvery(4),
        block: BlockForm(norms: .after, localRotation: .unscaled))),
    "opt": Family(opt),
    "phi": Family(phi),
    "phi3": Family(DecoderForm(windows: .every)),
    "qwen2": Family(
      DecoderForm(
        attentionBias: .present, outputBias: .absent, windows: .fromMaxWindowLayers,
        block: BlockForm())),
    "qwen2_vl_text": Family(
      DecoderForm(attentionBias: .present, outputBias: .absent, windows: .fromMaxWindowLayers)),
    "qwen2_5_vl_text": Family(
      DecoderForm(attentionBias: .present, outputBias: .absent, windows: .fromMaxWindowLayers)),
    "qwen3": Family(
      DecoderForm(
        attentionBias: .key("attention_bias"),
        queryKeyNorm: .perHead, windows: .fromMaxWindowLayers, block: BlockForm())),
    "qwen3_5_text": Family(qwen35),
    "qwen3_vl_text": Family(
      DecoderForm(
        attentionBias: .key("attention_bias"),
        queryKeyNorm: .perHead)),
    "seed_oss": Family(
      DecoderForm(
        attentionBias: .key("attention_bias"), outputBias: .key("attention_out_bias"),
        feedForwardBias: .key("mlp_bias"), block: BlockForm())),
    "smollm3": Family(
      DecoderForm(
        attentionBias: .key("attention_bias"), feedForwardBias: .key("mlp_bias"),
        block: BlockForm(leavesLayersUnturned: true))),
    "stablelm": Family(stableLM),
    "starcoder2": Family(
      DecoderForm(
        attentionBias: .key("use_bias"),
        feedForwardBias: .key("use_bias"), isGated: false, layerNorms: 4, finalNorms: 2,
        windows: .every)),
    "t5": Family(t5),
  ]

  /// Llama itself, whose biases the configuration states.
  private static let llamaForm = DecoderForm(
    attentionBias: .key("attention_bias"),
    feedForwardBias: .key("mlp_bias"), block: BlockForm())
}
