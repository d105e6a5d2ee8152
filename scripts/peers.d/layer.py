"""The layer that every program computes: weights, inputs and a float64 reference, from one seed.

Run as a program it writes a folder of arrays for the workers, and the same layer once more as a
checkpoint that `tenfold verify` reads.

Weights and inputs are exact in bf16, so programs of either precision hold the same numbers, and
what differs between their results is arithmetic alone.
"""

import argparse
import json
import pathlib

import numpy

# A token whose K-th and next best logit lie closer than this is drawn again: otherwise the rounding
# of a program's router could send it to another expert, which is no error, yet looks like one.
# Logits here are of the order of 1, and a router in f32 is off by 1e-6.
SMALLEST_LOGIT_GAP = 1e-3


def exact_in_bf16(values):
    """f32 values rounded to the nearest with 16 significant bits fewer, in place."""
    bits = values.view(numpy.uint32)
    bits += 0x7FFF + ((bits >> 16) & 1)
    bits &= 0xFFFF0000
    return values


def matrix(random, shape):
    """Normal values with a standard deviation that keeps products of the order of 1."""
    values = random.standard_normal(shape, dtype=numpy.float32)
    values /= numpy.sqrt(numpy.float32(shape[-1]))
    return exact_in_bf16(values)


def tokens_with_clear_choice(random, count, router, top_k):
    """Rows [count, H] whose best `top_k` experts do not depend on rounding."""
    kept = numpy.empty((0, router.shape[1]), numpy.float32)
    while len(kept) < count:
        rows = random.standard_normal((count, router.shape[1]), dtype=numpy.float32)
        rows = exact_in_bf16(rows)
        logits = -numpy.sort(-(rows.astype(numpy.float64) @ router.T), axis=1)
        if top_k < logits.shape[1]:
            rows = rows[logits[:, top_k - 1] - logits[:, top_k] > SMALLEST_LOGIT_GAP]
        kept = numpy.concatenate([kept, rows])
    return kept[:count]


def route(rows, router, top_k):
    """Experts [T, K] and their weights [T, K]: softmax over the K best logits."""
    logits = rows.astype(numpy.float64) @ router.T.astype(numpy.float64)
    experts = numpy.argsort(-logits, axis=1, kind="stable")[:, :top_k]
    chosen = numpy.take_along_axis(logits, experts, axis=1)
    weights = numpy.exp(chosen - chosen.max(axis=1, keepdims=True))
    return experts, weights / weights.sum(axis=1, keepdims=True)


def reference(rows, experts, weights, gate, up, down):
    """The layer's output [T, H] in float64, one expert after the other."""
    output = numpy.zeros(rows.shape)
    for expert in numpy.unique(experts):
        token, rank = numpy.nonzero(experts == expert)
        x = rows[token].astype(numpy.float64)
        gated = x @ gate[expert].astype(numpy.float64).T
        hidden = gated / (1 + numpy.exp(-gated)) * (x @ up[expert].astype(numpy.float64).T)
        result = hidden @ down[expert].astype(numpy.float64).T
        # A token has an expert at most once, so no index repeats.
        output[token] += weights[token, rank, None] * result
    return output


def reference_step(rows, cotangents, experts, weights, gate, up, down, router):
    """Gradients of a training step in float64: [T, H] by the input, and by gate, up, down and router."""
    x, dy = rows.astype(numpy.float64), cotangents.astype(numpy.float64)
    by_input, by_weight = numpy.zeros(x.shape), numpy.zeros(weights.shape)
    by_gate, by_up, by_down = (numpy.zeros(part.shape) for part in (gate, up, down))
    for expert in numpy.unique(experts):
        token, rank = numpy.nonzero(experts == expert)
        g = x[token] @ gate[expert].astype(numpy.float64).T
        u = x[token] @ up[expert].astype(numpy.float64).T
        sigma = 1 / (1 + numpy.exp(-g))
        hidden = g * sigma * u
        by_weight[token, rank] = (hidden @ down[expert].astype(numpy.float64).T * dy[token]).sum(1)
        d_output = weights[token, rank, None] * dy[token]
        by_down[expert] = d_output.T @ hidden
        d_hidden = d_output @ down[expert].astype(numpy.float64)
        d_gate = d_hidden * u * (sigma + g * sigma * (1 - sigma))
        d_up = d_hidden * g * sigma
        by_gate[expert], by_up[expert] = d_gate.T @ x[token], d_up.T @ x[token]
        by_input[token] += d_gate @ gate[expert] + d_up @ up[expert]
    # Through the softmax over the chosen logits.
    by_chosen = weights * (by_weight - (weights * by_weight).sum(axis=1, keepdims=True))
    by_logit = numpy.zeros((len(x), len(router)))
    numpy.put_along_axis(by_logit, experts, by_chosen, axis=1)
    return by_input + by_logit @ router, (by_gate, by_up, by_down, by_logit.T @ x)


def layer_tensors(arrays):
    """Gate, up, down and router under the names of a Qwen3-MoE checkpoint."""
    gate, up, down, router = arrays
    tensors = {"model.layers.0.mlp.gate.weight": router}
    for expert in range(len(gate)):
        prefix = f"model.layers.0.mlp.experts.{expert}"
        tensors[f"{prefix}.gate_proj.weight"] = gate[expert]
        tensors[f"{prefix}.up_proj.weight"] = up[expert]
        tensors[f"{prefix}.down_proj.weight"] = down[expert]
    return tensors


def write_safetensors(path, tensors):
    """f32 arrays by name, in the safetensors layout: length, JSON header, data."""
    header, offset = {}, 0
    for name, array in tensors.items():
        end = offset + array.nbytes
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for array in tensors.values():
            file.write(numpy.ascontiguousarray(array, numpy.float32))


def write_checkpoint(folder, shape, arrays, rows, output, step=None):
    """The layer as a Qwen3-MoE checkpoint: softmax router, top-k renormalised, SwiGLU experts.

    `step`: the cotangents of a training step and its gradients, by the input and by the arrays.
    """
    folder.mkdir()
    config = {
        "model_type": "qwen3_moe", "hidden_act": "silu", "norm_topk_prob": True,
        "hidden_size": shape["hidden"], "moe_intermediate_size": shape["intermediate"],
        "intermediate_size": shape["top_k"] * shape["intermediate"],
        "num_experts": shape["experts"], "num_experts_per_tok": shape["top_k"],
        # What follows does not enter this layer; the family's configuration must have it.
        "num_hidden_layers": 1, "decoder_sparse_step": 1, "mlp_only_layers": [],
        "num_attention_heads": 1, "num_key_value_heads": 1, "head_dim": shape["hidden"],
        "attention_bias": False, "tie_word_embeddings": False, "vocab_size": 2,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    write_safetensors(folder / "layer.safetensors", layer_tensors(arrays))
    tensors = {"hidden_states": rows, "output": output.astype(numpy.float32)}
    if step:
        cotangents, by_input, by_arrays = step
        tensors["cotangent"] = cotangents
        tensors["grad.hidden_states"] = by_input.astype(numpy.float32)
        write_safetensors(
            folder / "gradients.safetensors",
            {name: part.astype(numpy.float32) for name, part in layer_tensors(by_arrays).items()},
        )
    write_safetensors(folder / "io.safetensors", tensors)


def write_layer(folder, shape, token_counts, batches, seed, is_step):
    """All arrays under `folder`; returns the mean number of distinct experts by token count.

    What programs are held against, `outputs`, is in a training step the gradient by the input.
    """
    random = numpy.random.default_rng(seed)
    experts, hidden, intermediate = shape["experts"], shape["hidden"], shape["intermediate"]
    gate = matrix(random, (experts, intermediate, hidden))
    up = matrix(random, (experts, intermediate, hidden))
    down = matrix(random, (experts, hidden, intermediate))
    router = matrix(random, (experts, hidden))
    for name, array in (("gate", gate), ("up", up), ("down", down), ("router", router)):
        numpy.save(folder / f"{name}.npy", array)
    distinct = {}
    for tokens in token_counts:
        count = batches[tokens]
        rows = tokens_with_clear_choice(random, count * tokens, router, shape["top_k"])
        chosen, weights = route(rows, router, shape["top_k"])
        output = reference(rows, chosen, weights, gate, up, down)
        saved = {"inputs": rows, "outputs": output, "experts": chosen, "weights": weights}
        if is_step:
            cotangents = random.standard_normal(rows.shape, dtype=numpy.float32)
            saved |= {"cotangents": cotangents, "outputs": numpy.empty(rows.shape)}
            for first in range(0, len(rows), tokens):
                part = slice(first, first + tokens)
                saved["outputs"][part] = reference_step(
                    rows[part], cotangents[part], chosen[part], weights[part], gate, up, down, router
                )[0]
        for name, array in saved.items():
            numpy.save(folder / f"{name}-{tokens}.npy", array.reshape(count, tokens, -1))
        by_batch = chosen.reshape(count, -1)
        distinct[tokens] = float(numpy.mean([len(numpy.unique(batch)) for batch in by_batch]))
    # The last token count's rows serve for the checkpoint; enough of them to reach all experts.
    enough = min(len(rows), 4 * experts)
    arrays = (gate, up, down, router)
    step = None
    if is_step:
        some = slice(0, enough)
        step = cotangents[some], *reference_step(
            rows[some], cotangents[some], chosen[some], weights[some], *arrays
        )
    write_checkpoint(
        folder / "checkpoint", shape, arrays, rows[:enough], output[:enough], step
    )
    return distinct


def main():
    parser = argparse.ArgumentParser(description="Writes the layer that all programs compute.")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("options", type=json.loads, help="shape, batches by token count, seed")
    arguments = parser.parse_args()
    options = arguments.options
    batches = {int(tokens): count for tokens, count in options["batches"].items()}
    distinct = write_layer(
        arguments.folder, options["shape"], sorted(batches), batches, options["seed"],
        options["step"],
    )
    print(json.dumps(distinct))


if __name__ == "__main__":
    main()
