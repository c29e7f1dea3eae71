"""What happens to a hand-drawn mask before it is trained on, and never before it is scored.

Cracks may be widened, as the MCFF-L authors meant to and as their code really did; borders may be ignored.
"""

from collections.abc import Callable, Sequence
from typing import Literal

import cv2
import numpy as np

from hairline.classes import IGNORE
from hairline.config import BordersParams
from hairline.data.loading.borders import ignore_borders, legacy_borders
from hairline.errors import InputError

LabelDilation = Literal["none", "square", "legacy_vertical"]
Relabel = Callable[[np.ndarray], np.ndarray]
"""uint8 [H, W] class ids -> the same kind, for training."""

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


def relabelling(dilation: LabelDilation, borders: BordersParams, *, classes: Sequence[str]) -> Relabel:
    """All that is asked for, as one function."""
    if not borders.areas and not borders.cracks and not borders.legacy:
        return lambda mask: dilate_label(mask, dilation)
    if "crack" not in classes:
        raise InputError(
            f"params.yaml: train.borders needs a class named crack, but the classes are {list(classes)}; set areas and "
            "cracks to 0 and legacy to false"
        )
    crack = list(classes).index("crack")

    def relabel(mask: np.ndarray) -> np.ndarray:
        wide = dilate_label(mask, dilation)
        if borders.legacy:
            wide = legacy_borders(wide, crack=crack)
        return ignore_borders(wide, crack=crack, areas=borders.areas, cracks=borders.cracks)

    return relabel
