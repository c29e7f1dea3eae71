"""One function over many files on all cores, in order, with progress.

Threads suffice: decoding, hashing and OpenCV release the interpreter's lock.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from hairline.progress import Progress

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 4  # tasks in flight per core: enough to keep all busy, few enough that results do not pile up


def available_cores() -> int:
    """The cores this process may use, which a container or `taskset` can make fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def parallel_map(function: Callable[[Item], Result], items: Sequence[Item], *, label: str) -> Iterator[Result]:
    """Results in the order of `items`; the first exception stops the rest."""
    cores = available_cores()
    with ThreadPoolExecutor(cores) as pool, Progress(label, len(items), unit="image") as progress:
        running: deque[Future[Result]] = deque()
        try:
            for item in items:
                running.append(pool.submit(function, item))
                if len(running) >= _AHEAD * cores:
                    yield running.popleft().result()
                    progress.step()
            while running:
                yield running.popleft().result()
                progress.step()
        finally:
            for waiting in running:
                waiting.cancel()
