"""S2DS: 743 pictures of 1024 x 1024 from inspections of structures, with colours for seven classes."""

from pathlib import Path

import numpy as np

from hairline.classes import IGNORE
from hairline.config import Share
from hairline.data.images import PictureError, read_picture, to_rgb
from hairline.data.published.matching import Matching
from hairline.data.published.publication import Publication, PublishedOptions, published
from hairline.data.published.raw import Mask, Meaning
from hairline.data.published.tree import Tree

CLASSES = {
    0: "background",
    1: "crack",
    2: "spalling",
    3: "corrosion",
    4: "efflorescence",
    5: "vegetation",
    6: "control_point",
    IGNORE: "ignore",
}

_BRIGHT = 200  # the authors' own rule: a channel below counts as 0
_IDS = np.full(8, IGNORE, np.uint8)
"""By 4 x red + 2 x green + blue: black, white, red, yellow, cyan, green, blue; magenta is no class."""
_IDS[[0b000, 0b111, 0b100, 0b110, 0b011, 0b010, 0b001]] = [0, 1, 2, 3, 4, 5, 6]


class Options(PublishedOptions):
    unknown: Share = 0.01
    """A mask with a larger share of pixels in no class's colour is refused; fewer are ignored."""


ABOUT = Publication(
    page="https://github.com/ben-z-original/s2ds",
    licence=(
        "academic use only, and the pictures must not be shared or distributed: no `dvc push` of this set where others "
        "can read, no publishing of overlays, galleries or prepared data"
    ),
    citation=(
        "Benz, Rodehorst: Image-based detection of structural defects using hierarchical multi-scale attention, "
        "GCPR 2022"
    ),
    by_hand="fetch https://drive.google.com/file/d/1PQ50QKfy2vnDOHSmw5bpBFi33hZsSXuM in a browser",
)


@published(Options, ABOUT)
def s2ds(options: Options, tree: Tree, matching: Matching) -> Meaning:
    for split in ("train", "val", "test"):
        both = tree.need(split)
        masks = [path for path in both if path.stem.endswith("_lab")]
        # whether the numbers go on from part to part is not known, so each name gets its part before it
        matching.add(sorted(set(both) - set(masks)), masks, split=split, prefix=f"{split}_", ending="_lab")
    return Meaning(lambda path: read_colours(path, unknown=options.unknown), CLASSES)


def read_colours(path: Path, *, unknown: float) -> Mask:
    """Class ids, 255 where the colour is of no class."""
    bright = to_rgb(read_picture(path), name=path.name) >= _BRIGHT
    ids = _IDS[bright @ np.array([4, 2, 1])]
    strange = int(np.count_nonzero(ids == IGNORE))
    if strange > unknown * ids.size:
        reason = f"{strange} of {ids.size} pixels have a colour of no class"
        raise PictureError(path.name, reason, "look at them, and raise the option `unknown` to ignore them")
    return Mask(ids, {"masks with pixels in a colour of no class, which are ignored": strange} if strange else {})
