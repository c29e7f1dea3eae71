"""CRACK500: photographs of pavement taken with phones, and crops of them; published as train, val and test."""

from typing import Literal

from hairline.data.published.crack_masks import CrackOptions, crack_masks
from hairline.data.published.matching import Matching
from hairline.data.published.publication import Publication, published
from hairline.data.published.raw import Meaning
from hairline.data.published.tree import Tree


class Options(CrackOptions):
    pictures: Literal["crops", "whole"] = "crops"
    """Crops of 640 x 360, which papers use, or the whole photographs."""
    prefix: bool = False
    """Put the part before each name, as in train_x: for copies in which a name is used in two parts."""


ABOUT = Publication(
    page="https://github.com/fyangneil/pavement-crack-detection",
    licence="none stated; ask the authors before any use beyond your own research",
    citation=(
        "Zhang, Yang, Zhang, Zhu: Road crack detection using deep convolutional neural network, ICIP 2016; "
        "Yang et al.: Feature pyramid and hierarchical boosting network for pavement crack detection, IEEE T-ITS, 2019"
    ),
    by_hand=(
        "fetch the bundle `pavement crack datasets` in a browser, from "
        "https://drive.google.com/file/d/13_vDYl54Mrd34dddX9w4ppAEiuWv4MlD or its copies on OneDrive and Baidu"
    ),
)


@published(Options, ABOUT)
def crack500(options: Options, tree: Tree, matching: Matching) -> Meaning:
    kind = "crop" if options.pictures == "crops" else "data"
    for split in ("train", "val", "test"):
        both = tree.need(f"{split}{kind}")
        masks = [path for path in both if path.suffix.lower() == ".png"]  # beside the photographs, which are JPEG
        images = sorted(set(both) - set(masks))
        matching.add(images, masks, split=split, prefix=f"{split}_" if options.prefix else "", ending="_mask")
    return crack_masks(options)
