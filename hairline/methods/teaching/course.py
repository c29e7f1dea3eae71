"""A training in parts, between which the network itself changes, and what each part takes of the batches."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from torch import nn

from hairline.data.loading.loader import TrainBatches
from hairline.errors import InputError


@dataclass(frozen=True)
class Course:
    """A training in parts, between which the network itself changes.

    Each part has a new optimiser; the pictures and the learning rate go on where the part before left them.
    """

    parts: int
    between: float
    """Share of all batches, but at least one, in every part but the last, which has what they leave."""
    change: Callable[[nn.Module, TrainBatches], Iterator[object]]
    """Changes the network in place, once a part, before it."""


UNCHANGED = Course(1, 0, lambda model, batches: iter([None]))


@dataclass(frozen=True)
class Part:
    """What a part of a training takes of the batches, which are numbered through over all epochs."""

    number: int
    first: int
    epochs: int
    length: int
    """Batches in each of these epochs, which are the part's own."""
    span: tuple[float, float]
    """From where to where it lasts, as shares of the whole training."""


def plan_parts(course: Course, *, epochs: int, length: int) -> list[Part]:
    """Every batch of `epochs` of `length` batches belongs to one part; all but the last are a single epoch each."""
    total = epochs * length
    between = max(1, round(course.between * total))
    last = total - (course.parts - 1) * between
    if last < 1:
        raise InputError(
            f"{total} batches are too few for {course.parts} parts of a training with {between} in each but the last; "
            "give more epochs or steps, ask for fewer parts, or leave each a smaller share"
        )
    own = max(1, round(last / length))
    counts = [between] * (course.parts - 1) + [last]
    rest = last % own  # would not fill a batch more in each epoch
    counts[0], counts[-1] = counts[0] + rest, counts[-1] - rest
    parts, first = [], 0
    for number, count in enumerate(counts):
        played = own if number == course.parts - 1 else 1
        parts.append(Part(number, first, played, count // played, (first / total, (first + count) / total)))
        first += count
    return parts
