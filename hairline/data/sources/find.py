"""FIND: patches of concrete and pavement in four kinds of picture of the same places, one mask for all four.

How the archive names its folders is not known for certain, so they are known by the words in their names.
"""

import re
from pathlib import Path
from typing import Literal

from hairline.data.images import is_picture
from hairline.data.pairs import enumerate_names
from hairline.data.published.crack_masks import CrackOptions, crack_masks
from hairline.data.published.matching import Matching
from hairline.data.published.publication import Publication, published
from hairline.data.published.raw import Meaning
from hairline.data.published.tree import Tree

_MASKS = re.compile("ground|truth|label|mask|(^|_)(gt|lbl)(_|$)")
_KINDS = {  # the first that fits: a fused picture is of intensity and range, a filtered one of range
    "fused": re.compile("fuse|fusion"),
    "filtered_range": re.compile("filter"),
    "raw_range": re.compile("range"),
    "raw_intensity": re.compile("intensity"),
}


class Options(CrackOptions):
    modality: Literal["raw_intensity", "raw_range", "filtered_range", "fused"]
    """Which of the four pictures of a place."""


ABOUT = Publication(
    page="https://doi.org/10.1016/j.autcon.2022.104678",
    licence="look at the record that the archive is from (it was not seen when this was written)",
    citation=(
        "Zhou, Canchila, Song: FIND, fused image dataset for convolutional neural network-based crack detection; "
        "Automation in Construction, 2023, doi 10.1016/j.autcon.2022.104678"
    ),
    by_hand="fetch the archive that the paper names, most likely on Zenodo",
)


@published(Options, ABOUT)
def find(options: Options, tree: Tree, matching: Matching) -> Meaning:
    folders: dict[str, dict[str, list[Path]]] = {}
    for path in tree.files:
        kind = folder_kind(path.parent.name)
        if is_picture(path) and kind:
            folders.setdefault(kind, {}).setdefault(tree.shown(path.parent), []).append(path)
    chosen = {}
    for kind in (options.modality, "masks"):
        places = folders.get(kind, {})
        if len(places) != 1:
            seen = f", found {enumerate_names(sorted(places))}" if places else ""
            raise tree.lacks(f"one folder of {kind.replace('_', ' ')} pictures{seen}")
        (chosen[kind],) = places.values()
    matching.add(chosen[options.modality], chosen["masks"])
    return crack_masks(options)


def folder_kind(name: str) -> str:
    """One of the four, or masks; empty: neither."""
    words = "_".join(re.findall("[A-Z]?[a-z]+|[A-Z]+", name)).lower()
    if _MASKS.search(words):
        return "masks"
    return next((kind for kind, pattern in _KINDS.items() if pattern.search(words)), "")
