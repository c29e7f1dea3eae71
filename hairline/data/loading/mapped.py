"""A large file of planes read through the page cache, without its pages piling up in the process."""

import math
import mmap
from pathlib import Path
from typing import Any

import numpy as np

DROP_AFTER = 256 * 2**20
"""Bytes read before the pages are handed back: what a process holds of a file of any size stays near this."""


class MappedFile:
    """Read-only views into a file.

    Pages that were touched count as the process's own memory until they are handed back. That loses nothing: they stay
    in the kernel's cache while there is room, and a view that is still in use fetches them again by itself.
    """

    def __init__(self, path: Path, *, drop_after: int = DROP_AFTER) -> None:
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._drop_after, self._read = drop_after, 0

    def __len__(self) -> int:
        return len(self._map)

    def view(self, offset: int, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
        """A read-only array over the file itself; copy what outlives the step."""
        count = math.prod(shape)
        self._read += count * np.dtype(dtype).itemsize
        if self._read >= self._drop_after:
            self._read = 0
            if hasattr(mmap, "MADV_DONTNEED"):
                self._map.madvise(mmap.MADV_DONTNEED)
        return np.frombuffer(self._map, dtype, count, offset).reshape(shape)
