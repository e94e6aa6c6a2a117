"""What every peer script shares: its arguments, the inputs both sides read, the clock, and the one line it reports."""

import json
import os
import sys
import time
from importlib.metadata import version

import torch
from safetensors.torch import load_file

# argv: folder of inputs, JSON settings of the row
INPUTS = sys.argv[1]
SETTINGS = json.loads(sys.argv[2])

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


def tensors(name: str) -> dict[str, torch.Tensor]:
    return load_file(os.path.join(INPUTS, name))


def timed(work, repetitions: int, warmup: int):
    """Runs work(i) warmup + repetitions times; the seconds of the repetitions, and all results."""
    seconds, results = [], []
    for i in range(warmup + repetitions):
        started = time.perf_counter()
        results.append(work(i))
        if i >= warmup:
            seconds.append(time.perf_counter() - started)
    return seconds, results


def report(*, units: int, seconds: list[float], packages: list[str], numbers=None, ids=None) -> None:
    """`units` of work took each of `seconds`; `numbers` or `ids` are what the other side must agree with."""
    versions = {name: version(name) for name in ["torch", *packages]}
    evidence = {"kind": "ids", "ids": [int(i) for i in ids]} if ids is not None else {"kind": "numbers", "numbers": [float(x) for x in numbers]}
    print("BENCH " + json.dumps({"units": units, "seconds": seconds, "evidence": evidence, "versions": versions}))
