"""Which samples are trained, validated and tested on: by the set's own lists, or by dividing its groups anew."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from hairline.config import SplitParams
from hairline.data.manifest import SPLITS
from hairline.data.preparing.own_lists import read_own_lists
from hairline.data.preparing.split import divide
from hairline.errors import InputError


class Divided(Protocol):
    """What has to be known of a sample."""

    @property
    def stem(self) -> str:
        """Of its photograph, which is what lists name."""

    @property
    def crack_share(self) -> float | None:
        """None: unlabelled."""


def choose_splits(
    raw: Path, samples: Sequence[Divided], groups: Sequence[str], params: SplitParams
) -> tuple[list[str], bool]:
    """A split for every sample, and whether the set's own lists decided."""
    unlabelled = {sample.stem for sample in samples if sample.crack_share is None}
    stems = [sample.stem for sample in samples]
    own = read_own_lists(raw, stems, unlabelled=unlabelled) if params.lists == "own" else None
    if own is None:
        chosen = _divide(samples, groups, range(len(samples)), {"val": params.val, "test": params.test}, params)
        splits = [chosen.get(group, "train") for group in groups]
    else:
        splits = [own.get(stem, "train") for stem in stems]
        if "val" not in own.values():
            train = [position for position, split in enumerate(splits) if split == "train"]
            wanted = params.val * sum(stem not in unlabelled for stem in stems)
            labelled = sum(stems[position] not in unlabelled for position in train)
            chosen = _divide(samples, groups, train, {"val": wanted / max(labelled, 1)}, params)
            for position in train:
                splits[position] = chosen.get(groups[position], "train")
    for split in SPLITS:
        if not any(s == split and stem not in unlabelled for s, stem in zip(splits, stems, strict=True)):
            raise InputError(f"{raw}: no labelled picture for {split}; raise `split.{split}`, or mend splits/*.txt")
    return splits, own is not None


def _divide(
    samples: Sequence[Divided],
    groups: Sequence[str],
    positions: Sequence[int],
    shares: dict[str, float],
    params: SplitParams,
) -> dict[str, str]:
    """Group -> split for the groups with a labelled picture; the others go to train."""
    for split, share in shares.items():
        if share <= 0:
            raise InputError(f"params.yaml: split.{split} is {share:g}; every split needs pictures, so set it above 0")
    rest = 1 - sum(shares.values())
    if rest <= 0:
        raise InputError(
            f"params.yaml: split.val {params.val:g} and split.test {params.test:g} leave no picture to train on; "
            "lower them"
        )
    labelled = [position for position in positions if samples[position].crack_share is not None]
    return divide(
        [groups[position] for position in labelled],
        [samples[position].crack_share or 0.0 for position in labelled],
        {"train": rest, **shares},
        seed=params.seed,
    )


def choose_folds(samples: Sequence[Divided], groups: Sequence[str], params: SplitParams) -> list[int]:
    members = defaultdict(list)
    for sample, group in zip(samples, groups, strict=True):
        if sample.crack_share is not None:
            members[group].append(sample.crack_share)
    if len(members) < params.folds:
        raise InputError(
            f"params.yaml: split.folds is {params.folds}, but there are only {len(members)} groups of labelled "
            "pictures and none is ever cut; lower it, or make `split.group` finer"
        )
    chosen = divide(
        [group for group, shares in members.items() for _ in shares],
        [share for shares in members.values() for share in shares],
        {str(fold): 1 / params.folds for fold in range(1, params.folds + 1)},
        seed=params.seed + 1,  # not the draw that made the split
    )
    return [int(chosen.get(group, "0")) for group in groups]
