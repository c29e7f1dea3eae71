"""The ways to show what was found in a photograph."""

import cv2
import numpy as np

PICTURE_SHARE, MASK_SHARE = 0.7, 0.3
OUTLINE = 2  # pixels


def side_by_side(image: np.ndarray, ids: np.ndarray, colours: np.ndarray, *, gap: int) -> np.ndarray:
    """Photograph [H, W, 3] | mask in the colours of the classes."""
    between = np.full((len(image), gap, 3), 255, np.uint8)
    return np.concatenate([image, between, colours[ids]], axis=1)


def overlay(image: np.ndarray, ids: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """0.7 of the photograph and 0.3 of the mask; the background is black, so what was found stands out bright."""
    return cv2.addWeighted(image, PICTURE_SHARE, colours[ids], MASK_SHARE, 0)


def contours(image: np.ndarray, ids: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """A line around every piece. It runs just outside, so that a thin crack is seen between its lines."""
    drawn = image.copy()
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * OUTLINE + 1, 2 * OUTLINE + 1))
    for class_id in np.unique(ids[ids > 0]).tolist():
        inside = (ids == class_id).astype(np.uint8)
        drawn[cv2.dilate(inside, around) > inside] = colours[class_id]
    return drawn
