"""A stretch of the endless sequence of batches, played as epochs of its own length."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Protocol


class Batches(Protocol):
    """What feeds a training; all of an epoch's chance is in its number, so it can be played again from any batch."""

    def __len__(self) -> int: ...

    def epoch(self, number: int, *, start: int = 0) -> Iterator[Any]: ...


class Stretch:
    """From batch `first` of the sequence epoch 0, 1, 2, ... on, in epochs of `length` batches.

    So a training may change its network within an epoch, and go on with the pictures that have not been seen.
    """

    def __init__(self, batches: Batches, *, first: int, length: int) -> None:
        self._batches, self._first, self._length = batches, first, length

    def __len__(self) -> int:
        return self._length

    def epoch(self, number: int, *, start: int = 0) -> Iterator[Any]:
        place, end = self._first + number * self._length + start, self._first + (number + 1) * self._length
        while place < end:
            whole, inside = divmod(place, len(self._batches))
            count = min(end - place, len(self._batches) - inside)
            yield from islice(self._batches.epoch(whole, start=inside), count)
            place += count
