"""Make the next batches in one thread while the present one is trained on."""

import threading
from collections.abc import Iterable, Iterator
from queue import Empty, Full, Queue
from typing import TypeVar

Item = TypeVar("Item")

_POLL = 0.05  # seconds until a thread that is no longer needed notices it


class _Failure:
    def __init__(self, error: BaseException) -> None:
        self.error = error


_END = object()


def prefetch(items: Iterable[Item], *, ahead: int) -> Iterator[Item]:
    """The same items, up to `ahead` of them made in advance.

    What goes wrong while making one is raised here; a caller that stops early stops the thread.
    """
    ready: Queue[object] = Queue(ahead)
    stop = threading.Event()

    def hand_over(item: object) -> None:
        while not stop.is_set():
            try:
                return ready.put(item, timeout=_POLL)
            except Full:
                continue
        return None

    def work() -> None:
        try:
            for item in items:
                hand_over(item)
                if stop.is_set():
                    return
            hand_over(_END)
        except BaseException as error:  # carried to the thread that waits for it
            hand_over(_Failure(error))

    thread = threading.Thread(target=work, name="prefetch", daemon=True)
    thread.start()
    try:
        while True:
            try:
                item = ready.get(timeout=1.0)  # a plain get() would not let Ctrl-C through on every platform
            except Empty:
                continue
            if item is _END:
                return
            if isinstance(item, _Failure):
                raise item.error
            yield item
    finally:
        stop.set()
        thread.join()
