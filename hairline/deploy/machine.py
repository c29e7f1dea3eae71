"""Where a command computes: `--device` and `--threads`."""

import argparse
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
    from hairline import engine

    if threads < 0:
        raise InputError(f"--threads is {threads}; expected a number from 1 on, or 0 for all cores")
    return engine.choose_device(device, threads, option="--device")
