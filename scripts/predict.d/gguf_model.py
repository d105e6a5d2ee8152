"""gguf_model.py MODEL TYPE FILE: a model of the catalogue with random weights, as llama.cpp reads it.

The tensors have the names, shapes and types of converted checkpoints: matrices in TYPE (bf16, q8_0),
norms and routers in f32. Values come from one pool of normal numbers, at another place for each
tensor, because drawing seven billion would take longer than measuring them. There is no tokenizer:
`llama-bench` draws tokens by number.
"""

import pathlib
import sys

import gguf
import numpy

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import sizes  # noqa: E402

ARCHITECTURES = {"olmoe": "olmoe", "granitemoe": "granitemoe"}
TYPES = {
    "f32": gguf.GGMLQuantizationType.F32,
    "bf16": gguf.GGMLQuantizationType.BF16,
    "q8_0": gguf.GGMLQuantizationType.Q8_0,
}
# Elements of the pool: much more than caches hold, and a whole number of every row's blocks.
POOL = 1 << 25
# transformers' initializer_range.
DEVIATION = 0.02


def tensors(config):
    """Name and shape (outermost first) of every tensor, and whether it is a matrix of weights."""
    hidden, width = config["hidden_size"], config["intermediate_size"]
    head = hidden // config["num_attention_heads"]
    keys = head * config["num_key_value_heads"]
    count = sizes.experts(config)
    yield "token_embd", (config["vocab_size"], hidden), True
    yield "output_norm", (hidden,), False
    if not config["tie_word_embeddings"]:
        yield "output", (config["vocab_size"], hidden), True
    for layer in range(config["num_hidden_layers"]):
        parts = [
            ("attn_norm", (hidden,), False), ("attn_q", (hidden, hidden), True),
            ("attn_k", (keys, hidden), True), ("attn_v", (keys, hidden), True),
            ("attn_output", (hidden, hidden), True), ("ffn_norm", (hidden,), False),
            ("ffn_gate_inp", (count, hidden), False),
            ("ffn_gate_exps", (count, width, hidden), True),
            ("ffn_up_exps", (count, width, hidden), True),
            ("ffn_down_exps", (count, hidden, width), True),
        ]
        if config["model_type"] == "olmoe":
            parts += [("attn_q_norm", (hidden,), False), ("attn_k_norm", (keys,), False)]
        for name, shape, is_matrix in parts:
            yield f"blk.{layer}.{name}", shape, is_matrix


def describe(writer, config):
    """The keys that llama.cpp takes sizes from."""
    head = config["hidden_size"] // config["num_attention_heads"]
    writer.add_context_length(sizes.CONTEXT)
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(sizes.EPSILON)
    writer.add_rope_freq_base(sizes.ROTARY_BASE)
    writer.add_rope_dimension_count(head)
    writer.add_expert_count(sizes.experts(config))
    writer.add_expert_used_count(config["num_experts_per_tok"])
    writer.add_vocab_size(config["vocab_size"])
    writer.add_tokenizer_model("no_vocab")
    if config["model_type"] == "granitemoe":
        writer.add_logit_scale(6.0)
        writer.add_residual_scale(0.22)
        writer.add_embedding_scale(12.0)
        writer.add_attention_scale(1 / head)


class Pool:
    """Stored weights of a type, handed out from another place each time."""

    def __init__(self, kind, generator):
        values = generator.standard_normal(POOL, numpy.float32) * numpy.float32(DEVIATION)
        self.bytes = gguf.quantize(values.reshape(-1, 1024), kind).view(numpy.uint8).reshape(-1)
        self.unit = len(self.bytes) // (POOL // 1024)
        self.generator = generator

    def take(self, count):
        """`count` bytes, a whole number of rows' blocks."""
        start = int(self.generator.integers(len(self.bytes) // self.unit)) * self.unit
        return numpy.resize(numpy.roll(self.bytes, -start), count)


def main(model, kind, path):
    config = sizes.configuration(model)
    generator = numpy.random.default_rng(1)
    kind = TYPES[kind]
    writer = gguf.GGUFWriter(path, ARCHITECTURES[config["model_type"]])
    describe(writer, config)
    for name, shape, is_matrix in tensors(config):
        own = kind if is_matrix else TYPES["f32"]
        stored = gguf.quant_shape_to_byte_shape(shape, own) if own == TYPES["q8_0"] else shape
        element = {TYPES["bf16"]: numpy.uint16, TYPES["q8_0"]: numpy.uint8}.get(own, numpy.float32)
        size = int(numpy.prod(stored, dtype=numpy.int64)) * numpy.dtype(element).itemsize
        writer.add_tensor_info(
            f"{name}.weight", stored, numpy.dtype(element), size, raw_dtype=own)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    pools = {own: Pool(own, generator) for own in {kind, TYPES["f32"]}}
    for name, shape, is_matrix in tensors(config):
        own = kind if is_matrix else TYPES["f32"]
        if len(shape) == 1:
            data = numpy.ones(shape, numpy.float32)
        else:
            block, size = gguf.GGML_QUANT_SIZES[own]
            count = int(numpy.prod(shape, dtype=numpy.int64)) // block * size
            data = pools[own].take(count)
        writer.write_tensor_data(data)
    writer.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
