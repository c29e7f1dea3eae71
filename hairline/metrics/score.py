"""What one image contributes to every score: a few small arrays of counts, and nothing of the image itself.

Counts add up: over images, over processes, in any order and any batch size. No score is ever averaged over batches.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hairline.classes import IGNORE
from hairline.errors import InputError
from hairline.metrics.counts import confusion_matrix
from hairline.metrics.lines import line_counts
from hairline.metrics.thresholds import BINS, split_histogram
from hairline.metrics.tolerance import legacy_counts, near_counts

LEGACY_BYTE = 103
"""MCFF-L's threshold of its tolerant scores, p > 0.4, on bytes: 0.4 is 102."""


@dataclass(frozen=True, eq=False)
class ImageScore:
    """Integer counts of one image. The axes named 4 are those of hairline.metrics.matches.Matches."""

    id: str
    tolerances: tuple[int, ...]
    confusion: np.ndarray
    """[C, C]: rows are true classes, columns predicted ones."""
    ignored: np.ndarray
    """[]: pixels left out because their mask is 255."""
    near: np.ndarray
    """[C - 1, T, 4]: per foreground class and tolerance."""
    legacy: np.ndarray
    """[C - 1, 4]: MCFF-L's tolerant counts at p > 0.4; a prediction without probability counts as 0 or 1."""
    histograms: np.ndarray | None
    """[C - 1, 2, 256]: probability bytes of the true and of the false pixels; None without probabilities."""
    inside: np.ndarray | None
    """[C - 1, 4]: centre lines inside the other mask (clDice); None without lines."""
    lines_near: np.ndarray | None
    """[C - 1, T, 4]: centre lines near each other (lt-IoU); None without lines."""

    @property
    def classes(self) -> int:
        return self.confusion.shape[0]

    def to_array(self) -> np.ndarray:
        """All of it but the id as one int64 vector, so that processes can exchange it; equal settings, equal length."""
        head = [self.classes, len(self.tolerances), self.histograms is not None, self.inside is not None]
        optional = [part for part in (self.histograms, self.inside, self.lines_near) if part is not None]
        parts = [head, self.tolerances, self.confusion, self.ignored, self.near, self.legacy, *optional]
        return np.concatenate([np.asarray(part, np.int64).ravel() for part in parts])

    @classmethod
    def from_array(cls, values: np.ndarray, *, id: str = "") -> "ImageScore":
        """The reverse of to_array."""
        classes, steps, has_histograms, has_lines = (int(value) for value in values[:4])
        foreground = classes - 1
        position = 4

        def take(*shape: int) -> np.ndarray:
            nonlocal position
            start, position = position, position + math.prod(shape)
            return values[start:position].reshape(shape)

        score = cls(
            id=id,
            tolerances=tuple(take(steps).tolist()),
            confusion=take(classes, classes),
            ignored=take(),
            near=take(foreground, steps, 4),
            legacy=take(foreground, 4),
            histograms=take(foreground, 2, BINS) if has_histograms else None,
            inside=take(foreground, 4) if has_lines else None,
            lines_near=take(foreground, steps, 4) if has_lines else None,
        )
        assert position == len(values), f"a score of {position} numbers came as {len(values)}"
        return score


def score_image(
    prediction: np.ndarray,
    mask: np.ndarray,
    *,
    classes: int,
    tolerances: Sequence[int],
    probability: np.ndarray | None = None,
    lines: bool = True,
    id: str = "",
) -> ImageScore:
    """Count one image: uint8 class ids [H, W] twice, and round(255 p) of each foreground class, uint8 [C - 1, H, W].

    Pixels whose mask is 255 take part in nothing: what is predicted there cannot change a score.
    """
    _check(prediction, mask, probability, classes)
    prediction, mask = np.ascontiguousarray(prediction), np.ascontiguousarray(mask)
    confusion, ignored_pixels = confusion_matrix(prediction, mask, classes=classes)
    ignored = mask == IGNORE if ignored_pixels else None
    tolerances = tuple(int(radius) for radius in tolerances)

    near = np.zeros((classes - 1, len(tolerances), 4), np.int64)
    legacy = np.zeros((classes - 1, 4), np.int64)
    histograms = None if probability is None else np.zeros((classes - 1, 2, BINS), np.int64)
    inside = np.zeros((classes - 1, 4), np.int64) if lines else None
    lines_near = np.zeros((classes - 1, len(tolerances), 4), np.int64) if lines else None

    for index in range(classes - 1):
        true = mask == index + 1
        predicted = _without(prediction == index + 1, ignored)
        for step, radius in enumerate(tolerances):
            near[index, step] = near_counts(predicted, true, radius=radius)
        if probability is None:
            legacy[index] = legacy_counts(predicted, true)
        else:
            plane = np.ascontiguousarray(probability[index])
            histograms[index] = split_histogram(plane, true, ignored)
            legacy[index] = legacy_counts(_without(plane >= LEGACY_BYTE, ignored), true)
        if lines:
            inside[index], lines_near[index] = line_counts(predicted, true, tolerances=tolerances)
    return ImageScore(
        id=id,
        tolerances=tolerances,
        confusion=confusion,
        ignored=np.array(ignored_pixels, np.int64),
        near=near,
        legacy=legacy,
        histograms=histograms,
        inside=inside,
        lines_near=lines_near,
    )


def _without(pixels: np.ndarray, ignored: np.ndarray | None) -> np.ndarray:
    return pixels if ignored is None else pixels & ~ignored


def _check(prediction: np.ndarray, mask: np.ndarray, probability: np.ndarray | None, classes: int) -> None:
    assert classes >= 2 and prediction.dtype == mask.dtype == np.uint8
    if prediction.shape != mask.shape or mask.ndim != 2 or mask.size == 0:
        raise InputError(
            f"prediction {prediction.shape}, mask {mask.shape}: expected one size, height by width; pair the files anew"
        )
    if probability is not None:
        assert probability.dtype == np.uint8
        expected = (classes - 1, *mask.shape)
        if probability.shape != expected:
            raise InputError(
                f"probability {probability.shape}: expected {expected}, one plane for each class but the background"
            )
