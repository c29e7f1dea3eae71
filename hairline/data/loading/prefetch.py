"""Make the next batches in threads of their own while the present one is trained on."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

Item = TypeVar("Item")

THREADS = "prefetch"
"""What their names begin with."""


def prefetch(makes: Iterable[Callable[[], Item]], *, ahead: int, makers: int = 1) -> Iterator[Item]:
    """What each of them makes, in their order, up to `ahead` of it in advance by so many threads.

    What goes wrong while making one is raised here in its turn; a caller that stops early stops the threads.
    """
    pool = ThreadPoolExecutor(makers, thread_name_prefix=THREADS)
    waiting: deque[Future[Item]] = deque()
    try:
        for make in makes:
            waiting.append(pool.submit(make))
            if len(waiting) > ahead:
                yield _made(waiting.popleft())
        while waiting:
            yield _made(waiting.popleft())
    finally:
        pool.shutdown(cancel_futures=True)


def _made(item: Future[Item]) -> Item:
    while not wait([item], timeout=1.0).done:  # without an end it would not let Ctrl-C through on every platform
        pass
    return item.result()
