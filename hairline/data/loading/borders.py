"""Ignore what nobody can label exactly: a band along the borders of areas, or round cracks. For training alone.

Scores are counted on labels as they were drawn: a network that is excused from borders there looks better than it is.
"""

import cv2
import numpy as np

from hairline.classes import IGNORE

_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
_DISK = np.hypot(*np.mgrid[-2:3, -2:3]) <= 2
"""Radius 2: 13 pixels."""


def ignore_borders(mask: np.ndarray, *, crack: int, areas: int = 0, cracks: int = 0) -> np.ndarray:
    """uint8 [H, W] class ids -> the same with 255 in bands; pixels of `crack` all stay, and so does every class.

    `areas`: pixels on each side of a border between an area and another area or the background. A crack is no border:
    through spalling it leaves the spalling whole. `cracks`: pixels round a crack, outside it.
    """
    band = np.zeros(mask.shape, bool)
    line = mask == crack
    if areas:
        band |= _beside_areas(_without(mask, line | (mask == IGNORE)), areas)
    if cracks and line.any():
        band |= _distance(~line) <= cracks
    return np.where(band & ~line, np.uint8(IGNORE), mask)


def _without(mask: np.ndarray, taken_away: np.ndarray) -> np.ndarray:
    """The mask as if what is taken away belonged to what lies nearest."""
    if not taken_away.any() or taken_away.all():
        return mask
    _, nearest = cv2.distanceTransformWithLabels(
        taken_away.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    class_of = np.zeros(int(nearest.max()) + 1, np.uint8)
    class_of[nearest[~taken_away]] = mask[~taken_away]
    return class_of[nearest]


def _beside_areas(filled: np.ndarray, width: int) -> np.ndarray:
    band = np.zeros(filled.shape, bool)
    present = np.flatnonzero(np.bincount(filled.ravel(), minlength=256)[:IGNORE])
    if len(present) < 2:
        return band
    for id in present[present > 0].tolist():
        area = filled == id
        band |= (_distance(area) <= width) & area
        band |= (_distance(~area) <= width) & ~area
    return band


def _distance(where: np.ndarray) -> np.ndarray:
    """[H, W] pixels to the nearest one that is not `where`; beyond the picture there is none."""
    return cv2.distanceTransform(where.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)


def legacy_borders(mask: np.ndarray, *, crack: int) -> np.ndarray:
    """CrackSense's step, to reproduce it and for nothing else: where there is a crack, it DELETES all other classes.

    They become background, and three pixels round each crack are ignored. A mask without a crack stays as it is.
    The authors did so to training, validation and test labels alike, which flattered their scores too.
    """
    line = (mask == crack).astype(np.uint8)
    if not line.any():
        return mask
    edge = cv2.morphologyEx(line, cv2.MORPH_GRADIENT, _CROSS)  # where the 4-neighbour Laplacian is not zero
    ring = cv2.dilate(edge, _DISK.astype(np.uint8)) > 0
    ids = np.where(ring | (mask == IGNORE), np.uint8(IGNORE), np.uint8(0))
    ids[line > 0] = crack
    return ids
