"""The programs that are compared: how each is asked to check itself and to take its turn."""

import dataclasses
import json
import os
import pathlib
import signal
import statistics
import subprocess
import threading

HERE = pathlib.Path(__file__).resolve().parent
# A turn takes seconds; a program that needs longer than this to answer hangs.
LONGEST_ANSWER_SECONDS = 900
# What `tenfold run` is given at first, and the most it is offered before a pass counts as too long.
FIRST_BUDGET_SECONDS, LARGEST_BUDGET_SECONDS = 2, 256
# What tenfold and the system say for "refused: would not fit the memory or the time".
REFUSED = 6


class Failed(Exception):
    """Why a program dropped out, in one sentence."""


@dataclasses.dataclass
class Program:
    """One row of the table. `failure` is the reason when it could not be measured."""

    key: str
    name: str
    precision: str
    version: str = ""
    settings: str = ""
    failure: str = ""
    relative_error: float | None = None
    # Seconds a pass by token count, one a round.
    rounds: dict = dataclasses.field(default_factory=dict)
    notes: list = dataclasses.field(default_factory=list)


class Peer(Program):
    """A foreign program in a worker process that lives as long as the comparison."""

    worker = "worker.py"

    def __init__(self, key, name, precision, module, environment):
        super().__init__(key, name, precision)
        self.module, self.environment, self.process = module, environment, None

    def start(self, python, folder, threads, logs):
        count = str(threads)
        variables = os.environ | {
            "OMP_NUM_THREADS": count, "MKL_NUM_THREADS": count, "OPENBLAS_NUM_THREADS": count,
            # Weights in huge pages for all programs, as Tenfold keeps its own.
            "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1", "THP_MEM_ALLOC_ENABLE": "1",
            "CUDA_VISIBLE_DEVICES": "", "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.log = logs / f"{self.key}-{self.precision}.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [python, HERE / self.worker, self.module, self.precision, count, folder],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=variables,
            )
        answer = self.answer()
        self.version, self.settings = answer["version"], answer["settings"]
        self.pause()

    def check(self, token_counts):
        self.relative_error = max(
            self.ask({"ask": "check", "tokens": tokens})["relative_error"]
            for tokens in token_counts
        )

    def take_turn(self, tokens, seconds, seed):
        passes = self.ask({"ask": "time", "tokens": tokens, "seconds": seconds})["passes"]
        self.rounds.setdefault(tokens, []).append(statistics.median(passes))

    def ask(self, request):
        """One request and its answer; in between turns the process is stopped.

        Stopped, because threads of its pool may spin for a while after work, and would take
        processors from the next program.
        """
        self.process.send_signal(signal.SIGCONT)
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # answer() says how the process ended
        answer = self.answer()
        self.pause()
        return answer

    def answer(self):
        timer = threading.Timer(LONGEST_ANSWER_SECONDS, self.process.kill)
        # The script may be ended while it waits here, and must not wait for the timer then.
        timer.daemon = True
        timer.start()
        try:
            line = self.process.stdout.readline()
            timed_out = not timer.is_alive()
        finally:
            timer.cancel()
        if not line:
            code = self.process.wait()
            ended = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
            if timed_out:
                ended = f"gave no answer within {LONGEST_ANSWER_SECONDS} s"
            raise Failed(f"its process {ended} (output: {self.log})")
        document = json.loads(line)
        if "failure" in document:
            raise Failed(document["failure"])
        return document

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def end(self):
        # Also ends a stopped process, and one that is gone already.
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


def blas_identity(blas):
    """The library as tenfold found it: file, version and core, as far as it says."""
    parts = [pathlib.Path(blas["path"]).name, blas.get("version"), blas.get("core")]
    return " ".join(part for part in parts if part)


class Tenfold(Program):
    """Tenfold itself, by `tenfold run` and `tenfold verify`; a process for each turn."""

    def __init__(self, key, name, precision, executable, engine, blas=None, is_step=False):
        super().__init__(key, name, precision, settings=f"engine {engine}")
        self.executable, self.engine, self.blas = executable, engine, blas
        self.workload = "train-step" if is_step else "ffn-forward"
        self.budgets = {}
        # Mean number of distinct experts in its own inputs, by token count.
        self.distinct = {}
        self.record = None

    def start(self, python, folder, threads, logs):
        self.checkpoint, self.threads, self.logs = folder / "checkpoint", threads, logs
        self.temporary = folder / f"{self.key}-{self.precision}.json"

    def choice(self):
        blas = ["--blas", self.blas] if self.blas else []
        return ["--engine", self.engine, "--precision", self.precision, *blas]

    def call(self, arguments):
        """Exit code and last line on standard error; the document is in `temporary`."""
        output = ["--format", "json", "--output", self.temporary]
        done = subprocess.run(
            [self.executable, *arguments, *self.choice(), *output],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
        )
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return done.returncode, last.removeprefix("tenfold: ").replace(f"{self.checkpoint}/", "")

    def check(self, token_counts):
        code, sentence = self.call(["verify", self.checkpoint])
        if code not in (0, 1) or not self.temporary.exists():
            raise Failed(sentence)
        # Output alone, or with the gradients of a step; null is an output that is no number.
        errors = [result["max_relative_error"] for result in self.document()["results"]]
        self.relative_error = max(1e30 if error is None else error for error in errors)

    def document(self):
        text = self.temporary.read_text(encoding="utf-8")
        self.temporary.unlink()
        return json.loads(text)

    def take_turn(self, tokens, seconds, seed):
        side = self.measure(tokens, self.budgets.get(tokens, FIRST_BUDGET_SECONDS), seed)
        self.rounds.setdefault(tokens, []).append(side["seconds_median"])

    def measure(self, tokens, budget, seed):
        """The sparse side of one cell, with more time as long as a part of it was measured."""
        while True:
            code, sentence = self.call(
                ["run", self.checkpoint / "config.json", "--baseline", "iso-active",
                 "--workload", self.workload, "--tokens", str(tokens), "--threads", str(self.threads),
                 "--budget", f"{budget}s", "--seed", str(seed)]
            )
            largest = budget >= LARGEST_BUDGET_SECONDS
            if code == 0:
                self.record = self.document()
                self.version = self.record["tool"]["version"]
                if self.engine == "blas":
                    self.settings = f"engine {self.engine}, {blas_identity(self.record['blas'])}"
                self.budgets[tokens] = budget
                cell = self.record["cells"][0]
                side = cell["sides"]["candidate"]
                self.distinct[tokens] = cell["routing"]["distinct_experts"]
                if "scaled" not in side or largest:
                    break
            elif code != REFUSED or largest:
                raise Failed(sentence)
            budget *= 2
        if "scaled" in side:
            self.note(f"{tokens} tokens: {side['scaled']} of the width was measured, and scaled up")
        if "resident_experts" in side:
            self.note(f"{tokens} tokens: {side['resident_experts']} experts were in memory")
        return side

    def note(self, sentence):
        if sentence not in self.notes:
            self.notes.append(sentence)

    def end(self):
        pass


def all_programs(executable, blas_libraries, is_step):
    """Tenfold's own engine first, then what it is compared with: all that train, or all."""
    programs = [
        Tenfold("tenfold", "Tenfold", precision, executable, "tile", is_step=is_step)
        for precision in (["f32"] if is_step else ["f32", "bf16"])
    ]
    programs.append(
        Tenfold("tenfold-openblas", "Tenfold, OpenBLAS", "f32", executable, "blas", is_step=is_step)
    )
    for path in blas_libraries:
        library = pathlib.Path(path).name.removeprefix("lib").split(".so")[0]
        programs.append(
            Tenfold(
                f"tenfold-{library}", f"Tenfold, {library}", "f32", executable, "blas", path, is_step
            )
        )
    if is_step:
        return programs + [
            Peer(f"pytorch-{way}", f"PyTorch, {way}", "f32", f"peer_pytorch_step:{way}", "pytorch")
            for way in ("loop", "grouped")
        ]
    for key, name, precisions, module, environment in (
        ("onnxruntime", "ONNX Runtime", ["f32"], "peer_onnxruntime", "onnxruntime"),
        ("pytorch-loop", "PyTorch, loop", ["f32", "bf16"], "peer_pytorch:loop", "pytorch"),
        ("pytorch-grouped", "PyTorch, grouped", ["f32", "bf16"], "peer_pytorch:grouped", "pytorch"),
        ("kt-kernel", "kt-kernel", ["bf16"], "peer_kt_kernel", "kt-kernel"),
        ("llama.cpp", "llama.cpp", ["f32", "bf16"], "peer_llama_cpp", "llama.cpp"),
    ):
        programs += [Peer(key, name, precision, module, environment) for precision in precisions]
    return programs
