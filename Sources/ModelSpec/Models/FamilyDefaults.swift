import FoundationEssentials

/// What a configuration means by the keys that it leaves out.
enum FamilyDefaults {
  /// The documented defaults of one `model_type`, empty for a family that has none.
  static func values(of modelType: String) -> [String: ConfigValue] { table[modelType] ?? [:] }

  private static let table: [String: [String: ConfigValue]] = {
    do {
      let decoder = JSONDecoder()
      return try decoder.decode([String: [String: ConfigValue]].self, from: Data(json.utf8))
    } catch {
      preconditionFailure("the table of defaults is not JSON: \(error)")
    }
  }()

  /// Field defaults of the configuration classes of Hugging Face transformers 5.23.0, as far as they
  /// decide shapes and routing. A field whose default is null is left out.
  private static let json = #"""
    {
      "deepseek_v2": {
        "attention_bias": false, "first_k_dense_replace": 0, "hidden_act": "silu",
        "hidden_size": 4096, "intermediate_size": 11008, "kv_lora_rank": 512, "mlp_bias": false,
        "moe_intermediate_size": 1407, "n_routed_experts": 64, "n_shared_experts": 2,
        "norm_topk_prob": false, "num_attention_heads": 32, "num_hidden_layers": 32,
        "q_lora_rank": 1536, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "rms_norm_eps": 1e-06,
        "routed_scaling_factor": 1.0, "tie_word_embeddings": false, "topk_method": "greedy",
        "v_head_dim": 128, "vocab_size": 102400
      },
      "deepseek_v3": {
        "attention_bias": false, "first_k_dense_replace": 3, "hidden_act": "silu",
        "hidden_size": 7168, "intermediate_size": 18432, "kv_lora_rank": 512,
        "moe_intermediate_size": 2048, "n_group": 8, "n_routed_experts": 256, "n_shared_experts": 1,
        "norm_topk_prob": true, "num_attention_heads": 128, "num_experts_per_tok": 8,
        "num_hidden_layers": 61, "num_key_value_heads": 128, "q_lora_rank": 1536,
        "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "rms_norm_eps": 1e-06,
        "routed_scaling_factor": 2.5, "tie_word_embeddings": false, "topk_group": 4,
        "v_head_dim": 128, "vocab_size": 129280
      },
      "dots1": {
        "attention_bias": false, "first_k_dense_replace": 0, "hidden_act": "silu",
        "hidden_size": 4608, "intermediate_size": 10944, "max_window_layers": 62,
        "moe_intermediate_size": 1408, "n_group": 1, "norm_topk_prob": false,
        "num_attention_heads": 32, "num_hidden_layers": 62, "num_key_value_heads": 32,
        "rms_norm_eps": 1e-06, "routed_scaling_factor": 1.0, "sliding_window": 4096,
        "tie_word_embeddings": false, "topk_group": 1, "vocab_size": 152064
      },
      "glm4_moe": {
        "attention_bias": false, "first_k_dense_replace": 1, "hidden_act": "silu",
        "hidden_size": 4096, "intermediate_size": 10944, "moe_intermediate_size": 1408, "n_group": 1,
        "n_routed_experts": 128, "n_shared_experts": 1, "norm_topk_prob": true,
        "num_attention_heads": 96, "num_experts_per_tok": 8, "num_hidden_layers": 46,
        "num_key_value_heads": 8, "rms_norm_eps": 1e-05, "routed_scaling_factor": 1.0,
        "tie_word_embeddings": false, "topk_group": 1, "use_qk_norm": false, "vocab_size": 151552
      },
      "gpt_oss": {
        "attention_bias": true, "head_dim": 64, "hidden_act": "silu", "hidden_size": 2880,
        "intermediate_size": 2880, "num_attention_heads": 64, "num_experts_per_tok": 4,
        "num_hidden_layers": 36, "num_key_value_heads": 8, "num_local_experts": 128,
        "rms_norm_eps": 1e-05, "sliding_window": 128, "swiglu_alpha": 1.702, "swiglu_limit": 7.0,
        "tie_word_embeddings": false, "vocab_size": 201088
      },
      "granitemoe": {
        "attention_bias": false, "hidden_act": "silu", "hidden_size": 4096,
        "intermediate_size": 11008, "num_attention_heads": 32, "num_experts_per_tok": 2,
        "num_hidden_layers": 32, "num_local_experts": 8, "rms_norm_eps": 1e-06,
        "tie_word_embeddings": false, "vocab_size": 32000
      },
      "granitemoeshared": {
        "attention_bias": false, "hidden_act": "silu", "hidden_size": 4096,
        "intermediate_size": 11008, "num_attention_heads": 32, "num_experts_per_tok": 2,
        "num_hidden_layers": 32, "num_local_experts": 8, "rms_norm_eps": 1e-06,
        "shared_intermediate_size": 0, "tie_word_embeddings": false, "vocab_size": 32000
      },
      "llama": {
        "attention_bias": false, "hidden_act": "silu", "hidden_size": 4096,
        "intermediate_size": 11008, "mlp_bias": false, "num_attention_heads": 32,
        "num_hidden_layers": 32, "rms_norm_eps": 1e-06, "tie_word_embeddings": false,
        "vocab_size": 32000
      },
      "llama4_text": {
        "attention_bias": false, "attention_chunk_size": 8192, "head_dim": 128, "hidden_act": "silu",
        "hidden_size": 5120, "interleave_moe_layer_step": 1, "intermediate_size": 8192,
        "intermediate_size_mlp": 16384, "no_rope_layer_interval": 4, "num_attention_heads": 40,
        "num_experts_per_tok": 1, "num_hidden_layers": 48, "num_key_value_heads": 8,
        "num_local_experts": 16, "rms_norm_eps": 1e-05, "router_jitter_noise": 0.0,
        "tie_word_embeddings": false, "use_qk_norm": true, "vocab_size": 202048
      },
      "mistral": {
        "hidden_act": "silu", "hidden_size": 4096, "intermediate_size": 14336,
        "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 8,
        "rms_norm_eps": 1e-06, "sliding_window": 4096, "tie_word_embeddings": false,
        "vocab_size": 32000
      },
      "mixtral": {
        "hidden_act": "silu", "hidden_size": 4096, "intermediate_size": 14336,
        "num_attention_heads": 32, "num_experts_per_tok": 2, "num_hidden_layers": 32,
        "num_key_value_heads": 8, "num_local_experts": 8, "rms_norm_eps": 1e-05,
        "router_jitter_noise": 0.0, "tie_word_embeddings": false, "vocab_size": 32000
      },
      "muse_spark_text": {
        "attention_bias": false, "head_dim": 64, "hidden_act": "silu", "hidden_size": 8192,
        "intermediate_size": 16384, "moe_hidden_size": 4096, "moe_intermediate_size": 4096,
        "num_attention_heads": 128, "num_experts_per_tok": 8, "num_hidden_layers": 62,
        "num_key_value_heads": 16, "num_local_experts": 256, "output_multiplier": 0.1767766952966369,
        "post_norm_eps": 1e-08, "rms_norm_eps": 1e-05, "routed_scaling_factor": 1.0,
        "sliding_window": 2048, "tie_word_embeddings": false, "vocab_size": 202048
      },
      "olmoe": {
        "attention_bias": false, "hidden_act": "silu", "hidden_size": 2048, "intermediate_size": 2048,
        "norm_topk_prob": false, "num_attention_heads": 16, "num_experts": 64,
        "num_experts_per_tok": 8, "num_hidden_layers": 16, "rms_norm_eps": 1e-05,
        "tie_word_embeddings": false, "vocab_size": 50304
      },
      "phimoe": {
        "attention_bias": false, "hidden_act": "silu", "hidden_size": 4096, "intermediate_size": 6400,
        "lm_head_bias": false, "num_attention_heads": 32, "num_experts_per_tok": 2,
        "num_hidden_layers": 32, "num_key_value_heads": 8, "num_local_experts": 16,
        "rms_norm_eps": 1e-05, "router_jitter_noise": 0.01, "tie_word_embeddings": false,
        "vocab_size": 32064
      },
      "qwen2": {
        "hidden_act": "silu", "hidden_size": 4096, "intermediate_size": 22016,
        "max_window_layers": 28, "num_attention_heads": 32, "num_hidden_layers": 32,
        "num_key_value_heads": 32, "rms_norm_eps": 1e-06, "sliding_window": 4096,
        "tie_word_embeddings": false, "use_sliding_window": false, "vocab_size": 151936
      },
      "qwen2_moe": {
        "decoder_sparse_step": 1, "hidden_act": "silu", "hidden_size": 2048,
        "intermediate_size": 5632, "max_window_layers": 28, "moe_intermediate_size": 1408,
        "norm_topk_prob": false, "num_attention_heads": 16, "num_experts": 60,
        "num_experts_per_tok": 4, "num_hidden_layers": 24, "num_key_value_heads": 16,
        "qkv_bias": true, "rms_norm_eps": 1e-06, "shared_expert_intermediate_size": 5632,
        "sliding_window": 4096, "tie_word_embeddings": false, "use_sliding_window": false,
        "vocab_size": 151936
      },
      "qwen3": {
        "attention_bias": false, "head_dim": 128, "hidden_act": "silu", "hidden_size": 4096,
        "intermediate_size": 22016, "max_window_layers": 28, "num_attention_heads": 32,
        "num_hidden_layers": 32, "num_key_value_heads": 32, "rms_norm_eps": 1e-06,
        "sliding_window": 4096, "tie_word_embeddings": false, "use_sliding_window": false,
        "vocab_size": 151936
      },
      "qwen3_5_moe_text": {
        "attention_bias": false, "head_dim": 256, "hidden_act": "silu", "hidden_size": 2048,
        "linear_conv_kernel_dim": 4, "linear_key_head_dim": 128, "linear_num_key_heads": 16,
        "linear_num_value_heads": 32, "linear_value_head_dim": 128, "moe_intermediate_size": 512,
        "num_attention_heads": 16, "num_experts": 256, "num_experts_per_tok": 8,
        "num_hidden_layers": 40, "num_key_value_heads": 2, "rms_norm_eps": 1e-06,
        "shared_expert_intermediate_size": 512, "tie_word_embeddings": false, "vocab_size": 248320
      },
      "qwen3_5_text": {
        "attention_bias": false, "head_dim": 256, "hidden_act": "silu", "hidden_size": 4096,
        "intermediate_size": 12288, "linear_conv_kernel_dim": 4, "linear_key_head_dim": 128,
        "linear_num_key_heads": 16, "linear_num_value_heads": 32, "linear_value_head_dim": 128,
        "num_attention_heads": 16, "num_hidden_layers": 32, "num_key_value_heads": 4,
        "rms_norm_eps": 1e-06, "tie_word_embeddings": false, "vocab_size": 248320
      },
      "qwen3_moe": {
        "attention_bias": false, "decoder_sparse_step": 1, "hidden_act": "silu", "hidden_size": 2048,
        "intermediate_size": 6144, "moe_intermediate_size": 768, "norm_topk_prob": false,
        "num_attention_heads": 32, "num_experts": 128, "num_experts_per_tok": 8,
        "num_hidden_layers": 24, "num_key_value_heads": 4, "rms_norm_eps": 1e-06,
        "sliding_window": 4096, "tie_word_embeddings": false, "use_sliding_window": false,
        "vocab_size": 151936
      },
      "qwen3_next": {
        "attention_bias": false, "decoder_sparse_step": 1, "head_dim": 256, "hidden_act": "silu",
        "hidden_size": 2048, "intermediate_size": 5632, "linear_conv_kernel_dim": 4,
        "linear_key_head_dim": 128, "linear_num_key_heads": 16, "linear_num_value_heads": 32,
        "linear_value_head_dim": 128, "moe_intermediate_size": 512, "norm_topk_prob": true,
        "num_attention_heads": 16, "num_experts": 512, "num_experts_per_tok": 10,
        "num_hidden_layers": 48, "num_key_value_heads": 2, "rms_norm_eps": 1e-06,
        "shared_expert_intermediate_size": 512, "tie_word_embeddings": false, "vocab_size": 151936
      }
    }
    """#
}
