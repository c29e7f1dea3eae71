"""Widen the hand-drawn cracks for training, as the MCFF-L authors meant to and as their code really did."""

from typing import Literal

import cv2
import numpy as np

from hairline.classes import IGNORE

LabelDilation = Literal["none", "square", "legacy_vertical"]

_ITERATIONS = 3
_KERNELS = {
    "square": (np.ones((3, 3), np.uint8), (1, 1)),
    # The original passed the tuple (3, 3) as the kernel, which OpenCV reads as a column of two: three times one pixel
    # downwards, so a point becomes 1 wide and 4 high.
    "legacy_vertical": (np.ones((2, 1), np.uint8), (0, 1)),
}


def dilate_label(mask: np.ndarray, mode: LabelDilation) -> np.ndarray:
    """uint8 [H, W]: each foreground class grows by 3 px over background; the lowest class id wins, ignored stays."""
    if mode == "none":
        return mask
    kernel, anchor = _KERNELS[mode]
    present = np.flatnonzero(np.bincount(mask.ravel(), minlength=256)[:IGNORE])[::-1]
    wide = mask.copy()
    for id in present[present > 0].tolist():
        grown = cv2.dilate((mask == id).view(np.uint8), kernel, anchor=anchor, iterations=_ITERATIONS)
        wide[(grown > 0) & (mask == 0)] = id
    return wide
