"""The scores of a split: all of them for the report, a few by name for training and for tests."""

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from hairline.errors import InputError, did_you_mean
from hairline.metrics.definitions import METRICS, Level, Metric
from hairline.metrics.score import ImageScore
from hairline.metrics.tally import Stack, Tally


def pool(scores: Sequence[ImageScore], class_names: Sequence[str]) -> dict[str, Any]:
    """Every score, ready for JSON: those of the split by name, `confusion`, and `classes` with those of each class.

    `confusion` has a row per true class and a column per predicted one. A score that does not exist is None.
    """
    tally = plain_sum(scores)
    if len(class_names) != tally.stack.classes:
        raise InputError(f"{len(class_names)} class names given for scores of {tally.stack.classes} classes")
    confusion = [[int(count) for count in row] for row in tally.field("confusion")[0]]
    classes = {name: of_class(tally, class_id) for class_id, name in enumerate(class_names)}
    return {**_of_levels(tally, 0, {"split"}), "confusion": confusion, "classes": classes}


def measure(scores: Sequence[ImageScore], names: Sequence[str], *, class_id: int = 1) -> dict[str, float | None]:
    """Only the named scores, of the split or of one class: for validation while a network trains."""
    tally = plain_sum(scores)
    content: dict[str, float | None] = {}
    for name in names:
        metric, reach = _find(name, tally.stack.tolerances, class_id)
        content[name] = _plain(metric, _evaluate(metric, tally, class_id, reach)[0])
    return content


def plain_sum(scores: Sequence[ImageScore]) -> Tally:
    return Tally(Stack(scores), np.ones((1, len(scores))))


def of_class(tally: Tally, class_id: int) -> dict[str, Any]:
    """All scores of one class by name."""
    return _of_levels(tally, class_id, {"class"} if class_id == 0 else {"class", "foreground", "tolerance"})


def values_of(tally: Tally, name: str, *, class_id: int) -> np.ndarray:
    """A score by its name, such as mean_iou or f1_2px -> one value per row of the tally; NaN: it does not exist."""
    metric, reach = _find(name, tally.stack.tolerances, class_id)
    return _evaluate(metric, tally, class_id, reach)


def as_number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _of_levels(tally: Tally, class_id: int, levels: set[Level]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for metric in METRICS:
        if metric.level in levels:
            for reach in _reaches(metric, tally.stack.tolerances):
                value = _evaluate(metric, tally, class_id, reach)[0]
                content[metric.name.format(t=reach)] = _plain(metric, value)
    return content


def _plain(metric: Metric, value: float) -> float | None:
    return int(value) if metric.whole else as_number(value)


def _find(name: str, tolerances: tuple[int, ...], class_id: int) -> tuple[Metric, int | None]:
    for metric in METRICS:
        for reach in _reaches(metric, tolerances):
            if metric.name.format(t=reach) == name:
                if metric.level in ("foreground", "tolerance") and class_id == 0:
                    raise InputError(f"{name}: not defined for background, class 0; ask for another class")
                return metric, reach
    raise _unknown_name(name, tolerances)


def _reaches(metric: Metric, tolerances: tuple[int, ...]) -> Sequence[int | None]:
    return tolerances if metric.level == "tolerance" else (None,)


def _evaluate(metric: Metric, tally: Tally, class_id: int, reach: int | None) -> np.ndarray:
    if metric.needs not in tally.stack.measured:
        return np.full(tally.rows, np.nan)
    match metric.level:
        case "split":
            return metric.formula(tally)
        case "tolerance":
            return metric.formula(tally, class_id, reach)
        case _:
            return metric.formula(tally, class_id)


def _unknown_name(name: str, tolerances: tuple[int, ...]) -> InputError:
    pattern = re.sub(r"_\d+px$", "_{t}px", name)
    if pattern != name and any(metric.name == pattern for metric in METRICS):
        return InputError(f"{name}: measured only at {', '.join(map(str, tolerances)) or 'no'} px; add the tolerance")
    known = [metric.name for metric in METRICS]
    hint = did_you_mean(name, known).rstrip() or f"known: {', '.join(known)}"
    return InputError(f"{name}: no such score; {hint}")
