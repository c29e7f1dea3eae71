"""Many processes, one training: who am I, and how are numbers put together.

torchrun and SLURM (srun) both start one process per device and say so in the environment; torch's own process group
does the rest. Without either there is one process and every function here is free.
"""

import atexit
import os
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.distributed as dist

from hairline.errors import InputError


@dataclass(frozen=True)
class World:
    """This process among all processes."""

    rank: int = 0
    size: int = 1
    local_rank: int = 0

    @property
    def is_main(self) -> bool:
        """The one process that writes files and shows progress."""
        return self.rank == 0


def join_world() -> World:
    """Take part in what the launcher started; the second call only answers."""
    _adopt_slurm()
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return World()
    world = World(int(os.environ["RANK"]), size, int(os.environ.get("LOCAL_RANK", "0")))
    if not dist.is_initialized():
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
        atexit.register(leave_world)  # a group that is not taken leave of aborts the processes that end last
    return world


def leave_world() -> None:
    if dist.is_initialized():
        dist.destroy_process_group()


def _adopt_slurm() -> None:
    """Say to torch in its own words what srun said in SLURM's."""
    if "WORLD_SIZE" in os.environ or int(os.environ.get("SLURM_NTASKS", "1")) == 1 or "SLURM_PROCID" not in os.environ:
        return
    job = int(os.environ.get("SLURM_JOB_ID", "0"))
    os.environ.update(
        RANK=os.environ["SLURM_PROCID"],
        WORLD_SIZE=os.environ["SLURM_NTASKS"],
        LOCAL_RANK=os.environ.get("SLURM_LOCALID", "0"),
    )
    os.environ.setdefault("MASTER_ADDR", first_slurm_host(os.environ.get("SLURM_JOB_NODELIST", "localhost")))
    os.environ.setdefault("MASTER_PORT", str(20000 + job % 20000))  # jobs that share a node get ports of their own


def first_slurm_host(nodes: str) -> str:
    """`gpu[03-07,11],login` -> `gpu03`."""
    match = re.match(r"([^,\[]+)(?:\[(\d+))?", nodes)
    if match is None:
        raise InputError(f"SLURM_JOB_NODELIST is {nodes!r}: expected host names; set MASTER_ADDR to the first host")
    return match[1] + (match[2] or "")


def sum_over_world(array: np.ndarray) -> np.ndarray:
    """Add up one array of counts over all processes."""
    if not dist.is_initialized():
        return array
    total = torch.from_numpy(np.ascontiguousarray(array)).to(_collective_device())
    dist.all_reduce(total)
    return total.cpu().numpy()


def gather_over_world(items: list[Any]) -> list[Any]:
    """The items of all processes, those of rank 0 first; every process gets all of them."""
    if not dist.is_initialized():
        return items
    parts: list[list[Any]] = [[] for _ in range(dist.get_world_size())]
    dist.all_gather_object(parts, items)
    return [item for part in parts for item in part]


def wait_for_all() -> None:
    if dist.is_initialized():
        dist.barrier()


def _collective_device() -> torch.device:
    return torch.device("cuda", torch.cuda.current_device()) if dist.get_backend() == "nccl" else torch.device("cpu")
