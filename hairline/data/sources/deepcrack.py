"""DeepCrack (Liu et al.): 537 pictures of asphalt, concrete and stone, published as train and test.

Ten names are used in both parts for different pictures, so every name gets its part before it.
"""

from hairline.data.published.crack_masks import CrackOptions, crack_masks
from hairline.data.published.matching import Matching
from hairline.data.published.publication import Publication, published
from hairline.data.published.raw import Meaning
from hairline.data.published.tree import Tree

ABOUT = Publication(
    page="https://github.com/yhlleo/DeepCrack",
    licence="non-commercial research and educational purposes only",
    citation=(
        "Liu, Yao, Lu, Xie, Li: DeepCrack: a deep hierarchical feature learning architecture for crack segmentation, "
        "Neurocomputing 338, 2019, doi 10.1016/j.neucom.2019.01.036"
    ),
    direct="https://github.com/yhlleo/DeepCrack/raw/master/dataset/DeepCrack.zip",
)


@published(CrackOptions, ABOUT)
def deepcrack(options: CrackOptions, tree: Tree, matching: Matching) -> Meaning:
    for split in ("train", "test"):
        images, masks = tree.need(f"{split}_img"), tree.need(f"{split}_lab")
        matching.add(images, masks, split=split, prefix=f"{split}_")
    return crack_masks(options)
