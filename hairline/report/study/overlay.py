"""Where a prediction is right, too much and too little, drawn over the photograph.

Found is blue, false alarm vermilion, missed yellow.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from hairline import palette
from hairline.classes import IGNORE

FOUND, FALSE_ALARM, MISSED = (palette.rgb(colour) for colour in (palette.FOUND, palette.FALSE_ALARM, palette.MISSED))
LEGEND = (("found", FOUND), ("false alarm", FALSE_ALARM), ("missed", MISSED))
LEGEND_HEIGHT = 18


def draw_overlay(image: np.ndarray, mask: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """[H, W, 3] RGB, [H, W] class ids twice -> photograph and coloured photograph side by side, with a legend."""
    dimmed = (image.astype(np.float32) * 0.55 + 255 * 0.15).astype(np.uint8)
    valid = mask != IGNORE
    true, predicted = valid & (mask > 0), valid & (prediction > 0)
    dimmed[true & (prediction == mask)] = FOUND
    dimmed[predicted & (prediction != mask)] = FALSE_ALARM
    dimmed[true & ~predicted] = MISSED
    pictures = np.concatenate([image, np.full((len(image), 4, 3), 255, np.uint8), dimmed], axis=1)
    return np.concatenate([pictures, _legend(pictures.shape[1])], axis=0)


def choose_pictures(ids: Sequence[str], scores: Sequence[float | None], *, count: int) -> list[str]:
    """Half the worst, the rest spread evenly from bad to good; pictures without a score come last."""
    score_of = dict(zip(ids, scores, strict=True))
    order = sorted(ids, key=lambda each: (score_of[each] is None, score_of[each] or 0.0, each))
    worst = order[: (count + 1) // 2]
    rest = order[len(worst) :]
    spread = np.linspace(0, len(rest) - 1, min(count - len(worst), len(rest))).round().astype(int)
    return worst + [rest[index] for index in sorted(set(spread.tolist()))]


def _legend(width: int) -> np.ndarray:
    strip = np.full((LEGEND_HEIGHT, width, 3), 255, np.uint8)
    x = 4
    for text, colour in LEGEND:
        cv2.rectangle(strip, (x, 4), (x + 10, 14), colour, -1)
        cv2.putText(strip, text, (x + 14, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.35, (0, 0, 0), 1, cv2.LINE_AA)
        x += 24 + 7 * len(text)
    return strip
