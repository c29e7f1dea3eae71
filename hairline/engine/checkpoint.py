"""What a training needs to go on exactly where it stopped: one atomic file, loaded without running pickled code."""

import io as memory
import pickle
import sys
from pathlib import Path
from typing import Any

import torch

from hairline import io


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    buffer = memory.BytesIO()  # torch.save writes its file name into the archive, so never save to a temporary name
    torch.save(state, buffer)
    io.write_bytes(path, buffer.getvalue())


def load_checkpoint(path: Path) -> dict[str, Any] | None:
    """None when there is none; an unreadable one is named, set aside and not used."""
    if not path.exists():
        return None
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, OSError, pickle.UnpicklingError) as error:
        print(f"{path}: unreadable checkpoint ({error}); training starts from the beginning", file=sys.stderr)
        path.unlink()
        return None


def random_state() -> dict[str, torch.Tensor]:
    """Of torch, where dropout draws from; the loader's draws depend on seed, epoch and position alone."""
    state = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state()
    return state


def restore_random_state(state: dict[str, torch.Tensor]) -> None:
    torch.set_rng_state(state["cpu"])
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state(state["cuda"])
