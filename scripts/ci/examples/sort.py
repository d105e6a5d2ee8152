#!/usr/bin/env python3
"""A benchmark for `tenfold gate --command`, in Python, that waits to be asked.

A program that only runs and prints is enough (sum.c). One that waits says first which cells it has, and then
times what it is asked for: no pass is cut in two by the other side's turn, and the gate chooses the order.

    tenfold gate --command "python3 sort.py" --command "python3 sort_new.py"
"""

import json
import random
import sys
import time

CELLS = {"sort/1000": 1000, "sort/10000": 10000}


def say(line):
    print(json.dumps(line), flush=True)


def inputs(cell, number):
    """The same list for the same pass on both sides, and a few of them by turns."""
    generator = random.Random(number % 4)
    return [generator.random() for _ in range(CELLS[cell])]


def timed(cell, number):
    values = inputs(cell, number)
    start = time.perf_counter()
    sorted(values)
    return time.perf_counter() - start


def main():
    say({
        "schema": "tenfold.worker/1",
        "cells": [{"id": cell, "work": {"elements": size}} for cell, size in CELLS.items()],
    })
    for line in sys.stdin:
        request = json.loads(line)
        cell, first = request["cell"], request["first"]
        for number in range(first, first + request["untimed"]):
            timed(cell, number)
        for number in range(first, first + request["passes"]):
            say({"schema": "tenfold.sample/1", "cell": cell, "seconds": timed(cell, number)})


if __name__ == "__main__":
    main()
