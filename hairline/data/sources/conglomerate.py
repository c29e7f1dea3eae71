"""Concrete Crack Conglomerate: 10 995 pictures of 448 x 448, built on KhanCrack; never test one on the other."""

from hairline.data.published.figshare import figshare_archive
from hairline.data.published.khan import KhanOptions, match_khan
from hairline.data.published.matching import Matching
from hairline.data.published.publication import Publication, published
from hairline.data.published.raw import Meaning
from hairline.data.published.tree import Tree

ABOUT = Publication(
    page="https://doi.org/10.7294/16625056",
    licence="look at the page: CC0 is named for its sister sets; the sets that it was gathered from have their own",
    citation="Bianchi, Hebdon: Concrete Crack Conglomerate Dataset, Virginia Tech, 2021, doi 10.7294/16625056",
    direct="https://api.figshare.com/v2/articles/16625056",
    offer=figshare_archive,
)


@published(KhanOptions, ABOUT)
def conglomerate(options: KhanOptions, tree: Tree, matching: Matching) -> Meaning:
    return match_khan(options, tree, matching)
