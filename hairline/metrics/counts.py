"""Strict counts: the confusion matrix of one image, and the scores that need more than one class of it."""

from collections.abc import Callable

import cv2
import numpy as np

from hairline.classes import IGNORE
from hairline.errors import InputError
from hairline.metrics.matches import Matches, ratio
from hairline.metrics.tolerance import count


def confusion_matrix(prediction: np.ndarray, mask: np.ndarray, *, classes: int) -> tuple[np.ndarray, int]:
    """[H, W] class ids twice -> int64 [C, C], a row per true class, a column per predicted; and the ignored pixels."""
    if prediction.max() >= classes:
        raise InputError(f"prediction: class id {prediction.max()} found, expected 0 to {classes - 1}")
    if classes == 2:
        return _binary_confusion(prediction, mask)
    pairs = mask.ravel().astype(np.int64) * classes + prediction.ravel()
    table = np.bincount(pairs, minlength=256 * classes).reshape(256, classes)
    strange = np.flatnonzero(table[classes:IGNORE].sum(axis=1))
    if strange.size:
        raise _unknown_id(int(strange[0]) + classes, classes)
    return table[:classes], int(table[IGNORE].sum())


def _binary_confusion(prediction: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, int]:
    """The same from a few passes over bytes: several times faster than counting pairs."""
    true = mask == 1
    predicted = prediction == 1
    true_pixels = count(true)
    ignored = cv2.countNonZero(mask) - true_pixels
    if ignored:
        valid = mask != IGNORE
        if mask.size - count(valid) != ignored:
            raise _unknown_id(int(mask[(mask > 1) & valid][0]), 2)
        predicted &= valid
    predicted_pixels = count(predicted)
    tp = count(true & predicted)
    fp = predicted_pixels - tp
    fn = true_pixels - tp
    return np.array([[mask.size - ignored - tp - fp - fn, fp], [fn, tp]], np.int64), ignored


def _unknown_id(found: int, classes: int) -> InputError:
    return InputError(f"mask: class id {found} found, expected 0 to {classes - 1}, or {IGNORE} for pixels to ignore")


def class_matches(confusion: np.ndarray, class_id: int) -> Matches:
    """[..., C, C] -> the four counts of one class against all others."""
    hits = confusion[..., class_id, class_id]
    return Matches(hits, confusion[..., class_id].sum(-1), hits, confusion[..., class_id, :].sum(-1))


def accuracy(confusion: np.ndarray) -> np.ndarray:
    return ratio(np.trace(confusion, axis1=-2, axis2=-1), confusion.sum((-2, -1)))


def mean_over_classes(confusion: np.ndarray, score: Callable[[Matches], np.ndarray]) -> np.ndarray:
    """The plain mean of a score over the classes that have a true pixel."""
    present = confusion.sum(-1) > 0
    return ratio(np.where(present, _of_all_classes(confusion, score), 0).sum(-1), present.sum(-1))


def weighted_over_classes(confusion: np.ndarray, score: Callable[[Matches], np.ndarray]) -> np.ndarray:
    """The mean of a score weighted with each class's true pixels."""
    true = confusion.sum(-1)
    return ratio((np.where(true > 0, _of_all_classes(confusion, score), 0) * true).sum(-1), true.sum(-1))


def _of_all_classes(confusion: np.ndarray, score: Callable[[Matches], np.ndarray]) -> np.ndarray:
    """[..., C, C] -> [..., C]"""
    return np.stack([score(class_matches(confusion, class_id)) for class_id in range(confusion.shape[-1])], axis=-1)
