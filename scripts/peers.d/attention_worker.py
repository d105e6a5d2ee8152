"""One program's attention in its own process: makes random queries, keys and values for each point, then answers
requests until told to end, as worker.py does for layers.

Started as `attention_worker.py PROGRAM PRECISION THREADS SEED`. A point is a dictionary of heads, kv_heads,
key_width, value_width, sequences, tokens and context; a step of decoding has one token behind a context, and its
query sees all keys.

    {"ask": "check", "point": {…}}                 -> {"relative_error": …}
    {"ask": "time", "point": {…}, "seconds": S}    -> {"passes": […seconds…]}
"""

import ctypes
import importlib
import json
import os
import signal
import sys

import numpy

from worker import PR_SET_PDEATHSIG, timed_passes

# Keys and values of a step come from memory: copies in rotation hold more than a last-level cache keeps.
ROTATION_BYTES, MOST_COPIES = 256 << 20, 64


class Point:
    """The inputs of one point; passes take its copies of keys and values in turn."""

    def __init__(self, program, point, seed):
        random = numpy.random.default_rng(seed)

        def normal(*shape):
            return random.standard_normal(shape, dtype=numpy.float32)

        batch, keys = point["sequences"], point["context"] + point["tokens"]
        self.causal = point["context"] == 0
        self.query = normal(batch, point["heads"], point["tokens"], point["key_width"])
        shape = batch, point["kv_heads"], keys
        elements = batch * point["kv_heads"] * keys * (point["key_width"] + point["value_width"])
        copies = 1 if self.causal else min(MOST_COPIES, 1 + ROTATION_BYTES // (4 * elements))
        self.keys_and_values = [
            (normal(*shape, point["key_width"]), normal(*shape, point["value_width"]))
            for _ in range(copies)
        ]
        self.prepared = [
            program.prepare(self.query, *pair, self.causal) for pair in self.keys_and_values
        ]
        self.turn = 0

    def next(self):
        self.turn = (self.turn + 1) % len(self.prepared)
        return self.prepared[self.turn]

    def expected(self, head, token):
        """One query's output in float64, for all sequences."""
        keys, values = self.keys_and_values[0]
        own = head * keys.shape[1] // self.query.shape[1]
        seen = token + 1 if self.causal else keys.shape[2]
        query = self.query[:, head, token].astype(numpy.float64)
        k = keys[:, own, :seen].astype(numpy.float64)
        scores = numpy.einsum("bd,bkd->bk", query, k) / numpy.sqrt(query.shape[-1])
        weights = numpy.exp(scores - scores.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        return numpy.einsum("bk,bkd->bd", weights, values[:, own, :seen].astype(numpy.float64))


def relative_error(program, point):
    """max|y − ŷ| / max|ŷ| over some heads and tokens."""
    output = program.result(program.run(point.prepared[0]))
    heads, tokens = point.query.shape[1:3]
    worst = largest = 0.0
    for head in {0, heads - 1}:
        for token in {0, tokens // 2, tokens - 1}:
            expected = point.expected(head, token)
            error = numpy.abs(output[:, head, token] - expected).max()
            # NaN compares false with everything, so it is turned into an error that is seen.
            worst = max(worst, float(error) if numpy.isfinite(error) else 1e30)
            largest = max(largest, numpy.abs(expected).max())
    return worst / largest


def main():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def answer(document):
        answers.write(json.dumps(document) + "\n")

    name, precision, threads, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    try:
        program = importlib.import_module(name).Program(precision, threads)
        answer({"version": program.version, "settings": program.settings})
        # One point at a time, for caches are large.
        key, point = None, None
        for line in sys.stdin:
            request = json.loads(line)
            if request["point"] != key:
                point = None
                program.forget()
                key, point = request["point"], Point(program, request["point"], seed)
            if request["ask"] == "check":
                answer({"relative_error": relative_error(program, point)})
            else:
                answer({"passes": timed_passes(program, point, request["seconds"])})
    except Exception as error:  # whatever a foreign program raises becomes its row in the table
        first_line = (str(error).strip() or "no message").splitlines()[0]
        answer({"failure": f"{type(error).__name__}: {first_line}"})
        raise


if __name__ == "__main__":
    main()
