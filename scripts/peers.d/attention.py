"""`scripts/peers --attention`: attention alone by PyTorch and llama.cpp beside Tenfold, in turns."""

import json
import statistics
import subprocess

import environments
import programs as peers
import table

# Published shapes; a step of latent attention is one of 128 heads over one stream of keys that are values.
SHAPES = {
    "llama2-7b": {"heads": 32, "kv_heads": 32, "key_width": 128, "value_width": 128},
    "llama2-70b": {"heads": 64, "kv_heads": 8, "key_width": 128, "value_width": 128},
    "mixtral-8x7b": {"heads": 32, "kv_heads": 8, "key_width": 128, "value_width": 128},
    "qwen3-30b-a3b": {"heads": 32, "kv_heads": 4, "key_width": 128, "value_width": 128},
    "deepseek-v3": {"heads": 128, "kv_heads": 1, "key_width": 576, "value_width": 512},
}
LATENT = ("deepseek-v3",)
# Sums over up to some thousand keys of products in 32-bit floats; a wrong mask or scale gives 1e-2 and more.
TOLERANCE = {"f32": 2e-5, "f16": 2e-3, "bf16": 2e-2}


def points(options):
    """Every pass: prompts of one sequence, and steps of decoding."""
    for name, shape in SHAPES.items():
        if options.shapes and name not in options.shapes:
            continue
        if name not in LATENT:
            for tokens in options.tokens:
                yield {"name": name, **shape, "sequences": 1, "tokens": tokens, "context": 0}
        for sequences in options.sequences:
            yield {
                "name": name, **shape, "sequences": sequences, "tokens": 1,
                "context": options.context,
            }


def words(point):
    if point["context"] == 0:
        return f"{point['name']} prompt of {point['tokens']}"
    return f"{point['name']} step, {table.counted(point['sequences'], 'sequence')}"


class Tenfold(peers.Program):
    """Tenfold by `tenfold attention`, a process for each turn."""

    def start(self, executable, options):
        self.executable, self.threads = executable, options.threads

    def check(self, point):
        self.measure(point, 1)

    def measure(self, point, seed):
        pass_ = (
            ["--tokens", point["tokens"]]
            if point["context"] == 0
            else ["--sequences", point["sequences"], "--context", point["context"]]
        )
        done = subprocess.run(
            [self.executable, "attention", point["name"], *map(str, pass_),
             "--threads", str(self.threads), "--seed", str(seed), "--format", "json"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        if done.returncode != 0:
            raise peers.Failed((done.stderr.strip().splitlines() or ["it said nothing"])[-1])
        self.record = json.loads(done.stdout)
        self.version = self.record["tool"]["version"]
        self.settings = f"kernels {self.record.get('instruction_set')}"
        # What it compares with float64 by itself before it measures.
        found = self.record["points"][0]
        self.relative_error = max(self.relative_error or 0, found["relative_error"])
        return found

    def take_turn(self, point, seconds, seed):
        found = self.measure(point, seed)
        self.rounds.setdefault(words(point), []).append(found["seconds_median"])

    def end(self):
        pass


class Peer(peers.Peer):
    """A foreign program in a worker process; one point at a time is in its memory."""

    worker = "attention_worker.py"

    def asked(self, point):
        return {name: value for name, value in point.items() if name != "name"}

    def check(self, point):
        error = self.ask({"ask": "check", "point": self.asked(point)})["relative_error"]
        if error > TOLERANCE[self.precision]:
            raise peers.Failed(
                f"its output of {words(point)} is off by {error:.1e}; a wrong result has no time"
            )
        self.relative_error = max(self.relative_error or 0, error)

    def take_turn(self, point, seconds, seed):
        request = {"ask": "time", "point": self.asked(point), "seconds": seconds}
        passes = self.ask(request)["passes"]
        self.rounds.setdefault(words(point), []).append(statistics.median(passes))


def all_programs():
    return [
        Tenfold("tenfold", "Tenfold", "f32"),
        Peer("pytorch", "PyTorch", "f32", "peer_attention_pytorch", "pytorch"),
        Peer("llama.cpp", "llama.cpp", "f32", "peer_attention_llama_cpp", "llama.cpp"),
    ]


def start(program, options, executable, root, say):
    if isinstance(program, Tenfold):
        program.start(executable, options)
    else:
        python = environments.environment(root, program.environment, say)
        program.start(python, str(options.seed), options.threads, root)


def measure(options, executable, root, say, attempt):
    """The programs with their rounds: each point is checked and then measured in turns."""
    running = all_programs()
    for program in running:
        attempt(program, start, program, options, executable, root, say)
    try:
        for point in points(options):
            for program in running:
                attempt(program, program.check, point)
            for number in range(options.rounds):
                say(f"Round {number + 1} of {options.rounds}, {words(point)}")
                order = running[number % len(running):] + running[:number % len(running)]
                for program in order:
                    attempt(
                        program, program.take_turn, point, options.seconds, options.seed + number
                    )
    finally:
        for program in running:
            program.end()
    return running


def text(options, running):
    """Milliseconds, and Tenfold's speed against the faster other program in the same round."""
    header = ["pass", "", *(p.name for p in running), "fastest other / Tenfold"]
    rows = [header]
    ours = running[0]
    for point in points(options):
        key = words(point)
        cells = [p.rounds.get(key) for p in running]
        medians = [statistics.median(c) if c else None for c in cells]
        others = [(m, p) for m, p in zip(medians[1:], running[1:]) if m]
        speed = "-"
        if medians[0] and others:
            fastest = min(others, key=lambda pair: pair[0])[1]
            pairs = [o / t for o, t in zip(fastest.rounds[key], ours.rounds[key])]
            speed = f"{statistics.median(pairs):.2f}x ({min(pairs):.2f}–{max(pairs):.2f})"
        rows.append([key, "", *(table.milliseconds(m) if m else "-" for m in medians), speed])
    yield (
        f"Attention alone, f32, {table.counted(options.threads, 'thread')}, steps behind "
        f"{options.context} tokens, {table.counted(options.rounds, 'round')}: milliseconds a pass, "
        "medians"
    )
    yield ""
    yield from table.lines_of(rows)
    yield ""
    yield "Largest error of the output against float64, as a share of its maximum; version"
    yield ""
    yield from table.proofs(running)
    failures = [f"{p.name} {p.precision}: {p.failure}" for p in running if p.failure]
    if failures:
        yield from ["", "Not measured", "", *failures]


def document(options, running, began):
    tenfold = getattr(running[0], "record", None) or {}
    return {
        "schema": "tenfold.peers-attention/1",
        "created": began.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "machine": tenfold.get("machine"),
        "tool": tenfold.get("tool"),
        "options": {
            "threads": options.threads, "rounds": options.rounds, "turn_seconds": options.seconds,
            "seed": options.seed, "context": options.context,
        },
        "points": list(points(options)),
        "programs": [
            {
                "key": p.key, "name": p.name, "precision": p.precision, "version": p.version,
                "settings": p.settings, "failure": p.failure or None,
                "relative_error": p.relative_error, "seconds": p.rounds,
            }
            for p in running
        ],
    }
