import FoundationEssentials

/// What a configuration means by the keys that it leaves out.
enum FamilyDefaults {
  /// The documented defaults of one `model_type`, empty for a family that has none.
  static func values(of modelType: String) -> [String: ConfigValue] { table[modelType] ?? [:] }

  static let table: [String: [String: ConfigValue]] = {
    do {
      let decoder = JSONDecoder()
      return try decoder.decode([String: [String: ConfigValue]].self, from: Data(json.utf8))
    } catch {
      preconditionFailure("the table of defaults is not JSON: \(error)")
    }
  }()

  /// Field defaults of the configuration classes of Hugging Face transformers 5.23.0, as far as they
  /// decide shapes and routing.
  ///
  /// A field whose default is null is left out.
  private static let json = #"""
    {
      "arcee": {
        "attention_bias": false, "hidden_act": "relu2", "hidden_size": 2560,
        "intermediate_size": 18432, "max_position_embeddings": 4096, "mlp_bias": false,
        "num_attention_heads": 32, "num_hidden_layers": 32, "rms_norm_eps": 1e-05,
        "tie_word_embeddings": false, "vocab_size": 32000
      },
      "cohere": {
        "attention_bias": false, "hidden_act": "silu", "hidden_size": 8192,
        "intermediate_size": 22528, "max_position_embeddings": 8192, "num_attention_heads": 64,
        "num_hidden_layers": 40, "tie_word_embeddings": true, "use_qk_norm": false,
        "vocab_size": 256000
      },
      "cohere2": {
        "attention_bias": false, "hidden_act": "silu", "hidden_size": 8192,
        "intermediate_size": 22528, "max_position_embeddings": 8192, "num_attention_heads": 64,
        "num_hidden_layers": 40, "sliding_window": 4096, "tie_word_embeddings": true,
        "vocab_size": 256000
      },
      "dbrx": {
        "attn_config": {"kv_n_heads": 1}, "d_model": 2048,
        "ffn_config": {"ffn_act_fn": {"name": "silu"}, "ffn_hidden_size": 3584, "moe_num_experts": 4, "moe_top_k": 1, "moe_normalize_expert_weights": 1.0},
        "n_heads": 16, "n_layers": 24, "tie_word_embeddings": false, "vocab_size": 32000
      },
      "deepseek_v2": {
        "attention_bias": false, "first_k_dense_replace": 0, "hidden_act": "silu",
        "hidden_size": 4096, "intermediate_size": 11008, "kv_lora_rank": 512,
        "max_position_embeddings": 2048, "mlp_bias": false, "moe_intermediate_size": 1407,
        "n_routed_experts": 64, "n_shared_experts": 2, "norm_topk_prob": false,
        "num_attention_heads": 32, "num_hidden_layers": 32, "q_lora_rank": 1536,
        "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "rms_norm_eps": 1e-06,
        "routed_scaling_factor": 1.0, "tie_word_embeddings": false, "topk_method": "greedy",
        "v_head_dim": 128, "vocab_size": 102400
      },
      "deepseek_v3": {
        "attention_bias": false, "first_k_dense_replace": 3, "hidden_act": "silu",
        "hidden_size": 7168, "intermediate_size": 18432, "kv_lora_rank": 512,
        "max_position_embeddings": 4096, "moe_intermediate_size": 2048, "n_group": 8,
        "n_routed_experts": 256, "n_shared_experts": 1, "norm_topk_prob": true,
        "num_attention_heads": 128, "num_experts_per_tok": 8, "num_hidden_layers": 61,
        "num_key_value_heads": 128, "q_lora_rank": 1536, "qk_nope_head_dim": 128,
        "qk_rope_head_dim": 64, "rms_norm_eps": 1e-06, "routed_scaling_factor": 2.5,
        "tie_word_embeddings": false, "topk_group": 4, "v_head_dim": 128, "vocab_size": 129280
      },
      "deepseek_v4": {
        "attention_bias": false, "hc_mult": 4, "head_dim": 512, "hidden_act": "silu",
        "hidden_size": 4096, "index_head_dim": 128, "index_n_heads": 64, "index_topk": 512,
        "max_position_embeddings": 1048576, "mlp_bias": false, "moe_intermediate_size": 2048,
        "n_routed_experts": 256, "n_shared_experts": 1, "norm_topk_prob": true,
        "num_attention_heads": 64, "num_experts_per_tok": 6, "num_hidden_layers": 43,
        "num_key_value_heads": 1, "o_groups": 8, "o_lora_rank": 1024, "q_lora_rank": 1024,
        "rms_norm_eps": 1e-06, "routed_scaling_factor": 1.5, "router_jitter_noise": 0.0,
        "sliding_window": 128, "swiglu_limit": 10.0, "tie_word_embeddings": false,
        "vocab_size": 129280
      },
      "dots1": {
        "attention_bias": false, "first_k_dense_replace": 0, "hidden_act": "silu",
        "hidden_size": 4608, "intermediate_size": 10944, "max_position_embeddings": 2048,
        "max_window_layers": 62, "moe_intermediate_size": 1408, "n_group": 1, "norm_topk_prob": false,
        "num_attention_heads": 32, "num_hidden_layers": 62, "num_key_value_heads": 32,
        "rms_norm_eps": 1e-06, "routed_scaling_factor": 1.0, "sliding_window": 4096,
        "tie_word_embeddings": false, "topk_group": 1, "vocab_size": 152064
      },
      "ernie4_5": {
        "head_dim": 128, "hidden_act": "silu", "hidden_size": 1024, "intermediate_size": 3072,
        "max_position_embeddings": 131072, "num_attention_heads": 16, "num_hidden_layers": 18,
        "num_key_value_heads": 2, "rms_norm_eps": 1e-05, "tie_word_embeddings": true,
        "use_bias": false, "vocab_size": 103424
      },
      "ernie4_5_moe": {
        "hidden_act": "silu", "hidden_size": 2560, "intermediate_size": 12288,
        "max_position_embeddings": 131072, "moe_intermediate_size": 1536, "moe_k": 6,
        "moe_layer_end_index": -1, "moe_layer_interval": 1, "moe_layer_start_index": 1,
        "moe_norm_min": 1e-12, "moe_num_experts": 64, "moe_num_shared_experts": 2,
        "num_attention_heads": 20, "num_hidden_layers": 28, "num_key_value_heads": 4,
        "rms_norm_eps": 1e-05, "tie_word_embeddings": true, "use_bias": false, "vocab_size": 103424
      },
      "exaone4": {
        "hidden_act": "silu", "hidden_size": 4096, "intermediate_size": 16384,
        "max_position_embeddings": 2048, "num_attention_heads": 32, "num_hidden_layers": 32,
        "num_key_value_heads": 32, "rms_norm_eps": 1e-05, "sliding_window": 4096,
        "sliding_window_pattern": 4, "tie_word_embeddings": false, "vocab_size": 102400
      },
      "falcon": {
        "activation": "gelu", "bias": false, "hidden_size": 4544, "max_position_embeddings": 2048,
        "multi_query": true, "new_decoder_architecture": false, "num_attention_heads": 71,
        "num_hidden_layers": 32, "parallel_attn": true, "tie_word_embeddings": true,
        "vocab_size": 65024
      },
      "flex_olmo": {
        "attention_bias": false, "hidden_act": "silu", "hidden_size": 4096,
        "intermediate_size": 11008, "max_position_embeddings": 4096, "norm_topk_prob": false,
        "num_attention_heads": 32, "num_experts": 7, "num_experts_per_tok": 5,
        "num_hidden_layers": 32, "rms_norm_eps": 1e-06, "tie_word_embeddings": false,
        "vocab_size": 100352
      },
      "gemma": {
        "attention_bias": false, "head_dim": 256, "hidden_act": "gelu_pytorch_tanh",
        "hidden_size": 3072, "intermediate_size": 24576, "max_position_embeddings": 8192,
        "num_attention_heads": 16, "num_hidden_layers": 28, "num_key_value_heads": 16,
        "rms_norm_eps": 1e-06, "tie_word_embeddings": true, "vocab_size": 256000
      },
      "gemma2": {
        "attention_bias": false, "head_dim": 256, "hidden_activation": "gelu_pytorch_tanh",
        "hidden_size": 2304, "intermediate_size": 9216, "max_position_embeddings": 8192,
        "num_attention_heads": 8, "num_hidden_layers": 26, "num_key_value_heads": 4,
        "rms_norm_eps": 1e-06, "sliding_window": 4096, "tie_word_embeddings": true,
        "vocab_size": 256000
      },
      "gemma3_text": {
        "attention_bias": false, "head_dim": 256, "hidden_activation": "gelu_pytorch_tanh",
        "hidden_size": 2304, "intermediate_size": 9216, "max_position_embeddings": 131072,
        "num_attention_heads": 8, "num_hidden_layers": 26, "num_key_value_heads": 4,
        "rms_norm_eps": 1e-06, "sliding_window": 4096, "tie_word_embeddings": true,
        "vocab_size": 262208
      },
      "gemma4_text": {
        "attention_bias": false, "attention_k_eq_v": false, "enable_moe_block": false,
        "head_dim": 256, "hidden_activation": "gelu_pytorch_tanh", "hidden_size": 2304,
        "hidden_size_per_layer_input": 256, "intermediate_size": 9216,
        "max_position_embeddings": 131072, "num_attention_heads": 8, "num_hidden_layers": 30,
        "num_key_value_heads": 4, "num_kv_shared_layers": 0, "rms_norm_eps": 1e-06,
        "sliding_window": 512, "tie_word_embeddings": true, "use_double_wide_mlp": false,
        "vocab_size": 262144, "vocab_size_per_layer_input": 262144
      },
      "glm": {
        "attention_bias": true, "head_dim": 128, "hidden_act": "silu", "hidden_size": 4096,
        "intermediate_size": 13696, "max_position_embeddings": 131072, "num_attention_heads": 32,
        "num_hidden_layers": 40, "num_key_value_heads": 2, "rms_norm_eps": 1.5625e-07,
        "tie_word_embeddings": false, "vocab_size": 151552
      },
      "glm4": {
        "attention_bias": true, "head_dim": 128, "hidden_act": "silu", "hidden_size": 4096,
        "intermediate_size": 13696, "max_position_embeddings": 131072, "num_attention_heads": 32,
        "num_hidden_layers": 40, "num_key_value_heads": 2, "rms_norm_eps": 1.5625e-07,
        "tie_word_embeddings": false, "vocab_size": 151552
      },
      "glm4_moe": {
        "attention_bias": false, "first_k_dense_replace": 1, "hidden_act": "silu",
        "hidden_size": 4096, "intermediate_size": 10944, "max_position_embeddings": 131072,
        "moe_intermediate_size": 1408, "n_group": 1, "n_routed_experts": 128, "n_shared_experts": 1,
        "norm_topk_prob": true, "num_attention_heads": 96, "num_experts_per_tok": 8,
        "num_hidden_layers": 46, "num_key_value_heads": 8, "rms_norm_eps": 1e-05,
        "routed_scaling_factor": 1.0, "tie_word_embeddings": false, "topk_group": 1,
        "use_qk_norm": false, "vocab_size": 151552
      },
      "glm4_moe_lite": {
        "attention_bias": false, "first_k_dense_replace": 1, "hidden_act": "silu",
        "hidden_size": 2048, "intermediate_size": 10240, "kv_lora_rank": 512,
        "max_position_embeddings": 202752, "moe_intermediate_size": 1536, "n_group": 1,
        "n_routed_experts": 64, "n_shared_experts": 1, "norm_topk_prob": true,
        "num_attention_heads": 20, "num_experts_per_tok": 4, "num_hidden_layers": 47,
        "num_key_value_heads": 20, "q_lora_rank": 768, "qk_nope_head_dim": 192,
        "qk_rope_head_dim": 64, "rms_norm_eps": 1e-05, "routed_scaling_factor": 1.8,
        "tie_word_embeddings": false, "topk_group": 1, "v_head_dim": 256, "vocab_size": 154880
      },
      "gpt2": {
        "activation_function": "gelu_new", "n_embd": 768, "n_head": 12, "n_layer": 12,
        "n_positions": 1024, "tie_word_embeddings": true, "vocab_size": 50257
      },
      "gpt_neox": {
        "attention_bias": true, "hidden_act": "gelu", "hidden_size": 6144, "intermediate_size": 24576,
        "max_position_embeddings": 2048, "num_attention_heads": 64, "num_hidden_layers": 44,
        "tie_word_embeddings": false, "use_parallel_residual": true, "vocab_size": 50432
      },
      "gpt_oss": {
        "attention_bias": true, "head_dim": 64, "hidden_act": "silu", "hidden_size": 2880,
        "intermediate_size": 2880, "max_position_embeddings": 131072, "num_attention_heads": 64,
        "num_experts_per_tok": 4, "num_hidden_layers": 36, "num_key_value_heads": 8,
        "num_local_experts": 128, "rms_norm_eps": 1e-05, "sliding_window": 128, "swiglu_alpha": 1.702,
        "swiglu_limit": 7.0, "tie_word_embeddings": false, "vocab_size": 201088
      },
      "granite": {
        "attention_bias": false, "hidden_act": "silu", "hidden_size": 4096,
        "intermediate_size": 11008, "max_position_embeddings": 2048, "mlp_bias": false,
        "num_attention_heads": 32, "num_hidden_layers": 32, "rms_norm_eps": 1e-06,
        "tie_word_embeddings": false, "vocab_size": 32000
      },
      "granitemoe": {
        "attention_bias": false, "hidden_act": "silu", "hidden_size": 4096,
        "intermediate_size": 11008, "max_position_embeddings": 2048, "num_attention_heads": 32,
        "num_experts_per_tok": 2, "num_hidden_layers": 32, "num_local_experts": 8,
        "rms_norm_eps": 1e-06, "tie_word_embeddings": false, "vocab_size": 32000
      },
      "granitemoeshared": {
        "attention_bias": false, "hidden_act": "silu", "hidden_size": 4096,
        "intermediate_size": 11008, "max_position_embeddings": 2048, "num_attention_heads": 32,
        "num_experts_per_tok": 2, "num_hidden_layers": 32, "num_local_experts": 8,
        "rms_norm_eps": 1e-06, "shared_intermediate_size": 0, "tie_word_embeddings": false,
        "vocab_size": 32000
      },
      "hunyuan_v1_dense": {
        "attention_bias": false, "hidden_act": "silu", "hidden_size": 4096,
        "intermediate_size": 11008, "max_position_embeddings": 2048, "num_attention_heads": 32,
        "num_hidden_layers": 32, "rms_norm_eps": 1e-05, "tie_word_embeddings": false,
        "vocab_size": 290943
      },
      "hunyuan_v1_moe": {
        "attention_bias": false, "hidden_act": "silu", "hidden_size": 4096,
        "intermediate_size": 11008, "max_position_embeddings": 2048, "moe_topk": 1,
        "num_attention_heads": 32, "num_experts": 1, "num_hidden_layers": 32, "rms_norm_eps": 1e-05,
        "tie_word_embeddings": false, "vocab_size": 290943
      },
      "jamba": {
        "attn_layer_offset": 4, "attn_layer_period": 8, "expert_layer_offset": 1,
        "expert_layer_period": 2, "hidden_act": "silu", "hidden_size": 4096,
        "intermediate_size": 14336, "mamba_conv_bias": true, "mamba_d_conv": 4, "mamba_d_state": 16,
        "mamba_dt_rank": "auto", "mamba_expand": 2, "mamba_proj_bias": false,
        "max_position_embeddings": 262144, "num_attention_heads": 32, "num_experts": 16,
        "num_experts_per_tok": 2, "num_hidden_layers": 32, "num_key_value_heads": 8,
        "rms_norm_eps": 1e-06, "tie_word_embeddings": false, "vocab_size": 65536
      },
      "jetmoe": {
        "activation_function": "silu", "hidden_size": 2048, "intermediate_size": 5632,
        "kv_channels": 128, "max_position_embeddings": 4096, "num_experts_per_tok": 2,
        "num_hidden_layers": 12, "num_key_value_heads": 16, "num_local_experts": 8,
        "rms_norm_eps": 1e-06, "tie_word_embeddings": true, "vocab_size": 32000
      },
      "kimi_linear": {
        "attention_bias": false, "hidden_act": "silu", "hidden_size": 2304, "intermediate_size": 9216,
        "kv_lora_rank": 512, "linear_conv_kernel_dim": 4, "linear_head_dim": 128,
        "linear_num_heads": 32, "max_position_embeddings": 1048576, "moe_intermediate_size": 1024,
        "n_group": 1, "n_shared_experts": 1, "norm_topk_prob": true, "num_attention_heads": 32,
        "num_experts_per_tok": 8, "num_hidden_layers": 27, "num_key_value_heads": 32,
        "num_local_experts": 256, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64,
        "rms_norm_eps": 1e-05, "routed_scaling_factor": 2.446, "tie_word_embeddings": false,
        "topk_group": 1, "v_head_dim": 128, "vocab_size": 163840
      },
      "lfm2": {
        "block_auto_adjust_ff_dim": true, "block_ffn_dim_multiplier": 1.0, "block_multiple_of": 256,
        "conv_L_cache": 3, "conv_bias": false, "hidden_size": 2560, "intermediate_size": 12288,
        "max_position_embeddings": 128000, "num_attention_heads": 32, "num_hidden_layers": 32,
        "num_key_value_heads": 8, "tie_word_embeddings": true, "vocab_size": 65536
      },
      "lfm2_moe": {
        "conv_L_cache": 3, "conv_bias": false, "hidden_size": 2048, "intermediate_size": 7168,
        "max_position_embeddings": 128000, "moe_intermediate_size": 1792, "norm_topk_prob": true,
        "num_attention_heads": 32, "num_dense_layers": 2, "num_experts": 32, "num_experts_per_tok": 4,
        "num_hidden_layers": 32, "num_key_value_heads": 8, "routed_scaling_factor": 1.0,
        "tie_word_embeddings": true, "use_expert_bias": true, "vocab_size": 65536
      },
      "llama": {
        "attention_bias": false, "hidden_act": "silu", "hidden_size": 4096,
        "intermediate_size": 11008, "max_position_embeddings": 2048, "mlp_bias": false,
        "num_attention_heads": 32, "num_hidden_layers": 32, "rms_norm_eps": 1e-06,
        "tie_word_embeddings": false, "vocab_size": 32000
      },
      "llama4_text": {
        "attention_bias": false, "attention_chunk_size": 8192, "head_dim": 128, "hidden_act": "silu",
        "hidden_size": 5120, "interleave_moe_layer_step": 1, "intermediate_size": 8192,
        "intermediate_size_mlp": 16384, "max_position_embeddings": 131072,
        "no_rope_layer_interval": 4, "num_attention_heads": 40, "num_experts_per_tok": 1,
        "num_hidden_layers": 48, "num_key_value_heads": 8, "num_local_experts": 16,
        "rms_norm_eps": 1e-05, "router_jitter_noise": 0.0, "tie_word_embeddings": false,
        "use_qk_norm": true, "vocab_size": 202048
      },
      "longcat_flash": {
        "attention_bias": false, "expert_ffn_hidden_size": 2048, "ffn_hidden_size": 12288,
        "head_dim": 64, "hidden_act": "silu", "hidden_size": 6144, "kv_lora_rank": 512,
        "max_position_embeddings": 131072, "moe_topk": 12, "n_routed_experts": 512,
        "num_attention_heads": 64, "num_layers": 28, "q_lora_rank": 1536, "qk_nope_head_dim": 128,
        "qk_rope_head_dim": 64, "rms_norm_eps": 1e-05, "routed_scaling_factor": 6.0,
        "tie_word_embeddings": false, "v_head_dim": 128, "vocab_size": 131072, "zero_expert_num": 256
      },
      "minimax": {
        "hidden_act": "silu", "hidden_size": 4096, "intermediate_size": 14336,
        "max_position_embeddings": 131072, "num_attention_heads": 32, "num_experts_per_tok": 2,
        "num_hidden_layers": 32, "num_key_value_heads": 8, "num_local_experts": 8,
        "rms_norm_eps": 1e-05, "router_jitter_noise": 0.0, "tie_word_embeddings": false,
        "vocab_size": 32000
      },
      "minimax_m2": {
        "head_dim": 128, "hidden_act": "silu", "hidden_size": 3072, "intermediate_size": 1536,
        "max_position_embeddings": 196608, "num_attention_heads": 48, "num_experts_per_tok": 8,
        "num_hidden_layers": 62, "num_key_value_heads": 8, "num_local_experts": 256,
        "rms_norm_eps": 1e-06, "router_jitter_noise": 0.0, "tie_word_embeddings": false,
        "vocab_size": 200064
      },
      "ministral": {
        "hidden_act": "silu", "hidden_size": 4096, "intermediate_size": 14336,
        "max_position_embeddings": 131072, "num_attention_heads": 32, "num_hidden_layers": 32,
        "num_key_value_heads": 8, "rms_norm_eps": 1e-06, "sliding_window": 4096,
        "tie_word_embeddings": false, "vocab_size": 32000
      },
      "ministral3": {
        "head_dim": 128, "hidden_act": "silu", "hidden_size": 4096, "intermediate_size": 14336,
        "max_position_embeddings": 262144, "num_attention_heads": 32, "num_hidden_layers": 34,
        "num_key_value_heads": 8, "rms_norm_eps": 1e-05, "tie_word_embeddings": false,
        "vocab_size": 131072
      },
      "mistral": {
        "hidden_act": "silu", "hidden_size": 4096, "intermediate_size": 14336,
        "max_position_embeddings": 131072, "num_attention_heads": 32, "num_hidden_layers": 32,
        "num_key_value_heads": 8, "rms_norm_eps": 1e-06, "sliding_window": 4096,
        "tie_word_embeddings": false, "vocab_size": 32000
      },
      "mixtral": {
        "hidden_act": "silu", "hidden_size": 4096, "intermediate_size": 14336,
        "max_position_embeddings": 131072, "num_attention_heads": 32, "num_experts_per_tok": 2,
        "num_hidden_layers": 32, "num_key_value_heads": 8, "num_local_experts": 8,
        "rms_norm_eps": 1e-05, "router_jitter_noise": 0.0, "tie_word_embeddings": false,
        "vocab_size": 32000
      },
      "muse_glimmer_text": {
        "attention_bias": false, "head_dim": 128, "hidden_activation": "silu", "hidden_size": 6656,
        "intermediate_size": 19968, "max_position_embeddings": 131072, "num_attention_heads": 32,
        "num_hidden_layers": 52, "num_key_value_heads": 2, "output_multiplier": 0.19611613513818404,
        "post_norm_eps": 1e-08, "rms_norm_eps": 1e-05, "sliding_window": 2048,
        "tie_word_embeddings": false, "vocab_size": 202048
      },
      "muse_spark_text": {
        "attention_bias": false, "head_dim": 64, "hidden_act": "silu", "hidden_size": 8192,
        "intermediate_size": 16384, "max_position_embeddings": 1048576, "moe_hidden_size": 4096,
        "moe_intermediate_size": 4096, "num_attention_heads": 128, "num_experts_per_tok": 8,
        "num_hidden_layers": 62, "num_key_value_heads": 16, "num_local_experts": 256,
        "output_multiplier": 0.1767766952966369, "post_norm_eps": 1e-08, "rms_norm_eps": 1e-05,
        "routed_scaling_factor": 1.0, "sliding_window": 2048, "tie_word_embeddings": false,
        "vocab_size": 202048
      },
      "nemotron": {
        "attention_bias": false, "hidden_act": "relu2", "hidden_size": 6144,
        "intermediate_size": 24576, "max_position_embeddings": 4096, "mlp_bias": false,
        "num_attention_heads": 48, "num_hidden_layers": 32, "tie_word_embeddings": false,
        "vocab_size": 256000
      },
      "nemotron_h": {
        "attention_bias": false, "conv_kernel": 4, "head_dim": 128, "hidden_size": 4096,
        "intermediate_size": 21504, "mamba_head_dim": 64, "mamba_num_heads": 128,
        "mamba_proj_bias": false, "max_position_embeddings": 4096, "mlp_bias": false,
        "mlp_hidden_act": "relu2", "moe_intermediate_size": 7688,
        "moe_shared_expert_intermediate_size": 7688, "n_group": 1, "n_groups": 8,
        "n_routed_experts": 8, "n_shared_experts": 1, "norm_topk_prob": true,
        "num_attention_heads": 32, "num_experts_per_tok": 2, "num_key_value_heads": 8,
        "routed_scaling_factor": 1.0, "ssm_state_size": 128, "tie_word_embeddings": false,
        "topk_group": 1, "use_bias": false, "use_conv_bias": true, "vocab_size": 131072
      },
      "olmo": {
        "attention_bias": false, "hidden_act": "silu", "hidden_size": 4096,
        "intermediate_size": 11008, "max_position_embeddings": 2048, "num_attention_heads": 32,
        "num_hidden_layers": 32, "tie_word_embeddings": false, "vocab_size": 50304
      },
      "olmo2": {
        "attention_bias": false, "hidden_act": "silu", "hidden_size": 4096,
        "intermediate_size": 11008, "max_position_embeddings": 2048, "num_attention_heads": 32,
        "num_hidden_layers": 32, "rms_norm_eps": 1e-05, "tie_word_embeddings": false,
        "vocab_size": 50304
      },
      "olmo3": {
        "attention_bias": false, "hidden_act": "silu", "hidden_size": 4096,
        "intermediate_size": 11008, "max_position_embeddings": 2048, "num_attention_heads": 32,
        "num_hidden_layers": 32, "rms_norm_eps": 1e-05, "sliding_window": 4096,
        "tie_word_embeddings": false, "vocab_size": 50304
      },
      "olmoe": {
        "attention_bias": false, "hidden_act": "silu", "hidden_size": 2048, "intermediate_size": 2048,
        "max_position_embeddings": 4096, "norm_topk_prob": false, "num_attention_heads": 16,
        "num_experts": 64, "num_experts_per_tok": 8, "num_hidden_layers": 16, "rms_norm_eps": 1e-05,
        "tie_word_embeddings": false, "vocab_size": 50304
      },
      "opt": {
        "_remove_final_layer_norm": false, "activation_function": "relu",
        "do_layer_norm_before": true, "enable_bias": true, "ffn_dim": 3072, "hidden_size": 768,
        "layer_norm_elementwise_affine": true, "max_position_embeddings": 2048,
        "num_attention_heads": 12, "num_hidden_layers": 12, "tie_word_embeddings": true,
        "vocab_size": 50272
      },
      "phi": {
        "hidden_act": "gelu_new", "hidden_size": 2048, "intermediate_size": 8192,
        "max_position_embeddings": 2048, "num_attention_heads": 32, "num_hidden_layers": 24,
        "qk_layernorm": false, "tie_word_embeddings": false, "vocab_size": 51200
      },
      "phi3": {
        "hidden_act": "silu", "hidden_size": 3072, "intermediate_size": 8192,
        "max_position_embeddings": 4096, "num_attention_heads": 32, "num_hidden_layers": 32,
        "rms_norm_eps": 1e-05, "tie_word_embeddings": false, "vocab_size": 32064
      },
      "phimoe": {
        "attention_bias": false, "hidden_act": "silu", "hidden_size": 4096, "intermediate_size": 6400,
        "lm_head_bias": false, "max_position_embeddings": 131072, "num_attention_heads": 32,
        "num_experts_per_tok": 2, "num_hidden_layers": 32, "num_key_value_heads": 8,
        "num_local_experts": 16, "rms_norm_eps": 1e-05, "router_jitter_noise": 0.01,
        "tie_word_embeddings": false, "vocab_size": 32064
      },
      "qwen2": {
        "hidden_act": "silu", "hidden_size": 4096, "intermediate_size": 22016,
        "max_position_embeddings": 32768, "max_window_layers": 28, "num_attention_heads": 32,
        "num_hidden_layers": 32, "num_key_value_heads": 32, "rms_norm_eps": 1e-06,
        "sliding_window": 4096, "tie_word_embeddings": false, "use_sliding_window": false,
        "vocab_size": 151936
      },
      "qwen2_5_vl_text": {
        "hidden_act": "silu", "hidden_size": 8192, "intermediate_size": 29568,
        "max_position_embeddings": 32768, "max_window_layers": 80, "num_attention_heads": 64,
        "num_hidden_layers": 80, "num_key_value_heads": 8, "rms_norm_eps": 1e-05,
        "sliding_window": 4096, "use_sliding_window": false, "vocab_size": 152064
      },
      "qwen2_moe": {
        "decoder_sparse_step": 1, "hidden_act": "silu", "hidden_size": 2048,
        "intermediate_size": 5632, "max_position_embeddings": 32768, "max_window_layers": 28,
        "moe_intermediate_size": 1408, "norm_topk_prob": false, "num_attention_heads": 16,
        "num_experts": 60, "num_experts_per_tok": 4, "num_hidden_layers": 24,
        "num_key_value_heads": 16, "qkv_bias": true, "rms_norm_eps": 1e-06,
        "shared_expert_intermediate_size": 5632, "sliding_window": 4096, "tie_word_embeddings": false,
        "use_sliding_window": false, "vocab_size": 151936
      },
      "qwen2_vl_text": {
        "hidden_act": "silu", "hidden_size": 8192, "intermediate_size": 29568,
        "max_position_embeddings": 32768, "max_window_layers": 80, "num_attention_heads": 64,
        "num_hidden_layers": 80, "num_key_value_heads": 8, "rms_norm_eps": 1e-05,
        "sliding_window": 4096, "use_sliding_window": false, "vocab_size": 152064
      },
      "qwen3": {
        "attention_bias": false, "head_dim": 128, "hidden_act": "silu", "hidden_size": 4096,
        "intermediate_size": 22016, "max_position_embeddings": 32768, "max_window_layers": 28,
        "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 32,
        "rms_norm_eps": 1e-06, "sliding_window": 4096, "tie_word_embeddings": false,
        "use_sliding_window": false, "vocab_size": 151936
      },
      "qwen3_5_moe_text": {
        "attention_bias": false, "head_dim": 256, "hidden_act": "silu", "hidden_size": 2048,
        "linear_conv_kernel_dim": 4, "linear_key_head_dim": 128, "linear_num_key_heads": 16,
        "linear_num_value_heads": 32, "linear_value_head_dim": 128, "max_position_embeddings": 32768,
        "moe_intermediate_size": 512, "num_attention_heads": 16, "num_experts": 256,
        "num_experts_per_tok": 8, "num_hidden_layers": 40, "num_key_value_heads": 2,
        "rms_norm_eps": 1e-06, "shared_expert_intermediate_size": 512, "tie_word_embeddings": false,
        "vocab_size": 248320
      },
      "qwen3_5_text": {
        "attention_bias": false, "head_dim": 256, "hidden_act": "silu", "hidden_size": 4096,
        "intermediate_size": 12288, "linear_conv_kernel_dim": 4, "linear_key_head_dim": 128,
        "linear_num_key_heads": 16, "linear_num_value_heads": 32, "linear_value_head_dim": 128,
        "max_position_embeddings": 32768, "num_attention_heads": 16, "num_hidden_layers": 32,
        "num_key_value_heads": 4, "rms_norm_eps": 1e-06, "tie_word_embeddings": false,
        "vocab_size": 248320
      },
      "qwen3_moe": {
        "attention_bias": false, "decoder_sparse_step": 1, "hidden_act": "silu", "hidden_size": 2048,
        "intermediate_size": 6144, "max_position_embeddings": 32768, "moe_intermediate_size": 768,
        "norm_topk_prob": false, "num_attention_heads": 32, "num_experts": 128,
        "num_experts_per_tok": 8, "num_hidden_layers": 24, "num_key_value_heads": 4,
        "rms_norm_eps": 1e-06, "sliding_window": 4096, "tie_word_embeddings": false,
        "use_sliding_window": false, "vocab_size": 151936
      },
      "qwen3_next": {
        "attention_bias": false, "decoder_sparse_step": 1, "head_dim": 256, "hidden_act": "silu",
        "hidden_size": 2048, "intermediate_size": 5632, "linear_conv_kernel_dim": 4,
        "linear_key_head_dim": 128, "linear_num_key_heads": 16, "linear_num_value_heads": 32,
        "linear_value_head_dim": 128, "max_position_embeddings": 32768, "moe_intermediate_size": 512,
        "norm_topk_prob": true, "num_attention_heads": 16, "num_experts": 512,
        "num_experts_per_tok": 10, "num_hidden_layers": 48, "num_key_value_heads": 2,
        "rms_norm_eps": 1e-06, "shared_expert_intermediate_size": 512, "tie_word_embeddings": false,
        "vocab_size": 151936
      },
      "qwen3_vl_moe_text": {
        "attention_bias": false, "decoder_sparse_step": 1, "hidden_act": "silu", "hidden_size": 2048,
        "intermediate_size": 5632, "max_position_embeddings": 128000, "moe_intermediate_size": 1408,
        "num_attention_heads": 16, "num_experts": 60, "num_experts_per_tok": 4,
        "num_hidden_layers": 24, "num_key_value_heads": 16, "rms_norm_eps": 1e-06,
        "tie_word_embeddings": true, "vocab_size": 151936
      },
      "qwen3_vl_text": {
        "attention_bias": false, "head_dim": 128, "hidden_act": "silu", "hidden_size": 4096,
        "intermediate_size": 22016, "max_position_embeddings": 128000, "num_attention_heads": 32,
        "num_hidden_layers": 32, "num_key_value_heads": 32, "rms_norm_eps": 1e-06,
        "vocab_size": 151936
      },
      "seed_oss": {
        "attention_bias": true, "attention_out_bias": false, "head_dim": 128, "hidden_act": "silu",
        "hidden_size": 4096, "intermediate_size": 27648, "max_position_embeddings": 524288,
        "mlp_bias": false, "num_attention_heads": 80, "num_hidden_layers": 64,
        "num_key_value_heads": 8, "rms_norm_eps": 1e-06, "tie_word_embeddings": false,
        "vocab_size": 155136
      },
      "smollm3": {
        "attention_bias": false, "hidden_act": "silu", "hidden_size": 2048,
        "intermediate_size": 11008, "max_position_embeddings": 32768, "mlp_bias": false,
        "no_rope_layer_interval": 4, "num_attention_heads": 16, "num_hidden_layers": 36,
        "num_key_value_heads": 4, "rms_norm_eps": 1e-06, "tie_word_embeddings": true,
        "use_sliding_window": false, "vocab_size": 128256
      },
      "stablelm": {
        "hidden_act": "silu", "hidden_size": 2560, "intermediate_size": 6912,
        "max_position_embeddings": 4096, "num_attention_heads": 32, "num_hidden_layers": 32,
        "num_key_value_heads": 32, "qk_layernorm": false, "tie_word_embeddings": false,
        "use_parallel_residual": false, "use_qkv_bias": false, "vocab_size": 50304
      },
      "starcoder2": {
        "hidden_act": "gelu_pytorch_tanh", "hidden_size": 3072, "intermediate_size": 12288,
        "max_position_embeddings": 4096, "num_attention_heads": 24, "num_hidden_layers": 30,
        "num_key_value_heads": 2, "tie_word_embeddings": true, "use_bias": true, "vocab_size": 49152
      },
      "switch_transformers": {
        "d_ff": 2048, "d_kv": 64, "d_model": 768, "dense_act_fn": "relu", "num_decoder_layers": 12,
        "num_experts": 8, "num_heads": 12, "num_layers": 12, "num_sparse_decoder_layers": 3,
        "num_sparse_encoder_layers": 3, "relative_attention_num_buckets": 32, "router_bias": false,
        "router_jitter_noise": 0.01, "tie_word_embeddings": true, "vocab_size": 32128
      },
      "t5": {
        "d_ff": 2048, "d_kv": 64, "d_model": 512, "feed_forward_proj": "relu", "num_heads": 8,
        "num_layers": 6, "relative_attention_num_buckets": 32, "vocab_size": 32128
      }
    }
    """#
}
