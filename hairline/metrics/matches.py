"""Precision, recall, F1 and IoU from four counts: every family of scores here is such a quadruple.

Strict, tolerant, skeleton and the MCFF-L scores differ only in what counts as "found". All functions take arrays of any
shape and give NaN where a score has no meaning; nothing divides by zero.
"""

from typing import NamedTuple

import numpy as np


class Matches(NamedTuple):
    """Pixels of one class; the first two judge the prediction, the last two the truth."""

    found_predicted: np.ndarray
    """Predicted pixels that are right."""
    predicted: np.ndarray
    found_true: np.ndarray
    """True pixels that were found."""
    true: np.ndarray


def as_matches(counts: np.ndarray) -> Matches:
    """[..., 4] -> the four counts, each [...]."""
    return Matches(*np.moveaxis(counts, -1, 0))


def wrong(matches: Matches) -> np.ndarray:
    """Predicted pixels that are not right."""
    return matches.predicted - matches.found_predicted


def missed(matches: Matches) -> np.ndarray:
    """True pixels that were not found."""
    return matches.true - matches.found_true


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """part / whole; NaN where the whole is empty."""
    part, whole = np.broadcast_arrays(np.asarray(part, float), np.asarray(whole, float))
    return np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)


def precision(matches: Matches) -> np.ndarray:
    """Share of the predicted pixels that is right; NaN where nothing is predicted, or nothing is true."""
    return ratio(matches.found_predicted, np.where(matches.true > 0, matches.predicted, 0))


def recall(matches: Matches) -> np.ndarray:
    """Share of the true pixels that was found; NaN where nothing is true."""
    return ratio(matches.found_true, matches.true)


def f1(matches: Matches) -> np.ndarray:
    """Harmonic mean of precision and recall: 0 for a total miss, NaN where nothing is true."""
    both, either = _products(matches)
    return ratio(2 * both, np.where(matches.true > 0, either, 0))


def iou(matches: Matches) -> np.ndarray:
    """1 / (1 / precision + 1 / recall - 1), which for strict counts is TP / (TP + FP + FN)."""
    both, either = _products(matches)
    return ratio(both, np.where(matches.true > 0, either - both, 0))


def _products(matches: Matches) -> tuple[np.ndarray, np.ndarray]:
    """Numerators of precision x recall and precision + recall over one denominator, so that only one division rounds.

    The second is 1 instead of 0 where nothing matches: the scores are then 0 / 1.
    """
    right, predicted, found, true = (np.asarray(part, float) for part in matches)
    either = right * true + found * predicted
    return right * found, np.where(either > 0, either, 1)


def line_iou(matches: Matches) -> np.ndarray:
    """TP / (TP + FP + FN) with TP counted on the truth, as lt-IoU is defined; NaN where nothing is true."""
    union = matches.true + wrong(matches)
    return ratio(matches.found_true, np.where(matches.true > 0, union, 0))


def prediction_iou(matches: Matches) -> np.ndarray:
    """TP / (TP + FP + FN) with TP counted on the prediction, as MCFF-L does; NaN where nothing is true."""
    union = matches.predicted + missed(matches)
    return ratio(matches.found_predicted, np.where(matches.true > 0, union, 0))
