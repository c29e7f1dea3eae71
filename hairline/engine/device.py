"""Where and how exactly to compute: device, threads, number format, seeds."""

import os
import random
from contextlib import AbstractContextManager
from typing import Literal

import numpy as np
import torch

from hairline.config import TrainParams
from hairline.engine.allocator import keep_freed_memory
from hairline.engine.parallel import World
from hairline.errors import InputError


def set_up_device(settings: TrainParams, world: World) -> torch.device:
    """`choose_device` for one process of a training, and determinism."""
    threads = settings.threads or max(1, _cores() // world.size)
    device = choose_device(settings.device, threads, option="train.device", index=world.local_rank)
    if settings.deterministic:
        os.environ.setdefault(
            "CUBLAS_WORKSPACE_CONFIG", ":4096:8"
        )  # cuBLAS is only deterministic with a fixed workspace
    if torch.are_deterministic_algorithms_enabled() != settings.deterministic:  # the call alone loads torch's compiler
        torch.use_deterministic_algorithms(settings.deterministic)
    torch.backends.cudnn.benchmark = not settings.deterministic
    return device


def choose_device(name: str, threads: int, *, option: str, index: int = 0) -> torch.device:
    """`auto`, `cpu` or `cuda` as a device, and so many threads of the CPU, 0: one a core.

    A GPU that is asked for and missing is refused, in the name of the option that asked.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError(
            f"{option} is cuda, but torch sees no CUDA device here; set {option} to auto or cpu, "
            "or check the driver with nvidia-smi"
        )
    keep_freed_memory()
    torch.set_num_threads(threads or _cores())
    if name == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    device = torch.device("cuda", index)
    torch.cuda.set_device(device)
    return device


def batch_makers(device: torch.device) -> int:
    """Threads that make batches while the device trains.

    One keeps up with a CPU, whose cores more would take away. On an H200 a step of hrsegnet takes 22 ms and a batch of
    16 crops 39 ms; 18 ms by four threads, and no less by more of them, which wait for each other.
    """
    return min(4, max(1, _cores() - 1)) if device.type == "cuda" else 1


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def seed_everything(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def resolve_precision(device: torch.device, precision: str) -> Literal["bf16", "fp32"]:
    """What `auto` comes to on this device: bf16 where it is native.

    A CPU without it has to imitate: there a step of hrsegnet takes seven times as long in bf16 as in fp32.
    """
    if precision != "auto":
        return "bf16" if precision == "bf16" else "fp32"
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
    known = torch.cpu.get_capabilities()
    return "bf16" if known.get("avx512_bf16") or known.get("amx_bf16") else "fp32"


def number_format(device: torch.device, precision: str) -> AbstractContextManager[None]:
    """bf16 autocast or plain fp32. (fp16 is no choice: on CPU it is hundreds of times slower than bf16.)"""
    enabled = resolve_precision(device, precision) == "bf16"
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=enabled)


def memory_format(settings: TrainParams) -> torch.memory_format:
    return torch.channels_last if settings.channels_last else torch.contiguous_format
