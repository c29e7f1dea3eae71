"""Counts of many images, added up: the one thing that every score reads.

A tally has one row per weighting of its images: a single row of ones for the plain sum, a row per resample for the
bootstrap. A field is stacked and added up when a score first asks for it.
"""

from collections.abc import Sequence

import numpy as np

from hairline.errors import InputError
from hairline.metrics.counts import class_matches
from hairline.metrics.matches import Matches, as_matches, ratio
from hairline.metrics.score import ImageScore


class Stack:
    """The counts of N images, each kind as one array [N, ...] of floats: sums of whole numbers stay exact to 2^53."""

    def __init__(self, scores: Sequence[ImageScore]) -> None:
        if not scores:
            raise InputError(
                "no image to score: the split is empty; see the columns `split` and `mask` of its manifest"
            )
        kinds = {(score.classes, score.tolerances, score.histograms is None, score.inside is None) for score in scores}
        if len(kinds) > 1:
            raise InputError(
                "scores differ in classes, tolerances, probabilities or lines: score all images the same way"
            )
        self.scores = tuple(scores)
        self.classes, self.tolerances, no_probability, no_lines = kinds.pop()
        self.measured = {"prediction", *(() if no_probability else ("probability",)), *(() if no_lines else ("lines",))}
        self._fields: dict[str, np.ndarray] = {}

    def __len__(self) -> int:
        return len(self.scores)

    def field(self, name: str) -> np.ndarray:
        """One field of ImageScore for all images, [N, ...]."""
        if name not in self._fields:
            self._fields[name] = np.stack([getattr(score, name) for score in self.scores]).astype(np.float64)
        return self._fields[name]

    def histograms(self, class_id: int) -> np.ndarray:
        """[N, 2, 256]"""
        return self.field("histograms")[:, class_id - 1]


class Tally:
    """Sums over a stack of N images, once for each row of weights [R, N]."""

    def __init__(self, stack: Stack, weights: np.ndarray) -> None:
        self.stack = stack
        self.weights = weights
        self._sums: dict[str, np.ndarray] = {}

    @property
    def rows(self) -> int:
        return len(self.weights)

    def total(self, values: np.ndarray) -> np.ndarray:
        """Something of each image [N, ...] -> its sum per weighting [R, ...]."""
        return (self.weights @ values.reshape(len(values), -1)).reshape(self.rows, *values.shape[1:])

    def mean_over_images(self, values: np.ndarray) -> np.ndarray:
        """Scores of the images [N], NaN where an image has none -> their mean [R]; NaN if no image has one."""
        has = np.isfinite(values)
        images = self.total(has.astype(np.float64))
        summed = self.total(np.where(has, values, 0.0))
        return ratio(summed, images)

    def field(self, name: str) -> np.ndarray:
        if name not in self._sums:
            self._sums[name] = self.total(self.stack.field(name))
        return self._sums[name]

    def strict(self, class_id: int) -> Matches:
        return class_matches(self.field("confusion"), class_id)

    def near(self, class_id: int, tolerance: int) -> Matches:
        return self._matches("near", class_id, self.stack.tolerances.index(tolerance))

    def lines_near(self, class_id: int, tolerance: int) -> Matches:
        return self._matches("lines_near", class_id, self.stack.tolerances.index(tolerance))

    def inside(self, class_id: int) -> Matches:
        return self._matches("inside", class_id)

    def legacy(self, class_id: int) -> Matches:
        return self._matches("legacy", class_id)

    def histograms(self, class_id: int) -> np.ndarray:
        """[R, 2, 256]"""
        return self.field("histograms")[:, class_id - 1]

    def _matches(self, name: str, class_id: int, *place: int) -> Matches:
        return as_matches(self.field(name)[(slice(None), class_id - 1, *place)])
