"""The table of all scores: name, meaning, formula. What a report prints and what the code computes is one list.

Rules for all of them. Counts are added up over the images of the split before anything is divided; the few means over
images (`ois`, and what is named `per_image`) say so. A class without a true pixel in the split has no precision,
recall, F1 or IoU: the score is None, never 0, and takes no part in a mean; what is wrongly predicted there is in `fp`
and in the false alarms. A class that exists but is nowhere predicted has no precision, and F1 and IoU of 0. Class 0 is
background; a crack-free image has no true pixel of any other class. Ignored pixels take part in nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from hairline.metrics import counts, images, matches, thresholds
from hairline.metrics.tally import Tally

Level = Literal["split", "class", "foreground", "tolerance"]
"""Of the whole split; of every class; of every class but background; of those, at every tolerance."""


@dataclass(frozen=True)
class Metric:
    name: str
    """With {t} where the tolerance in pixels stands."""
    level: Level
    meaning: str
    formula: Callable[..., np.ndarray]
    """(tally), (tally, class id) or (tally, class id, tolerance), by level -> one value per row of the tally."""
    needs: Literal["prediction", "probability", "lines"] = "prediction"
    """The score is None wherever this was not measured."""
    whole: bool = False
    """A number of things, not a share."""


def _count(tally: Tally, per_image: np.ndarray) -> np.ndarray:
    return tally.total(np.asarray(per_image, np.float64))


def _confusion_of_images(tally: Tally) -> np.ndarray:
    return tally.stack.field("confusion")


def _of_crack_free(tally: Tally, part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    crack_free = images.crack_free(_confusion_of_images(tally))
    return matches.ratio(_count(tally, part), _count(tally, crack_free * whole))


def _found_images(tally: Tally, class_id: int) -> np.ndarray:
    confusion = _confusion_of_images(tally)
    found, there = images.found_class(confusion, class_id), images.has_class(confusion, class_id)
    return matches.ratio(_count(tally, found), _count(tally, there))


def _per_image(score: Callable[[matches.Matches], np.ndarray]) -> Callable[[Tally, int], np.ndarray]:
    return lambda t, c: t.mean_over_images(score(counts.class_matches(_confusion_of_images(t), c)))


def _at_half(tally: Tally, class_id: int) -> matches.Matches:
    if "probability" not in tally.stack.measured:
        return tally.strict(class_id)
    at_all = thresholds.matches_at_thresholds(tally.histograms(class_id))
    return matches.Matches(*(part[:, thresholds.HALF] for part in at_all))


METRICS: tuple[Metric, ...] = (
    Metric("images", "split", "images scored", lambda t: _count(t, np.ones(len(t.stack))), whole=True),
    Metric(
        "crack_free_images",
        "split",
        "images whose pixels are all truly background",
        lambda t: _count(t, images.crack_free(_confusion_of_images(t))),
        whole=True,
    ),
    Metric("pixels", "split", "pixels scored", lambda t: images.pixels(t.field("confusion")), whole=True),
    Metric("ignored_pixels", "split", "pixels whose mask is 255", lambda t: t.field("ignored"), whole=True),
    Metric("accuracy", "split", "share of pixels of the right class", lambda t: counts.accuracy(t.field("confusion"))),
    Metric(
        "mean_iou",
        "split",
        "plain mean of IoU over the classes with a true pixel, background among them",
        lambda t: counts.mean_over_classes(t.field("confusion"), matches.iou),
    ),
    Metric(
        "mean_f1",
        "split",
        "plain mean of F1 over the classes with a true pixel, background among them",
        lambda t: counts.mean_over_classes(t.field("confusion"), matches.f1),
    ),
    Metric(
        "weighted_iou",
        "split",
        "mean of IoU weighted with each class's true pixels; background decides it",
        lambda t: counts.weighted_over_classes(t.field("confusion"), matches.iou),
    ),
    Metric(
        "weighted_f1",
        "split",
        "mean of F1 weighted with each class's true pixels; background decides it",
        lambda t: counts.weighted_over_classes(t.field("confusion"), matches.f1),
    ),
    Metric(
        "false_alarm_images",
        "split",
        "share of the crack-free images in which anything is predicted",
        lambda t: _of_crack_free(t, images.false_pixels(_confusion_of_images(t)) > 0, np.ones(len(t.stack))),
    ),
    Metric(
        "large_false_alarm_images",
        "split",
        f"share of the crack-free images in which more than {images.LARGE_ALARM:.1%} of the pixels is predicted",
        lambda t: _of_crack_free(t, images.large_alarm(_confusion_of_images(t)), np.ones(len(t.stack))),
    ),
    Metric(
        "false_alarm_pixels",
        "split",
        "share of the crack-free images' pixels that is predicted",
        lambda t: _of_crack_free(
            t, images.false_pixels(_confusion_of_images(t)), images.pixels(_confusion_of_images(t))
        ),
    ),
    Metric("support_pixels", "class", "true pixels of the class", lambda t, c: t.strict(c).true, whole=True),
    Metric(
        "support_images",
        "class",
        "images with a true pixel of the class",
        lambda t, c: _count(t, images.has_class(_confusion_of_images(t), c)),
        whole=True,
    ),
    Metric("tp", "class", "true pixels that are predicted", lambda t, c: t.strict(c).found_true, whole=True),
    Metric("fp", "class", "predicted pixels that are not true", lambda t, c: matches.wrong(t.strict(c)), whole=True),
    Metric("fn", "class", "true pixels that are not predicted", lambda t, c: matches.missed(t.strict(c)), whole=True),
    Metric("precision", "class", "TP / (TP + FP)", lambda t, c: matches.precision(t.strict(c))),
    Metric("recall", "class", "TP / (TP + FN)", lambda t, c: matches.recall(t.strict(c))),
    Metric("f1", "class", "2 TP / (2 TP + FP + FN)", lambda t, c: matches.f1(t.strict(c))),
    Metric("iou", "class", "TP / (TP + FP + FN)", lambda t, c: matches.iou(t.strict(c))),
    Metric(
        "found_images",
        "foreground",
        "share of the images with the class in which at least one of its pixels is found",
        _found_images,
    ),
    Metric("f1_per_image", "foreground", "mean of F1 over the images with the class", _per_image(matches.f1)),
    Metric("iou_per_image", "foreground", "mean of IoU over the images with the class", _per_image(matches.iou)),
    Metric(
        "ods",
        "foreground",
        "best F1 that one threshold for all images reaches; the threshold is chosen on these very images",
        lambda t, c: thresholds.best_f1(t.histograms(c)),
        needs="probability",
    ),
    Metric(
        "ods_threshold",
        "foreground",
        "that threshold; of several equal ones the nearest to 0.5",
        lambda t, c: thresholds.best_threshold(t.histograms(c)),
        needs="probability",
    ),
    Metric(
        "ois",
        "foreground",
        "mean over the images with the class of the best F1 that a threshold of its own gives each image",
        lambda t, c: t.mean_over_images(thresholds.best_f1(t.stack.histograms(c))),
        needs="probability",
    ),
    Metric(
        "ap",
        "foreground",
        "area under precision over recall, as a staircase over 256 thresholds",
        lambda t, c: thresholds.average_precision(t.histograms(c)),
        needs="probability",
    ),
    Metric(
        "cldice",
        "foreground",
        "harmonic mean of: share of the predicted centre line in the truth, share of the true one in the prediction",
        lambda t, c: matches.f1(t.inside(c)),
        needs="lines",
    ),
    Metric(
        "m_precision",
        "foreground",
        "MCFF-L's tolerant precision, at p > 0.4: predicted pixels in the truth grown by a 5 x 5 square",
        lambda t, c: matches.precision(t.legacy(c)),
    ),
    Metric(
        "m_recall",
        "foreground",
        "MCFF-L's recall, at p > 0.4, without tolerance",
        lambda t, c: matches.recall(t.legacy(c)),
    ),
    Metric("m_f1", "foreground", "harmonic mean of these two", lambda t, c: matches.f1(t.legacy(c))),
    Metric(
        "m_iou",
        "foreground",
        "MCFF-L's tolerant IoU: predicted pixels in the grown truth / union of prediction and truth; fat lines gain",
        lambda t, c: matches.prediction_iou(t.legacy(c)),
    ),
    Metric(
        "a_precision",
        "foreground",
        "MCFF-L's strict precision, at p > 0.5",
        lambda t, c: matches.precision(_at_half(t, c)),
    ),
    Metric(
        "a_recall",
        "foreground",
        "MCFF-L's strict recall, at p > 0.5",
        lambda t, c: matches.recall(_at_half(t, c)),
    ),
    Metric("a_f1", "foreground", "MCFF-L's strict F1, at p > 0.5", lambda t, c: matches.f1(_at_half(t, c))),
    Metric("a_iou", "foreground", "MCFF-L's strict IoU, at p > 0.5", lambda t, c: matches.iou(_at_half(t, c))),
    Metric(
        "precision_{t}px",
        "tolerance",
        "share of the predicted pixels with a true one within t pixels",
        lambda t, c, reach: matches.precision(t.near(c, reach)),
    ),
    Metric(
        "recall_{t}px",
        "tolerance",
        "share of the true pixels with a predicted one within t pixels",
        lambda t, c, reach: matches.recall(t.near(c, reach)),
    ),
    Metric("f1_{t}px", "tolerance", "harmonic mean of these two", lambda t, c, reach: matches.f1(t.near(c, reach))),
    Metric(
        "iou_{t}px",
        "tolerance",
        "1 / (1 / precision + 1 / recall - 1) of these two",
        lambda t, c, reach: matches.iou(t.near(c, reach)),
    ),
    Metric(
        "lt_iou_{t}px",
        "tolerance",
        "IoU of the centre lines, a pixel counting as found if the other line passes within t pixels",
        lambda t, c, reach: matches.line_iou(t.lines_near(c, reach)),
        needs="lines",
    ),
)


def definitions() -> list[dict[str, str]]:
    """One row per score for a report to print: name, of what, meaning, what it needs."""
    return [
        {"name": metric.name, "level": metric.level, "meaning": metric.meaning, "needs": metric.needs}
        for metric in METRICS
    ]
