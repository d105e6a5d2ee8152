"""One program in its own process: builds the layer once, then answers requests until told to end.

Started as `worker.py PROGRAM PRECISION THREADS FOLDER`, with FOLDER as layer.py wrote it. Requests
and answers are lines of JSON on standard input and output. What libraries print goes to standard
error, so that it cannot spoil an answer.

    {"ask": "check", "tokens": T}                 -> {"relative_error": …}
    {"ask": "time", "tokens": T, "seconds": S}    -> {"passes": […seconds…]}
"""

import ctypes
import importlib
import json
import os
import pathlib
import signal
import sys
import time

import numpy

# At least this many passes in one turn, however long they take, so that a turn has a median.
FEWEST_PASSES = 3
# From linux/prctl.h.
PR_SET_PDEATHSIG = 1


class Batches:
    """The inputs of one token count in the form that the program takes, handed out in rotation.

    Rotation makes consecutive passes hit other experts: their weights must come from memory, and
    a router's branches cannot be learnt.
    """

    def __init__(self, program, folder, tokens):
        self.inputs = numpy.load(folder / f"inputs-{tokens}.npy")
        self.expected = numpy.load(folder / f"outputs-{tokens}.npy")
        experts = numpy.load(folder / f"experts-{tokens}.npy")
        weights = numpy.load(folder / f"weights-{tokens}.npy").astype(numpy.float32)
        arrays = [self.inputs, experts, weights]
        # Of a training step, whose outputs are the gradients by the inputs.
        cotangents = folder / f"cotangents-{tokens}.npy"
        if cotangents.exists():
            arrays.append(numpy.load(cotangents))
        self.prepared = [program.prepare(*batch) for batch in zip(*arrays)]
        self.turn = 0

    def next(self):
        self.turn = (self.turn + 1) % len(self.prepared)
        return self.prepared[self.turn]


def relative_error(program, batches):
    """max|y − ŷ| / max|ŷ| over all batches, as `tenfold verify` defines it."""
    worst = 0.0
    for prepared, expected in zip(batches.prepared, batches.expected):
        output = program.result(program.run(prepared))
        error = numpy.abs(output.astype(numpy.float64) - expected).max() / numpy.abs(expected).max()
        # NaN compares false with everything, so it is turned into an error that is seen.
        worst = max(worst, float(error) if numpy.isfinite(error) else 1e30)
    return worst


def timed_passes(program, batches, seconds):
    """Seconds of each pass, after an untimed one for every batch that wakes threads and memory."""
    for _ in batches.prepared:
        program.run(batches.next())
    passes = []
    end = time.perf_counter() + seconds
    while len(passes) < FEWEST_PASSES or time.perf_counter() < end:
        prepared = batches.next()
        start = time.perf_counter()
        program.run(prepared)
        passes.append(time.perf_counter() - start)
    return passes


def main():
    # A worker is stopped between its turns; nobody would wake it if the script were killed.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def answer(document):
        answers.write(json.dumps(document) + "\n")

    name, precision, threads, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    folder = pathlib.Path(folder)
    try:
        module, _, variant = name.partition(":")
        program = importlib.import_module(module).Program(folder, precision, threads, variant)
        answer({"version": program.version, "settings": program.settings})
        batches = {}
        for line in sys.stdin:
            request = json.loads(line)
            tokens = request["tokens"]
            if tokens not in batches:
                batches[tokens] = Batches(program, folder, tokens)
            if request["ask"] == "check":
                answer({"relative_error": relative_error(program, batches[tokens])})
            else:
                answer({"passes": timed_passes(program, batches[tokens], request["seconds"])})
    except Exception as error:  # whatever a foreign program raises becomes its row in the table
        first_line = (str(error).strip() or "no message").splitlines()[0]
        answer({"failure": f"{type(error).__name__}: {first_line}"})
        raise


if __name__ == "__main__":
    main()
