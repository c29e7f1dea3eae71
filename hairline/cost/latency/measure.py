"""How long one picture takes, engine after engine, each checked against torch before it is timed."""

import copy
import importlib.metadata
import os
import time
from collections.abc import Sequence
from statistics import median
from typing import Any

import torch
from torch import Tensor, nn

from hairline.cost.latency._registry import CannotRun, Engine, Runner, engine_named

REFERENCE = "torch"
"""The engine whose answer the others must give."""
NEAR = 1e-3
"""Largest difference of logits, as a share of the largest logit or of 1; rounding leaves a hundredth of it."""


def measure_latency(
    model: nn.Module, *, engines: Sequence[str], size: int, threads: int, warmup: int, runs: int
) -> dict[str, Any]:
    """Time single square pictures on the CPU, on copies; `busy` says that others wanted the cores too.

    `engines` are in the order asked, each with its times, or with `failed`: why it cannot run this network.
    """
    chosen = [engine_named(name) for name in engines]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    load = os.getloadavg()[0]  # of the last minute
    plain = copy.deepcopy(model).to("cpu", torch.float32).eval()
    image = torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(0))
    return {
        "size": size,
        "threads": threads,
        "runs": runs,
        "load_average": load,
        "busy": load > cores - threads + 0.5,
        "engines": [_of_engine(engine, plain, image, threads, warmup, runs) for engine in chosen],
    }


def _of_engine(engine: Engine, model: nn.Module, image: Tensor, threads: int, warmup: int, runs: int) -> dict[str, Any]:
    told = {
        "name": engine.name,
        "title": engine.title,
        "how": engine.how,
        "version": importlib.metadata.version(engine.name),
    }
    try:
        with engine.open(copy.deepcopy(model), image, threads) as run:
            near = {} if engine.name == REFERENCE else {"difference": _difference(model, image, run)}
            return told | near | _times(run, warmup, runs)
    except CannotRun as refused:
        return told | {"failed": str(refused)}


def _difference(model: nn.Module, image: Tensor, run: Runner) -> float:
    """Of its logits to torch's, the largest; refused where it is more than rounding."""
    with torch.inference_mode():
        expected = model(image)
    apart = (run() - expected).abs().max().item()
    allowed = NEAR * max(1.0, expected.abs().max().item())
    if not apart <= allowed:  # so is not-a-number
        raise CannotRun(f"its logits differ from torch's by {apart:.2g}; up to {allowed:.2g} would be rounding")
    return apart


def _times(run: Runner, warmup: int, runs: int) -> dict[str, float]:
    for _ in range(warmup):
        run()
    milliseconds = sorted(_milliseconds(run) for _ in range(runs))
    return {"median_ms": median(milliseconds), "p95_ms": milliseconds[min(int(0.95 * runs), runs - 1)]}


def _milliseconds(run: Runner) -> float:
    start = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - start)
