"""Honest scores: counts per image, added up over the split, then divided once.

`score_image` turns one prediction into counts; everything else works on lists of those and needs no image again.
"""

from hairline.metrics.choose import best_threshold, precision_recall_curve
from hairline.metrics.definitions import definitions
from hairline.metrics.headline import headline_of
from hairline.metrics.intervals import bootstrap_interval, mean_interval, paired_test
from hairline.metrics.pool import measure, pool
from hairline.metrics.score import ImageScore, score_image

__all__ = [
    "ImageScore",
    "best_threshold",
    "bootstrap_interval",
    "definitions",
    "headline_of",
    "mean_interval",
    "measure",
    "paired_test",
    "pool",
    "precision_recall_curve",
    "score_image",
]
