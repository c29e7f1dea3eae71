"""Where a command computes: `--device` and `--threads`."""

import argparse
import os
from typing import TYPE_CHECKING

from hairline.errors import InputError

if TYPE_CHECKING:
    import torch


def add_machine_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), default="auto", help="default: a GPU if there is one"
    )
    parser.add_argument(
        "--threads", type=int, default=0, metavar="N", help="of the CPU; default: as many as it has cores"
    )


def choose_device(device: str, threads: int) -> "torch.device":
    """A GPU that is asked for and missing is refused."""
    import torch

    from hairline.engine.allocator import keep_freed_memory

    if threads < 0:
        raise InputError(f"--threads is {threads}; expected a number from 1 on, or 0 for all cores")
    if device == "cuda" and not torch.cuda.is_available():
        raise InputError("--device is cuda, but torch sees no CUDA device here; use --device cpu, or check nvidia-smi")
    keep_freed_memory()
    torch.set_num_threads(threads or _cores())
    return torch.device("cuda" if device != "cpu" and torch.cuda.is_available() else "cpu")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
