"""What can be said of whole images: was the crack found at all, and is a crack seen where there is none?

Each function maps confusion matrices [N, C, C] to one number per image, [N].
"""

import numpy as np

LARGE_ALARM = 0.001
"""A predicted share of a crack-free image above this is more than a few stray pixels."""


def pixels(confusion: np.ndarray) -> np.ndarray:
    """Pixels that are not ignored."""
    return confusion.sum((-2, -1))


def crack_free(confusion: np.ndarray) -> np.ndarray:
    """Has pixels, and all of them are truly background."""
    all_pixels = pixels(confusion)
    return (all_pixels > 0) & (confusion[:, 0].sum(-1) == all_pixels)


def false_pixels(confusion: np.ndarray) -> np.ndarray:
    """Predicted foreground in crack-free images; 0 in all others."""
    return np.where(crack_free(confusion), confusion[:, 0, 1:].sum(-1), 0)


def large_alarm(confusion: np.ndarray) -> np.ndarray:
    return false_pixels(confusion) > LARGE_ALARM * pixels(confusion)


def has_class(confusion: np.ndarray, class_id: int) -> np.ndarray:
    return confusion[:, class_id].sum(-1) > 0


def found_class(confusion: np.ndarray, class_id: int) -> np.ndarray:
    """At least one of the image's true pixels of the class is predicted."""
    return confusion[:, class_id, class_id] > 0
