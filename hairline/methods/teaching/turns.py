"""The pictures of train and val take turns at being held out, so that all of them can choose a threshold.

A val list of few pictures chooses by the grounds that happen to be on it; the threshold that is best for it can be far
from the one that is best elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hairline.data.manifest import Sample
from hairline.errors import InputError


@dataclass(frozen=True)
class Turn:
    pictures: list[Sample]
    """Trained on."""
    held_out: list[Sample]


def take_turns(samples: Sequence[Sample], count: int) -> list[Turn]:
    """Each sample is held out in one turn, and with it all of its fold, so that no group is on both sides."""
    folds = sorted({sample.fold for sample in samples})
    if count > len(folds):
        raise InputError(
            f"refit is {count}, but the pictures of train and val lie in {len(folds)} folds, and a turn holds out at "
            "least one; lower refit, or raise `split.folds` and run the split stage again"
        )
    turn_of = {fold: place % count for place, fold in enumerate(folds)}
    return [
        Turn(
            [sample for sample in samples if turn_of[sample.fold] != turn],
            [sample for sample in samples if turn_of[sample.fold] == turn],
        )
        for turn in range(count)
    ]
