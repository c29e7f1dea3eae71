"""Counts that forgive a small displacement: a pixel is right if the other mask has one within t pixels.

Near is Euclidean: the other mask is grown by a disc of radius t. The scores of MCFF-L, which grow only the truth and by
a square, stand apart: they reward fat predictions and are kept for comparison with that paper alone.
"""

from functools import cache

import cv2
import numpy as np

LEGACY_REACH = 2
"""MCFF-L pools the truth with 5 x 5: 2 px each way, corners included."""


@cache
def _disc(radius: int) -> np.ndarray:
    """Offsets at most `radius` away; cv2's own ellipse has corners beyond."""
    rows, columns = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    return (rows**2 + columns**2 <= radius**2).astype(np.uint8)


def count(pixels: np.ndarray) -> int:
    """Set pixels of a boolean [H, W]; twice as fast as numpy's."""
    return cv2.countNonZero(pixels.view(np.uint8))


def grow(pixels: np.ndarray, radius: int) -> np.ndarray:
    """Boolean [H, W] -> boolean [H, W]: everything within `radius` of a set pixel."""
    if radius == 0:
        return pixels
    return cv2.dilate(pixels.view(np.uint8), _disc(radius)).view(bool)


def near_counts(predicted: np.ndarray, true: np.ndarray, *, radius: int) -> list[int]:
    """Boolean [H, W] twice -> [predicted near truth, predicted, true near prediction, true]."""
    near_true = count(true & grow(predicted, radius))
    near_predicted = count(predicted & grow(true, radius))
    return [near_predicted, count(predicted), near_true, count(true)]


def legacy_counts(predicted: np.ndarray, true: np.ndarray) -> list[int]:
    """The same with MCFF-L's square around the truth, and no tolerance for the truth's own pixels."""
    side = 2 * LEGACY_REACH + 1
    square = cv2.dilate(true.view(np.uint8), np.ones((side, side), np.uint8)).view(bool)
    return [count(pixels) for pixels in (predicted & square, predicted, predicted & true, true)]
