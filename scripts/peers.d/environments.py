"""Each foreign program in a Python environment of its own, from PyPI, as its makers ship it.

Own environments because their requirements exclude one another: kt-kernel demands another PyTorch
than the newest. Versions are pinned, so that a figure can be repeated. What is installed stays
under .build-peers and is used again.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

NUMPY = "numpy==2.4.6"
CMAKE = "cmake==4.4.4"
LLAMA = "llama-cpp-python==0.3.36"
TORCH = "torch==2.15.0"
REQUIREMENTS = {
    "layer": [NUMPY],
    "onnxruntime": ["onnxruntime==1.31.1", "onnx==1.23.2", NUMPY],
    "pytorch": [TORCH, NUMPY],
    "kt-kernel": ["kt-kernel==0.7.2", NUMPY],
    "llama.cpp": [NUMPY, CMAKE, LLAMA],
    # Whole models, for scripts/predict.
    "transformers": [TORCH, "transformers==5.24.0", NUMPY],
    "llama-bench": [NUMPY, CMAKE, "gguf==0.19.0", LLAMA],
}
# What is built of llama.cpp for an environment, and the parts of its tree that this takes.
LLAMA_TARGETS = {"llama.cpp": ("ggml", "OFF"), "llama-bench": ("llama-bench", "ON")}
# Written last, with what was installed: without it an environment is half done and made anew.
COMPLETE = "complete.json"


class NotInstalled(Exception):
    """Why a program cannot be run here, in one sentence."""


def run(command, what, log, **options):
    """Runs an installer; its whole output goes to the log, its last error into the sentence."""
    with open(log, "a", encoding="utf-8") as file:
        start = file.tell()
        done = subprocess.run(command, stdout=file, stderr=file, stdin=subprocess.DEVNULL, **options)
    if done.returncode == 0:
        return
    with open(log, encoding="utf-8", errors="replace") as file:
        file.seek(start)
        lines = [line.strip() for line in file if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    detail = (errors or lines or [f"exit code {done.returncode}"])[-1]
    raise NotInstalled(f"{what} failed: {detail} (whole output: {log})")


def build_llama(folder, python, log, name):
    """llama.cpp's tensor library or its benchmark, from the sources of llama-cpp-python, for this CPU."""
    target, tools = LLAMA_TARGETS[name]
    for tool in ("cc", "c++", "make"):
        if not shutil.which(tool):
            raise NotInstalled(f"there is no {tool} to build it; install build-essential")
    sources = folder / "sources"
    sources.mkdir()
    run(
        [python, "-m", "pip", "download", "--no-deps", "--no-binary", LLAMA.partition("=")[0],
         "--dest", sources, LLAMA],
        "downloading its source distribution", log,
    )
    archive = next(sources.glob("*.tar.gz"))
    shutil.unpack_archive(archive, sources, filter="data")
    tree = next(sources.glob("*/vendor/llama.cpp"))
    cmake, build = folder / "bin" / "cmake", folder / "ggml"
    parts = [f"-DLLAMA_BUILD_{part}=OFF" for part in ("TESTS", "EXAMPLES", "SERVER", "UI")]
    run(
        [cmake, "-S", tree, "-B", build, "-DCMAKE_BUILD_TYPE=Release", "-DGGML_NATIVE=ON",
         "-DBUILD_SHARED_LIBS=ON", "-DLLAMA_OPENSSL=OFF", f"-DLLAMA_BUILD_TOOLS={tools}", *parts],
        "cmake", log,
    )
    jobs = str(len(os.sched_getaffinity(0)))
    run([cmake, "--build", build, "--target", target, "-j", jobs], "its build", log)
    (build / "source").write_text(LLAMA.replace("==", " ") + "\n", encoding="utf-8")
    shutil.rmtree(sources)


def environment(root, name, say):
    """The interpreter of an environment, made when it is not there; raises NotInstalled."""
    folder = root / name
    python = folder / "bin" / "python"
    wanted = {"requirements": REQUIREMENTS[name], "python": sys.version.split()[0]}
    complete = folder / COMPLETE
    if complete.exists() and json.loads(complete.read_text(encoding="utf-8")) == wanted:
        return python
    say(f"Installing {name} (minutes the first time)")
    shutil.rmtree(folder, ignore_errors=True)
    root.mkdir(parents=True, exist_ok=True)
    log = root / f"{name}.log"
    log.unlink(missing_ok=True)
    run(
        [sys.executable, "-m", "venv", folder],
        "making a virtual environment (on Debian it needs python3-venv)", log,
    )
    install = [python, "-m", "pip", "install", "--disable-pip-version-check"]
    if name in LLAMA_TARGETS:
        # Only its sources are wanted: installing it would build far more than the library.
        run([*install, *(wish for wish in REQUIREMENTS[name] if wish != LLAMA)], "pip", log)
        build_llama(folder, python, log, name)
    else:
        run([*install, *REQUIREMENTS[name]], "pip", log)
    complete.write_text(json.dumps(wanted), encoding="utf-8")
    return python
