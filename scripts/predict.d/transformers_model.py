"""transformers_model.py MODEL PRECISION THREADS CONTEXTS STEPS ROUNDS: a whole model by PyTorch.

The model is transformers' own class, made from the catalogue's sizes with random weights. Prints one
JSON document: seconds of a prefill and of a step of decoding at each context, one of each a round.
"""

import json
import pathlib
import sys
import time

import torch
import transformers

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import sizes  # noqa: E402

TYPES = {"f32": torch.float32, "bf16": torch.bfloat16}
# Elements of the pool that weights are copied from: drawing all would take longer than measuring.
POOL = 1 << 24


def build(model, kind):
    """The model without weights first, because initialising them one by one takes minutes."""
    values = sizes.configuration(model) | {"rms_norm_eps": sizes.EPSILON}
    config = transformers.AutoConfig.for_model(**values)
    with torch.device("meta"):
        built = transformers.AutoModelForCausalLM.from_config(config, dtype=kind)
    built = built.to_empty(device="cpu").eval()
    built.tie_weights()
    pool = (torch.randn(POOL) * 0.02).to(kind)
    for name, parameter in built.named_parameters():
        flat = parameter.data.view(-1)
        if parameter.dim() == 1:
            flat.fill_(1)
            continue
        for start in range(0, len(flat), POOL):
            part = flat[start:start + POOL]
            part.copy_(pool[:len(part)])
    # Buffers such as rotary frequencies have no values yet either.
    for module in built.modules():
        if hasattr(module, "inv_freq") and hasattr(module, "original_inv_freq"):
            fresh = type(module)(config=config)
            module.inv_freq = fresh.inv_freq
            module.original_inv_freq = fresh.inv_freq
    return built


@torch.inference_mode()
def take_round(model, context, steps, words):
    """Seconds of one prefill, and of one of the steps behind it."""
    tokens = torch.randint(words, (1, context + steps))
    start = time.perf_counter()
    done = model(input_ids=tokens[:, :context], use_cache=True, logits_to_keep=1)
    middle = time.perf_counter()
    cache = done.past_key_values
    for step in range(steps):
        place = context + step
        done = model(
            input_ids=tokens[:, place:place + 1], past_key_values=cache, use_cache=True)
    end = time.perf_counter()
    if not torch.isfinite(done.logits).all():
        raise ValueError("logits are not finite")
    return middle - start, (end - middle) / steps


def main(model, precision, threads, contexts, steps, rounds):
    torch.set_num_threads(int(threads))
    built = build(model, TYPES[precision])
    words = built.config.vocab_size
    contexts = [int(context) for context in contexts.split(",")]
    take_round(built, min(contexts), 2, words)
    seconds = {context: {"prefill": [], "decode": []} for context in contexts}
    for _ in range(int(rounds)):
        for context in contexts:
            prefill, decode = take_round(built, context, int(steps), words)
            seconds[context]["prefill"].append(prefill)
            seconds[context]["decode"].append(decode)
    experts = getattr(built.config, "_experts_implementation", None) or "default"
    print(json.dumps({
        "version": f"PyTorch {torch.__version__}, transformers {transformers.__version__}",
        "settings": f"{experts} experts, {built.config._attn_implementation} attention",
        "seconds": {str(context): found for context, found in seconds.items()},
    }))


if __name__ == "__main__":
    main(*sys.argv[1:])
