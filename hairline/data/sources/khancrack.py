"""KhanCrack ("Khanh11k"): about 11 000 pictures of 448 x 448, gathered from other sets, divided in train and test."""

from hairline.data.published.khan import KhanOptions, match_khan
from hairline.data.published.matching import Matching
from hairline.data.published.publication import Publication, published
from hairline.data.published.raw import Meaning
from hairline.data.published.tree import Tree

ABOUT = Publication(
    page="https://github.com/khanhha/crack_segmentation",
    licence="none stated; those of the sets that it was gathered from bind, some of them non-commercial",
    citation="khanhha/crack_segmentation, and the papers of the sets that it was gathered from (CFD, CRACK500, ...)",
    by_hand="fetch https://drive.google.com/file/d/1xrOqv0-3uMHjZyEUrerOYiYXW_E8SUMP in a browser",
)


@published(KhanOptions, ABOUT)
def khancrack(options: KhanOptions, tree: Tree, matching: Matching) -> Meaning:
    return match_khan(options, tree, matching)
