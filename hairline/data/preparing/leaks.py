"""Test images that are not new to a network, because something of them lies in train or val."""

from collections.abc import Sequence
from dataclasses import dataclass

from hairline.data.manifest import Sample


@dataclass(frozen=True)
class Leaks:
    tested: int
    """Labelled test images."""
    by_group: Sequence[str]
    """Ids of those whose source photograph or road section, by name, is in train or val too."""
    by_copy: Sequence[str]
    """Ids of those that lie in train or val under another name, with equal pixels or nearly equal ones."""

    @property
    def all(self) -> list[str]:
        return sorted({*self.by_group, *self.by_copy})


def find_leaks(samples: Sequence[Sample], *, named: Sequence[str], copied: Sequence[str]) -> Leaks:
    """`named` and `copied`: for each sample the group that its name tells, and that of its copies.

    Unlabelled pictures neither leak nor are leaked to: nothing is learned from them, nor tested on them.
    """
    return Leaks(
        tested=sum(sample.labelled and sample.split == "test" for sample in samples),
        by_group=_shared(samples, named),
        by_copy=_shared(samples, copied),
    )


def _shared(samples: Sequence[Sample], groups: Sequence[str]) -> list[str]:
    pairs = [(sample, group) for sample, group in zip(samples, groups, strict=True) if sample.labelled]
    learned = {group for sample, group in pairs if sample.split != "test"}
    return sorted(sample.id for sample, group in pairs if sample.split == "test" and group in learned)
