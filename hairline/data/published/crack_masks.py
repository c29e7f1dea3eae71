"""Masks of crack and background in all forms that are published: 0/255, 0/1, 1 bit, RGBA, JPEG, inverted."""

from functools import partial
from pathlib import Path

import numpy as np
from pydantic import Field

from hairline.data.images import PictureError
from hairline.data.masks import RawClasses, is_lossless, is_of_0_and_1, read_brightness, read_values
from hairline.data.published.publication import PublishedOptions
from hairline.data.published.raw import Mask, Meaning

CLASSES = {0: "background", 255: "crack"}

SOFT = 128
"""A threshold for masks that were stored as JPEG or made smaller: above 127 is crack."""

_CLASSES = RawClasses.of(CLASSES)
_FAINT = 32  # what JPEG leaves of a black picture stays below


class CrackOptions(PublishedOptions):
    threshold: int = Field(default=0, ge=0, le=255)
    """Mask pixels of at least this value are crack. 0: only exact masks (0 and 255, or 0 and 1) are taken."""
    invert: bool = False
    """Black is crack in this copy."""


def crack_masks(options: CrackOptions) -> Meaning:
    return Meaning(partial(read_crack, threshold=options.threshold, invert=options.invert), CLASSES)


def read_crack(path: Path, *, threshold: int, invert: bool) -> Mask:
    """0 and 255."""
    remarks: dict[str, int] = {}
    grey = read_brightness(path) if threshold else read_values(path, _CLASSES)
    if is_of_0_and_1(grey, path):
        remarks["masks of 0 and 1, in which 1 was taken for crack"] = 0
        crack = grey == 1
    elif threshold:
        crack = grey >= threshold
        if not crack.any() and grey.max(initial=0) >= (2 if is_lossless(path) else _FAINT):
            remarks[f"masks that are not black, yet count as empty because nothing reaches {threshold}"] = 0
    else:
        strange = grey[(grey != 0) & (grey != 255)]
        if strange.size:
            raise _soft(path, strange)
        crack = grey == 255
    if invert:
        crack = ~crack
    if crack.mean() > 0.5:
        remarks["masks with more than half crack; if black and white are exchanged, change the option `invert`"] = 0
    return Mask(np.where(crack, np.uint8(255), np.uint8(0)), remarks)


def _soft(path: Path, strange: np.ndarray) -> PictureError:
    values = np.unique(strange)
    return PictureError(
        path.name,
        f"{strange.size} pixels between black and white, of {values[0]} to {values[-1]}",
        f"masks are expected to be exact here; set the option `threshold: {SOFT}` to take what is nearer to white",
    )
