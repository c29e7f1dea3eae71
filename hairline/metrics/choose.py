"""The operating point: a threshold chosen on val, and the curve that shows what it trades."""

from collections.abc import Sequence

import numpy as np

from hairline.errors import InputError
from hairline.metrics import thresholds
from hairline.metrics.pool import as_number, plain_sum
from hairline.metrics.score import ImageScore


def best_threshold(
    scores: Sequence[ImageScore], *, class_id: int = 1, margin: float = 0.0
) -> tuple[float, float | None]:
    """The threshold with the highest F1 of the summed counts, and that F1; (0.5, None) where the class is absent.

    With a margin it is the middle of all thresholds whose F1 is at most so far below: over few pictures F1 is flat, and
    where its highest point lies is chance.
    Predict where p >= threshold, p the probability itself or byte / 255: it lies half way between two bytes.
    """
    histograms = _summed_histograms(scores, class_id)
    score = as_number(thresholds.best_f1(histograms))
    if score is None:
        return 0.5, None
    middle = (
        thresholds.central_threshold(histograms, margin=margin) if margin else thresholds.best_threshold(histograms)
    )
    return float(middle), score


def precision_recall_curve(
    scores: Sequence[ImageScore], *, class_id: int = 1, points: int = thresholds.BINS
) -> list[dict[str, float]]:
    """At most `points` rows of threshold, precision and recall, thresholds rising; empty where the class is absent."""
    return thresholds.curve(_summed_histograms(scores, class_id), points=points)


def _summed_histograms(scores: Sequence[ImageScore], class_id: int) -> np.ndarray:
    """[2, 256]"""
    tally = plain_sum(scores)
    if "probability" not in tally.stack.measured:
        raise InputError("these scores know no probabilities: pass `probability` when scoring the images")
    return tally.histograms(class_id)[0]
