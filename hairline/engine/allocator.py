"""Keep memory that was freed instead of giving it back to the system.

Each training step frees the same large tensors and asks for them again. glibc maps blocks of that size anew, and the
system then clears every page of them: a quarter of a step for a small network on a CPU. The most that is held at once
does not grow.
"""

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # names of glibc's malloc.h
_HUGE, _HUGE_BEFORE_GLIBC_2_35 = 1 << 30, 32 << 20


def keep_freed_memory() -> bool:
    """Whether the C library listens; another one than glibc is left as it is."""
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    # In this order: once one of them is set, glibc adapts neither by itself.
    mapped = mallopt(_MMAP_THRESHOLD, _HUGE) or mallopt(_MMAP_THRESHOLD, _HUGE_BEFORE_GLIBC_2_35)
    return bool(mapped and mallopt(_TRIM_THRESHOLD, _HUGE))
