"""What was noticed while a set was prepared, and what of it deserves a warning."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hairline.data.manifest import Sample
from hairline.data.pairs import enumerate_names
from hairline.data.preparing.leaks import Leaks
from hairline.data.preparing.measures import Measures


@dataclass(frozen=True)
class Findings:
    exact: Sequence[Sequence[Sample]]
    """Pictures with equal pixels, two or more at a time; of a photograph in tiles, its first one."""
    near: Sequence[Sequence[Sample]]
    """Pictures that look the same, likewise."""
    own_lists: bool
    """The set's own splits/*.txt decided."""
    leaks: Leaks
    lost: Sequence[str]
    """Stems of the masks that hold no class, but 255 without a name in the raw set's classes.json."""
    measures: Mapping[str, Measures]
    """Of each labelled sample, by its id."""
    origin: Mapping[str, Any]
    """Licence, citation and address, as the source gives them."""

    def warnings(self, samples: Sequence[Sample]) -> list[str]:
        found = []
        cut = _cut_groups(samples)
        if cut:
            images = sum(sample.labelled and sample.group in cut for sample in samples)
            found.append(
                f"the set's own lists put {len(cut)} groups ({images} images) on both sides of a split, so scores "
                "will flatter; set `split.lists: ours` for a split that does not leak"
            )
        if self.leaks.all:
            found.append(
                f"{len(self.leaks.all)} of {self.leaks.tested} test images leak from train or val, "
                f"{len(self.leaks.by_group)} by group and {len(self.leaks.by_copy)} as copy: "
                f"{enumerate_names(self.leaks.all)}"
            )
        for kind, sets in (("equal", self.exact), ("nearly equal", self.near)):
            apart = sum(across(members) for members in sets)
            if apart:
                found.append(f"{kind} pictures on both sides of a split: {apart} (named in the data sheet)")
        differing = [
            members[0].id
            for members in self.exact
            if len({sample.crack_share for sample in members if sample.labelled}) > 1
        ]
        if differing:
            found.append(f"equal pictures carry different masks: {enumerate_names(differing)}")
        if self.lost:
            found.append(
                f"{len(self.lost)} masks hold nothing but background and 255, which classes.json does not name and "
                f"which was ignored ({enumerate_names(self.lost)}); name 255 there as the class that it is, or as "
                "`ignore`"
            )
        mostly = [sample.id for sample in samples if (sample.crack_share or 0) > 0.5]
        if mostly:
            found.append(
                f"more than half of the mask is crack in {len(mostly)} images ({enumerate_names(mostly)}); "
                "perhaps black and white are exchanged"
            )
        return found


def _cut_groups(samples: Sequence[Sample]) -> set[str]:
    splits = defaultdict(set)
    for sample in samples:
        if sample.labelled:
            splits[sample.group].add(sample.split)
    return {group for group, where in splits.items() if len(where) > 1}


def across(members: Sequence[Sample]) -> bool:
    """On both sides of a split. Nothing is learned from what nobody labelled, nor tested on it."""
    return len({sample.split for sample in members if sample.labelled}) > 1
