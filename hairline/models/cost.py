"""What a network costs: parameters, multiply-adds, and milliseconds on this machine. None stands for another."""

import copy
import os
import time
from statistics import median
from typing import Any

import torch
from torch import nn


def count_parameters(model: nn.Module, *, inference: bool = False) -> int:
    """Learnable numbers; for inference, only those that the main head's logits depend on."""
    if not inference:
        return sum(parameter.numel() for parameter in model.parameters())
    shape = _shape_of(model)
    parameters = [parameter.requires_grad_() for parameter in shape.parameters()]
    logits = shape(torch.empty(1, 3, 64, 64, device="meta"))
    used = torch.autograd.grad(logits.sum(), parameters, allow_unused=True)
    return sum(parameter.numel() for parameter, gradient in zip(parameters, used, strict=True) if gradient is not None)


def count_macs(model: nn.Module, height: int, width: int) -> int:
    """Multiply-adds of all convolutions and matrix products for one image, main head only.

    A transposed convolution is counted at its input's size: the products it makes, not those with inserted zeros.
    """
    from torch.utils.flop_counter import FlopCounterMode  # it brings triton along: 0.2 s that few need

    shape = _shape_of(model)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        shape(torch.empty(1, 3, height, width, device="meta"))
    return counter.get_total_flops() // 2


def _shape_of(model: nn.Module) -> nn.Module:
    """A copy without numbers: a pass through it costs no time and leaves the model as it was."""
    return copy.deepcopy(model).to("meta", torch.float32).eval()


def measure_latency(model: nn.Module, *, size: int, threads: int, warmup: int, runs: int) -> dict[str, Any]:
    """Time single square images on the CPU, on a copy; `busy` says that others wanted the cores too."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    load = os.getloadavg()[0]  # of the last minute
    timed = copy.deepcopy(model).to("cpu", torch.float32, memory_format=torch.channels_last).eval()
    generator = torch.Generator().manual_seed(0)
    image = torch.randn(1, 3, size, size, generator=generator).contiguous(memory_format=torch.channels_last)
    threads_before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with torch.inference_mode():
            for _ in range(warmup):
                timed(image)
            milliseconds = sorted(_milliseconds(timed, image) for _ in range(runs))
    finally:
        torch.set_num_threads(threads_before)
    return {
        "engine": "torch eager fp32 channels_last",
        "size": size,
        "threads": threads,
        "runs": runs,
        "median_ms": median(milliseconds),
        "p95_ms": milliseconds[min(int(0.95 * runs), runs - 1)],
        "load_average": load,
        "busy": load > cores - threads + 0.5,
    }


def _milliseconds(model: nn.Module, image: torch.Tensor) -> float:
    start = time.perf_counter()
    model(image)
    return 1000 * (time.perf_counter() - start)
