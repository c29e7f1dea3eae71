"""Your own pictures in the layout of the MCFF-L code, whose data were never published: lists of names, and folders.

`train.txt` holds lines such as NAME.jpg;NAME.png, for train/img/NAME.jpg and train/mask/NAME.png; val.txt and test.txt
likewise. The soft labels in teacher_mask/ are left alone: hairline makes its own.
"""

import re
from pathlib import Path

from hairline.data.pairs import composed, enumerate_names
from hairline.data.published.crack_masks import CrackOptions, crack_masks
from hairline.data.published.matching import Item, Matching
from hairline.data.published.publication import Publication, published
from hairline.data.published.raw import Meaning
from hairline.data.published.tree import Tree
from hairline.errors import InputError


class Options(CrackOptions):
    val_as_test: bool = False
    """There is no test.txt, as in the original: test on val.txt, and cut val from train."""


ABOUT = Publication(
    page="https://github.com/LovingThresh/MCFF-L_Net",
    licence="not stated: the authors published no data, so these are the owner's own files",
    citation="none for the pictures; the layout is that of LovingThresh/MCFF-L_Net",
    by_hand="there is nothing to fetch; arrange your own pictures in this layout",
)


@published(Options, ABOUT)
def mcff(options: Options, tree: Tree, matching: Matching) -> Meaning:
    lists = {split: _list_of(split, tree) for split in ("train", "val", "test")}
    if lists["train"] is None:
        raise tree.lacks("train.txt")
    for split, path in lists.items():
        if path is not None:
            part = "test" if split == "val" and options.val_as_test and lists["test"] is None else split
            _match_list(path, split, part, tree, matching)
    return crack_masks(options)


def _list_of(split: str, tree: Tree) -> Path | None:
    found = [path for path in tree.files if path.name.lower() == f"{split}.txt"]
    if len(found) > 1:
        names = enumerate_names([tree.shown(path) for path in found])
        raise InputError(f"{tree.origin}: {len(found)} lists could be meant ({names}); leave one")
    return found[0] if found else None


def _match_list(path: Path, folder: str, split: str, tree: Tree, matching: Matching) -> None:
    """The list alone decides what belongs together: a mask may have another name than its image."""
    images = {composed(image.name): image for image in tree.need(folder, "img")}
    masks = {composed(mask.name): mask for mask in tree.need(folder, "mask")}
    for image_name, mask_name in _read_list(path, tree):
        image, mask = images.pop(image_name, None), masks.pop(mask_name, None)
        if image and mask:
            matching.put(Item(composed(image.stem), image, mask, split))
        else:
            matching.misfit(f"a line ({image_name};{mask_name}) that names a missing file", path)
    for stray in (*images.values(), *masks.values()):
        matching.misfit(f"a file that {path.name} does not name", stray)


def _read_list(path: Path, tree: Tree) -> list[list[str]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise InputError(f"{tree.shown(path)}: not a text in UTF-8; save it so") from None
    pairs = [[composed(name.strip()) for name in re.split("[;,]", line)] for line in lines if line.strip()]
    wrong = next((pair for pair in pairs if len(pair) != 2), None)
    if wrong:
        raise InputError(f"{tree.shown(path)}: {';'.join(wrong)!r} is not IMAGE;MASK; write one such pair a line")
    return pairs
