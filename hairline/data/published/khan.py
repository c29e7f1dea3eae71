"""KhanCrack and what was built on it: train/ and test/, each with images/ and masks/, the masks stored as JPEG."""

from pydantic import Field

from hairline.data.published.crack_masks import SOFT, CrackOptions, crack_masks
from hairline.data.published.matching import Matching
from hairline.data.published.raw import Meaning
from hairline.data.published.tree import Tree

IMAGES = ("images", "image", "imgs", "img")
MASKS = ("masks", "mask", "labels", "label")

_PARTS = {"train": ("train", "training"), "test": ("test", "testing", "val", "validation")}


class KhanOptions(CrackOptions):
    threshold: int = Field(default=SOFT, ge=0, le=255)
    """Mask pixels of at least this value are crack: JPEG left soft edges and specks."""
    prefix: bool = False
    """Put the part before each name, as in train_x: for copies in which a name is used in two parts."""


def is_noncrack(stem: str) -> bool:
    """Names begin with the set that a picture is from; this one is of pictures free of cracks."""
    return stem.lower().startswith("noncrack")


def match_khan(options: KhanOptions, tree: Tree, matching: Matching) -> Meaning:
    """Some copies hold all pictures once more in images/ and masks/; these count only where nothing is divided."""
    if tree.find(_PARTS["train"], IMAGES):
        for split, names in _PARTS.items():
            prefix = f"{split}_" if options.prefix else ""
            images, masks = tree.need(names, IMAGES), tree.need(names, MASKS)
            matching.add(images, masks, split=split, prefix=prefix, blank=is_noncrack)
    else:
        matching.add(tree.need(IMAGES), tree.need(MASKS), blank=is_noncrack)
    return crack_masks(options)
