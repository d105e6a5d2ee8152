extension TensorFamily {
  /// The family of a `model_type`.
  ///
  /// - Throws: `CheckpointError.unknownModelType` with those that are known.
  static func named(_ modelType: String) throws(CheckpointError) -> TensorFamily {
    guard let family = all.first(where: { $0.modelTypes.contains(modelType) }) else {
      throw .unknownModelType(modelType, known: LayerReader.knownModelTypes)
    }
    return family
  }

  /// Every family that can be read.
  ///
  /// Names from Hugging Face transformers 5.23.0: those in memory from each family's
  /// `modeling_*.py`, those on disk from `conversion_mapping.py`, confirmed by what
  /// `save_pretrained` writes (the golden layers of the tests). DeepSeek's first generation and
  /// Kimi K2 publish their own code, with the names of DeepSeek-V2 and -V3.
  static let all: [TensorFamily] = [
    TensorFamily(modelTypes: ["olmoe", "qwen3_moe", "flex_olmo"]),
    TensorFamily(
      modelTypes: ["qwen2_moe", "qwen3_next", "qwen3_5_moe_text", "qwen3_5_moe"],
      shared: ["shared_expert"], sharedGate: ["shared_expert_gate.weight"]),
    TensorFamily(
      modelTypes: ["deepseek", "deepseek_v2", "deepseek_v3", "kimi_k2", "dots1", "glm4_moe"],
      selectionBias: ["gate.e_score_correction_bias"], shared: ["shared_experts"]),
    TensorFamily(
      modelTypes: ["ernie4_5_moe"],
      selectionBias: [
        "moe_statics.e_score_correction_bias", "gate.moe_statics.e_score_correction_bias",
      ],
      shared: ["shared_experts"]),
    TensorFamily(
      modelTypes: ["hunyuan_v1_moe"], router: ["gate.wg.weight"], shared: ["shared_mlp"]),
    TensorFamily(modelTypes: ["jamba"], router: ["router.weight"]),
    TensorFamily(modelTypes: ["mixtral"], experts: [.numbered, .fused]),
    TensorFamily(
      modelTypes: ["minimax_m2"], selectionBias: ["e_score_correction_bias"],
      experts: [.numbered, .fused]),
    TensorFamily(
      modelTypes: ["phimoe"], router: ["gate.weight", "router.weight"],
      experts: [.numbered, .fused]),
    TensorFamily(
      modelTypes: ["granitemoe"], router: ["router.layer.weight", "router.weight"],
      experts: [
        .together(FusedLayout(gateUp: "input_linear.weight", down: "output_linear.weight")), .fused,
      ]),
    TensorFamily(
      modelTypes: ["llama4_text", "llama4"], router: ["router.weight"],
      experts: [
        .together(
          FusedLayout(
            gateUp: "experts.gate_up_proj", down: "experts.down_proj", isTransposed: true))
      ],
      shared: ["shared_expert"]),
    TensorFamily(
      modelTypes: ["gpt_oss"], router: ["router.weight"], routerBias: ["router.bias"],
      experts: [
        .together(
          FusedLayout(
            gateUp: "experts.gate_up_proj", down: "experts.down_proj", order: .interleaved,
            isTransposed: true))
      ]),
    TensorFamily(
      modelTypes: ["muse_spark_text", "muse_spark"],
      selectionBias: ["gate.e_score_correction_bias"], experts: [.fused, .projections],
      latent: LatentNames(
        inputProjection: "pre_expert_proj.weight", inputNorm: "pre_expert_norm.weight",
        expertNorm: "experts.post_expert_norm.weight",
        outputProjection: "post_expert_proj.weight", normsAreCentered: true)),
  ]
}
