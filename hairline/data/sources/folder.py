"""Anyone's own photographs: `images/` and `masks/`, with `classes.json` and `splits/*.txt` where they exist.

Masks are 0/1 or 0/255, or whatever `classes.json` says. All faults are listed at once and nothing is guessed.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from hairline.config import Section
from hairline.data.images import PictureError, read_picture, to_rgb, write_png
from hairline.data.manifest import CLASSES_FILE, SPLITS
from hairline.data.masks import RawClasses, is_of_0_and_1, read_brightness, read_raw_classes, read_values
from hairline.data.pairs import Faults, Pair, enumerate_names, find_pairs, size_fault
from hairline.data.parallel import parallel_map
from hairline.data.sources import SOURCE_FILE, register_source
from hairline.errors import InputError
from hairline.io import from_checkout, write_json

_UNNAMED = RawClasses.of({0: "background", 255: "crack"})  # as which a 1-bit mask is read without classes.json
_ANY_BINARY = RawClasses.of({0: "background", 1: "crack"})  # and 255, whose meaning all masks together decide


class FolderOptions(Section):
    path: Path
    """The folder that holds images/ and masks/; ~ is home, and what is relative starts at the checkout."""
    unlabelled: Literal["refuse", "allow"] = "refuse"
    """allow: images without a mask are kept, for methods that learn from them."""
    threshold: int = Field(default=0, ge=0, le=255)
    """Mask pixels of at least this value are crack, all others background: for masks with soft edges. 0: off."""


@register_source(
    FolderOptions,
    licence="not stated: these are the owner's own files",
    citation="none",
)
def folder(options: FolderOptions, out: Path) -> None:
    """Check everything, then copy.

    Copied, not hard-linked: DVC makes its files read-only, and a link would do that to the owner's originals.
    """
    path, faults = from_checkout(options.path), Faults()
    if not path.is_dir():
        raise InputError(f"datasets: no folder {path}; set options.path to the one that holds images/ and masks/")
    classes = read_raw_classes(path) if (path / CLASSES_FILE).exists() and not options.threshold else None
    pairs = find_pairs(path, unlabelled=options.unlabelled == "allow", faults=faults)

    checked = list(parallel_map(partial(_check, options=options, classes=classes), pairs, label=f"check {path.name}"))
    for result in checked:
        if isinstance(result, PictureError):
            faults.take(result)
    faults.raise_if_any(path)
    found = [result.values for result in checked]
    if classes is None:
        white = _foreground_value(path, pairs, found)
    else:
        _refuse_lost_classes(path, pairs, found, classes)

    (out / "images").mkdir(parents=True, exist_ok=True)
    (out / "masks").mkdir(exist_ok=True)
    for _ in parallel_map(partial(_copy, out=out, options=options, classes=classes), pairs, label=f"copy {path.name}"):
        pass
    if classes is None:
        write_json(out / CLASSES_FILE, {"classes": {"0": "background", str(white): "crack"}})
    else:
        shutil.copyfile(path / CLASSES_FILE, out / CLASSES_FILE)
    if (path / SOURCE_FILE).exists():
        shutil.copyfile(path / SOURCE_FILE, out / SOURCE_FILE)
    for name in (f"{split}.txt" for split in SPLITS):
        if (path / "splits" / name).exists():
            (out / "splits").mkdir(exist_ok=True)
            shutil.copyfile(path / "splits" / name, out / "splits" / name)


@dataclass(frozen=True)
class _Checked:
    values: frozenset[int]
    """That occur in the mask."""


def _check(pair: Pair, *, options: FolderOptions, classes: RawClasses | None) -> _Checked | PictureError:
    try:
        picture = read_picture(pair.image)
        to_rgb(picture, name=f"images/{pair.image.name}")
        if pair.mask is None:
            return _Checked(frozenset())
        values = _mask_values(pair, options, classes)
        fault = size_fault(pair, image=picture.pixels.shape, mask=values.shape, turned=picture.turned)
        if fault:
            return fault
        (classes or _ANY_BINARY).ids(values, name=f"masks/{pair.mask.name}")
        return _Checked(frozenset(np.unique(values).tolist()))
    except PictureError as error:
        return error


def _mask_values(pair: Pair, options: FolderOptions, classes: RawClasses | None) -> np.ndarray:
    if options.threshold:
        grey = read_brightness(pair.mask)
        white = 1 if is_of_0_and_1(grey, pair.mask) else options.threshold
        return np.where(grey >= white, np.uint8(255), np.uint8(0))
    return read_values(pair.mask, classes or _UNNAMED)


def _foreground_value(path: Path, pairs: Sequence[Pair], values: Sequence[frozenset[int]]) -> int:
    """Which of 1 and 255 is crack when nobody says so; never both, or 255 could as well mean `ignore`."""
    first = {
        value: pair.mask.name for pair, found in zip(reversed(pairs), reversed(values), strict=True) for value in found
    }
    if 1 in first and 255 in first:
        raise InputError(
            f"{path}: masks hold 1 (masks/{first[1]}) and 255 (masks/{first[255]}), so it is not clear what is crack; "
            f'add {CLASSES_FILE}, such as {{"classes": {{"0": "background", "1": "crack", "255": "ignore"}}}}'
        )
    if 1 not in first and 255 not in first:
        raise InputError(f"{path}: no mask has a single crack pixel; expected masks of 0 and 255, or of 0 and 1")
    return 1 if 1 in first else 255


def _refuse_lost_classes(
    path: Path, pairs: Sequence[Pair], values: Sequence[frozenset[int]], classes: RawClasses
) -> None:
    """255 is ignored where nobody names it, so where it is what was drawn, nothing would be left."""
    if any(map(classes.holds_class, values)):
        return
    lost = [pair.mask.name for pair, found in zip(pairs, values, strict=True) if classes.looks_lost(found)]
    if lost:
        raise InputError(
            f"{path}: no mask has a single pixel of a class, but {len(lost)} hold 255, which {CLASSES_FILE} does not "
            f"name ({enumerate_names(lost)}); name 255 there as the class that it is, or as `ignore` if it is to be "
            "ignored"
        )


def _copy(pair: Pair, *, out: Path, options: FolderOptions, classes: RawClasses | None) -> None:
    shutil.copyfile(pair.image, out / "images" / f"{pair.stem}{pair.image.suffix}")
    if pair.mask is not None:
        write_png(out / "masks" / f"{pair.stem}.png", _mask_values(pair, options, classes))
