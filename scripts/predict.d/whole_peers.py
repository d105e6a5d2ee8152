"""Other programs on the same whole models: llama.cpp by llama-bench, PyTorch by transformers."""

import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "peers.d"))

import environments  # noqa: E402

# Longer than any of these takes; a program that hangs is named.
LONGEST_SECONDS = 1800
# What each program is measured in, where it has it.
PRECISIONS = {"llama.cpp": ["bf16", "q8_0"], "PyTorch": ["bf16"]}
ENVIRONMENTS = {"llama.cpp": "llama-bench", "PyTorch": "transformers"}


class Failed(Exception):
    """Why a program has no figures, in one sentence."""


def call(command, threads):
    """Standard output of a program."""
    count = str(threads)
    variables = os.environ | {
        "OMP_NUM_THREADS": count, "MKL_NUM_THREADS": count, "CUDA_VISIBLE_DEVICES": "",
        # Weights in huge pages, as Tenfold keeps its own.
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1", "THP_MEM_ALLOC_ENABLE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=variables,
            errors="replace", timeout=LONGEST_SECONDS)
    except subprocess.TimeoutExpired:
        raise Failed(f"it took longer than {LONGEST_SECONDS} s") from None
    if done.returncode != 0:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise Failed(f"it ended with {done.returncode}: {(lines or ['it said nothing'])[-1]}")
    return done.stdout


def llama(python, root, options, model, precision):
    """Seconds of llama-bench on a file of random weights, which is removed unless it is to be kept."""
    folder = root / "gguf"
    folder.mkdir(exist_ok=True)
    path = folder / f"{model}-{precision}.gguf"
    bench = root / ENVIRONMENTS["llama.cpp"] / "ggml" / "bin" / "llama-bench"
    try:
        if not path.exists():
            partial = path.with_suffix(".partial")
            call([python, "-B", HERE / "gguf_model.py", model, precision, partial], options.threads)
            partial.replace(path)
        contexts = ",".join(map(str, options.context))
        shared = [bench, "-m", path, "-t", str(options.threads), "-r", str(options.peer_rounds),
                  "-o", "json", *options.llama_options]
        found = json.loads(call([*shared, "-p", contexts, "-n", "0"], options.threads))
        found += json.loads(
            call([*shared, "-p", "0", "-n", str(options.tokens), "-d", contexts], options.threads))
    finally:
        if not options.keep:
            path.unlink(missing_ok=True)
    seconds = {str(context): {} for context in options.context}
    for test in found:
        kind = "prefill" if test["n_prompt"] else "decode"
        context = test["n_prompt"] or test["n_depth"]
        passes = 1 if test["n_prompt"] else test["n_gen"]
        seconds[str(context)][kind] = [sample * 1e-9 / passes for sample in test["samples_ns"]]
    source = (root / ENVIRONMENTS["llama.cpp"] / "ggml" / "source")
    version = source.read_text(encoding="utf-8").strip() if source.exists() else environments.LLAMA
    return {"version": f"llama-bench of {version}", "settings": "", "seconds": seconds}


def pytorch(python, root, options, model, precision):
    """Seconds of transformers' own class of the model."""
    contexts = ",".join(map(str, options.context))
    text = call(
        [python, "-B", HERE / "transformers_model.py", model, precision, str(options.threads),
         contexts, str(options.tokens), str(options.peer_rounds)], options.threads)
    return json.loads(text.splitlines()[-1])


PROGRAMS = {"llama.cpp": llama, "PyTorch": pytorch}


def measure(root, options, model, say):
    """A document for each program and precision; those that fail have the reason in it."""
    for name, program in PROGRAMS.items():
        if name not in options.peers:
            continue
        for precision in PRECISIONS[name]:
            document = {"program": name, "model": model, "precision": precision}
            try:
                python = environments.environment(root, ENVIRONMENTS[name], say)
                say(f"{name}, {model} in {precision}")
                document |= program(python, root, options, model, precision)
            except (environments.NotInstalled, Failed, OSError, ValueError, KeyError) as reason:
                document["failure"] = f"{type(reason).__name__}: {reason}"
                say(f"{name}, {model} in {precision} has no figures: {reason}")
            yield document
