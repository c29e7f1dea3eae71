"""Every threshold at once: two histograms of the probability bytes, one of the true pixels, one of the false.

Threshold k in 0..255 predicts all pixels whose byte round(255 p) is at least k, which is p >= (k - 0.5) / 255: this
number, not k / 255, gives the same prediction for a byte and for the probability it was rounded from.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from hairline.metrics.matches import Matches, f1, precision, ratio, recall

BINS = 256
HALF = BINS // 2
"""p >= 0.5"""
EXACT_IN_FLOAT32 = 2**24  # cv2 counts into float32


def histogram(values: np.ndarray) -> np.ndarray:
    """Contiguous uint8 of any shape -> int64 [256]; faster than numpy's bincount on a whole image."""
    flat = values.reshape(-1, 1)
    total = np.zeros(BINS, np.int64)
    for start in range(0, len(flat), EXACT_IN_FLOAT32):
        part = flat[start : start + EXACT_IN_FLOAT32]
        total += cv2.calcHist([part], [0], None, [BINS], [0, BINS]).ravel().astype(np.int64)
    return total


def split_histogram(probability: np.ndarray, true: np.ndarray, ignored: np.ndarray | None) -> np.ndarray:
    """uint8 [H, W] and boolean [H, W] -> int64 [2, 256]: bytes of the true pixels, of the false ones."""
    on_true = np.bincount(probability[true], minlength=BINS)
    on_false = histogram(probability) - on_true
    if ignored is not None:
        on_false -= np.bincount(probability[ignored], minlength=BINS)
    return np.stack([on_true, on_false])


def matches_at_thresholds(histograms: np.ndarray) -> Matches:
    """[..., 2, 256] -> the four counts at every threshold, each [..., 256]."""
    at_least = np.cumsum(histograms[..., ::-1], axis=-1)[..., ::-1]
    hits = at_least[..., 0, :]
    return Matches(hits, at_least.sum(-2), hits, np.broadcast_to(hits[..., :1], hits.shape))


def best_f1(histograms: np.ndarray) -> np.ndarray:
    """[..., 2, 256] -> the highest F1 that one threshold reaches, [...]."""
    return f1(matches_at_thresholds(histograms)).max(-1)


def best_threshold(histograms: np.ndarray) -> np.ndarray:
    """[..., 2, 256] -> where that is, as a probability, [...]; of equal ones the nearest to 0.5; NaN without truth."""
    scores = f1(matches_at_thresholds(histograms))
    best = scores.max(-1, keepdims=True)
    distance = np.abs(np.arange(BINS) - HALF)
    byte = np.where(scores == best, distance, BINS).argmin(-1)
    return np.where(np.isnan(best[..., 0]), np.nan, as_probability(byte))


def central_threshold(histograms: np.ndarray, *, margin: float) -> np.ndarray:
    """[..., 2, 256] -> the middle of those whose F1 is at most `margin` below the best; NaN without truth."""
    scores = f1(matches_at_thresholds(histograms))
    best = scores.max(-1, keepdims=True)
    near = scores >= best - margin
    return np.where(
        np.isnan(best[..., 0]), np.nan, ratio((near * as_probability(np.arange(BINS))).sum(-1), near.sum(-1))
    )


def as_probability(byte: np.ndarray) -> np.ndarray:
    """Threshold on bytes -> the same threshold on probabilities; HALF is 0.5."""
    return np.maximum((byte - 0.5) / (BINS - 1), 0.0)


def average_precision(histograms: np.ndarray) -> np.ndarray:
    """[..., 2, 256] -> the area under precision over recall as a staircase: no straight lines between thresholds."""
    hits, predicted, _, true = matches_at_thresholds(histograms)
    gained = histograms[..., 0, :]  # true pixels that each threshold adds to the one above it
    return ratio((np.nan_to_num(ratio(hits, predicted), nan=0.0) * gained).sum(-1), true[..., 0])


def curve(histograms: np.ndarray, *, points: int) -> list[dict[str, float]]:
    """[2, 256] -> rows of threshold, precision and recall, thresholds rising; none where nothing is predicted."""
    matches = matches_at_thresholds(histograms)
    columns = zip(as_probability(np.arange(BINS)), precision(matches), recall(matches), strict=True)
    rows = [{"threshold": float(t), "precision": float(p), "recall": float(r)} for t, p, r in columns if np.isfinite(p)]
    return [rows[index] for index in _evenly(len(rows), points)]


def _evenly(length: int, points: int) -> Sequence[int]:
    """Indices of at most `points` entries, the first and the last among them."""
    assert points >= 2
    if length <= points:
        return range(length)
    return [round(step * (length - 1) / (points - 1)) for step in range(points)]
