"""What a prediction holds, in numbers."""

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Found:
    shares: list[float]
    """Of all pixels, by class id."""
    pieces: list[int]
    """Connected ones, corners included, by class id; of the background 0."""


def measure(ids: np.ndarray, *, classes: int) -> Found:
    counts = np.bincount(ids.ravel(), minlength=classes)
    pieces = [0] * classes
    for class_id in np.flatnonzero(counts).tolist():
        if class_id:
            pieces[class_id] = cv2.connectedComponents((ids == class_id).astype(np.uint8), connectivity=8)[0] - 1
    return Found((counts / ids.size).tolist(), pieces)


def percent(share: float) -> str:
    """For people: 0 %, <0.01 %, 0.31 %, 12 %."""
    if 0 < share < 0.0001:
        return "<0.01 %"
    return f"{100 * share:.2f} %" if 0 < share < 0.1 else f"{100 * share:.0f} %"
