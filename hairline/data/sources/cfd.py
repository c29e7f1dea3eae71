"""CrackForest (CFD): 118 photographs of asphalt, with region maps of MATLAB for masks.

A region map is no mask: 1 is background, 2 crack, 3 pavement that cracks enclose, so background, and 4 a further thin
crack. Here 2 and 4 are crack; code found elsewhere takes 2 alone, or wrongly everything above 1.
"""

from pathlib import Path
from typing import Any, Literal

import numpy as np

from hairline.data.images import PictureError
from hairline.data.published.crack_masks import CLASSES
from hairline.data.published.matching import Item, Matching
from hairline.data.published.publication import Publication, PublishedOptions, published
from hairline.data.published.raw import Mask, Meaning
from hairline.data.published.tree import Tree

_LABELLED = 118  # 001 to 118 have a map; 201-208 and 301-329 never had
_TRAIN = 72  # a convention of the literature, by order of the names; the publishers did not divide
_AGAIN = "fetch the archive again"
_CRACK, _REGIONS = (2, 4), (1, 2, 3, 4)


class Options(PublishedOptions):
    unlabelled: Literal["skip", "keep"] = "skip"
    """keep: the pictures from 201 on, which have no map, for methods that learn from such."""
    lists: Literal["none", "by_order"] = "none"
    """by_order: 001-072 train, 073-118 test, as is common; none: hairline divides."""


ABOUT = Publication(
    page="https://github.com/cuilimeng/CrackForest-dataset",
    licence="non-commercial research purposes only",
    citation=(
        "Shi, Cui, Qi, Meng, Chen: Automatic road crack detection using random structured forests, IEEE T-ITS 17(12), "
        "2016; Cui et al.: Pavement distress detection using random decision forests, ICDS 2015"
    ),
    direct="https://codeload.github.com/cuilimeng/CrackForest-dataset/zip/refs/heads/master",
)


@published(Options, ABOUT)
def cfd(options: Options, tree: Tree, matching: Matching) -> Meaning:
    images = tree.need("image")
    extra = [path for path in images if path.stem.isdecimal() and int(path.stem) > _LABELLED]
    labelled = sorted(set(images) - set(extra))
    train = [path for path in labelled if path.stem.isdecimal() and int(path.stem) <= _TRAIN]
    maps = {path.stem: path for path in tree.need("groundtruth", suffixes=(".mat",))}
    by_order = options.lists == "by_order"
    for part, split in ((train, "train"), (sorted(set(labelled) - set(train)), "test")):
        ours = [maps.pop(path.stem) for path in part if path.stem in maps]
        matching.add(part, ours, split=split if by_order else "")
    matching.add([], maps.values())  # maps without a picture
    if options.unlabelled == "keep":
        for path in extra:
            matching.put(Item(path.stem, path, None, ""))
    return Meaning(_read_map, CLASSES)


def _read_map(path: Path) -> Mask:
    regions = _segmentation(path)
    strange = sorted(set(np.unique(regions).tolist()) - set(_REGIONS))
    if strange:
        raise PictureError(path.name, f"holds regions {strange}", f"expected 1 to 4: {_AGAIN}")
    return Mask(np.where(np.isin(regions, _CRACK), np.uint8(255), np.uint8(0)))


def _segmentation(path: Path) -> np.ndarray:
    from scipy.io import loadmat

    try:
        found: Any = loadmat(path)["groundTruth"]
        while found.dtype == object:  # some copies put the struct into a cell
            found = found.flat[0]
        regions = found["Segmentation"].flat[0]
    except Exception as error:  # a broken file makes SciPy raise a dozen kinds; each means the same here
        reason = " ".join(str(error).split()) or type(error).__name__
        raise PictureError(path.name, f"has no groundTruth.Segmentation ({reason})", _AGAIN) from None
    if not isinstance(regions, np.ndarray) or regions.ndim != 2:
        raise PictureError(path.name, "has a groundTruth.Segmentation that is no picture", _AGAIN)
    return regions
