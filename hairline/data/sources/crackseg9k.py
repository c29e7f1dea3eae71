"""CrackSeg9k: about 9 000 pictures of 400 x 400 from ten sets, as published, or as corrected by others.

As published it is not divided, and versions are known in which pictures and masks do not match: `unpaired: skip` leaves
such out. The corrected copy brings train, val and test, shuffled picture by picture.
"""

from typing import Literal

from pydantic import Field

from hairline.data.published.crack_masks import SOFT, CrackOptions, crack_masks
from hairline.data.published.khan import IMAGES, MASKS, is_noncrack
from hairline.data.published.matching import Matching
from hairline.data.published.publication import Publication, published
from hairline.data.published.raw import Meaning
from hairline.data.published.tree import Tree


class Options(CrackOptions):
    variant: Literal["original", "corrected"] = "original"
    threshold: int = Field(default=SOFT, ge=0, le=255)
    """Mask pixels of at least this value are crack: values such as 2 and 16 occur in masks of 0 and 255."""
    prefix: bool = False
    """Put the part before each name, as in train_x: for copies in which a name is used in two parts."""


_CITATION = (
    "Kulkarni, Singh, Balakrishnan, Sharma, Devunuri, Korlapati: CrackSeg9k: a collection and benchmark for crack "
    "segmentation datasets and frameworks, ECCV workshops 2022, arXiv 2208.13054"
)

ORIGINAL = Publication(
    page="https://doi.org/10.7910/DVN/EGIEBY",
    licence="CC0 on its page, yet some of the sets that it was gathered from (DeepCrack, GAPs, CFD) are non-commercial",
    citation=_CITATION,
    direct="https://dataverse.harvard.edu/api/access/dataset/:persistentId/?persistentId=doi:10.7910/DVN/EGIEBY",
    nested=True,
)
CORRECTED = Publication(
    page="https://github.com/LovingThresh/correct_crackseg9k_dataset",
    licence="see the LICENSE of its repository; some of the sets that it was gathered from are non-commercial",
    citation=_CITATION,
    by_hand="fetch https://drive.google.com/file/d/1gRJD-RQluCh3YDLxwSN1tdG1U3Z2hqq7 in a browser",
)


@published(Options, ORIGINAL, variant=lambda options: CORRECTED if options.variant == "corrected" else ORIGINAL)
def crackseg9k(options: Options, tree: Tree, matching: Matching) -> Meaning:
    if options.variant == "corrected":
        for split in ("train", "val", "test"):
            images, masks = tree.need("img_dir", split), tree.need("ann_dir", split)
            prefix = f"{split}_" if options.prefix else ""
            matching.add(images, masks, split=split, prefix=prefix, blank=is_noncrack)
    else:  # in two archives, which may each hold both folders
        images, masks = tree.need(IMAGES, several=True), tree.need(MASKS, several=True)
        matching.add(images, masks, blank=is_noncrack)
    return crack_masks(options)
