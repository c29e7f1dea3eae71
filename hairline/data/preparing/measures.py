"""What is measured of a picture and its mask while they are prepared: classes, crack widths, signs of a bad mask."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from hairline.classes import IGNORE

WIDEST = 200
"""Wider cracks are counted as this wide, in pixels."""
REACH = 12
"""How far the mask may lie beside the crack to be noticed, in pixels."""
DARK = -8.0
"""Grey levels of a line that is taken for the crack, against its surroundings."""
STILL = 0.35
"""Share of that darkness under the mask as it is, below which the mask is said to lie beside the crack."""

_STEP = 2  # of the places that are tried
_POINTS = 800  # of the centre line that are looked at; fewer than the least say nothing
_LEAST = 60
_NEAR, _FAR = 3, 10  # what surrounds a crack lies between these distances from it
_FINE = 1.0  # sigma of the noise that is taken from a picture
_COARSE = 33  # side of the square whose mean is the lighting, pixels


@dataclass(frozen=True)
class Measures:
    """Of one labelled sample. The crack is the class of that name, or all foreground where there is none."""

    pixels: np.ndarray
    """int64 [C]: of each class."""
    ignored: int
    widths: np.ndarray
    """int32 [WIDEST + 1]: pixels of the crack's centre line by the width of the crack there."""
    specks: int
    """Single crack pixels with no other around them."""
    brighter: float | None
    """Grey levels by which the crack is brighter than what surrounds it; None: no crack, or nothing around it."""
    shift: tuple[int, int] | None
    """Columns to the right and rows down by which the mask would have to move to lie on a dark line; None: it does, or
    there is no such line near it."""


def measure(pixels: np.ndarray, ids: np.ndarray, *, names: Sequence[str]) -> Measures:
    """`pixels`: uint8 [H, W, 3]; `ids`: uint8 [H, W] class ids."""
    counts = np.bincount(ids.ravel(), minlength=256)
    crack = ids == list(names).index("crack") if "crack" in names else (ids > 0) & (ids != IGNORE)
    widths, specks, brighter, shift = np.zeros(WIDEST + 1, np.int32), 0, None, None
    if crack.any() and not crack.all():
        line = centre_line(crack)
        along = local_widths(crack, line)
        widths = np.bincount(np.minimum(along, WIDEST), minlength=WIDEST + 1).astype(np.int32)
        specks = _specks(crack)
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        brighter = _brighter(grey, crack, usable=ids == 0)
        shift = _shift(grey, line, width=float(np.median(along)))
    return Measures(counts[: len(names)], int(counts[IGNORE]), widths, specks, brighter, shift)


def centre_line(crack: np.ndarray) -> np.ndarray:
    """Boolean [H, W] -> its centre line, one pixel wide."""
    from skimage.morphology import skeletonize

    line = np.zeros_like(crack)
    rows, columns = np.flatnonzero(crack.any(axis=1)), np.flatnonzero(crack.any(axis=0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]  # only there it costs time
    line[box] = skeletonize(crack[box])
    return line


def local_widths(crack: np.ndarray, line: np.ndarray) -> np.ndarray:
    """int64, one for each pixel of the centre line; exact for straight level cracks of any width.

    A crack's odd width is twice the distance from its middle to the nearest pixel beside it, less one. An even width
    has two middles: the line runs in one, and the other, beside the line, is as far from the edge.
    """
    distance = cv2.distanceTransform(crack.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    rows, columns = np.nonzero(line)
    middle = distance[rows, columns]
    distance[rows, columns] = 0
    last = crack.shape[0] - 1, crack.shape[1] - 1
    beside = np.max(
        [
            distance[np.clip(rows + down, 0, last[0]), np.clip(columns + right, 0, last[1])]
            for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1))
        ],
        axis=0,
    )
    return np.rint(2 * middle - 1 + (beside >= middle)).astype(np.int64)


def _specks(crack: np.ndarray) -> int:
    around = cv2.boxFilter(crack.view(np.uint8), -1, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT)
    return int((crack & (around == 1)).sum())


def _brighter(grey: np.ndarray, crack: np.ndarray, *, usable: np.ndarray) -> float | None:
    near, far = (
        cv2.dilate(crack.view(np.uint8), np.ones((2 * reach + 1,) * 2, np.uint8)) > 0 for reach in (_NEAR, _FAR)
    )
    around = far & ~near & usable
    return float(grey[crack].mean() - grey[around].mean()) if around.any() else None


def _shift(grey: np.ndarray, line: np.ndarray, *, width: float) -> tuple[int, int] | None:
    """Where the centre line has to go to lie in the dark. The bar is high: cracks have neighbours and shadows."""
    rows, columns = np.nonzero(line[REACH:-REACH, REACH:-REACH])
    if len(rows) < _LEAST:
        return None
    every = -(-len(rows) // _POINTS)
    rows, columns = rows[::every] + REACH, columns[::every] + REACH
    fine = cv2.GaussianBlur(grey, (0, 0), _FINE)
    coarse = cv2.blur(fine, (_COARSE, _COARSE))
    moves = range(-REACH, REACH + 1, _STEP)
    light = np.array([[_light(fine, coarse, rows + down, columns + right) for right in moves] for down in moves])
    down, right = np.unravel_index(np.argmin(light), light.shape)
    here, there = light[len(moves) // 2, len(moves) // 2], light[down, right]
    found = moves[right], moves[down]
    far = max(map(abs, found)) >= max(4.0, width / 2 + 2)
    return found if far and there < DARK and here > there * STILL else None


def _light(fine: np.ndarray, coarse: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> float:
    return float(fine[rows, columns].mean() - coarse[rows, columns].mean())
