"""Is one arm of a study better than another, or is it chance? Paired, on the same test pictures."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from hairline.config import ArmPlan, Repeat
from hairline.methods.evaluation import Task, load_scores
from hairline.metrics import ImageScore, headline_of, mean_interval, paired_test

COMPARED = ("f1", "f1_2px", "iou", "mean_iou")

Scores = Mapping[ArmPlan, Mapping[Repeat, Sequence[ImageScore]]]


def compare_arms(folders: Mapping[Task, Path], *, resamples: int) -> dict[str, Any]:
    """Each arm that has a reference minus that one, and those of one reference minus each other.

    One repeat has an interval over its images. Several have Student's interval over the repeats, which also holds the
    chance of the training.
    """
    scores: dict[ArmPlan, dict[Repeat, list[ImageScore]]] = {}
    for task, folder in folders.items():
        scores.setdefault(task.arm, {})[task.repeat] = load_scores(folder / "scores.npz")
    return {"to_reference": _to_reference(scores, resamples), "to_each_other": _to_each_other(scores, resamples)}


def _to_reference(scores: Scores, resamples: int) -> dict[str, Any]:
    by_name = {arm.name: arm for arm in scores}
    compared: dict[str, Any] = {}
    for arm in scores:
        reference = by_name.get(arm.reference)
        if reference and scores[arm].keys() & scores[reference].keys():
            tests = {name: _difference(scores[arm], scores[reference], name, resamples) for name in COMPARED}
            compared[arm.name] = {"reference": reference.name, **tests}
    return compared


def _to_each_other(scores: Scores, resamples: int) -> list[dict[str, Any]]:
    """By the score that the study is judged by; a later arm minus an earlier one."""
    compared = []
    for earlier, later in combinations(scores, 2):
        if later.reference and later.reference == earlier.reference and scores[later].keys() & scores[earlier].keys():
            name = headline_of(next(iter(scores[later].values()))[0].classes)
            test = _difference(scores[later], scores[earlier], name, resamples)
            compared.append({"arm": later.name, "minus": earlier.name, "score": name, **test})
    return compared


def _difference(
    own: Mapping[Repeat, Sequence[ImageScore]],
    other: Mapping[Repeat, Sequence[ImageScore]],
    name: str,
    resamples: int,
) -> dict[str, Any]:
    tests = [
        paired_test(own[repeat], other[repeat], name, resamples=resamples, seed=0) for repeat in own if repeat in other
    ]
    if len(tests) == 1:
        return {**tests[0], "over": "images"}
    differences = [test["difference"] for test in tests if test["difference"] is not None]
    if not differences:
        return {"difference": None, "low": None, "high": None, "p_value": None, "over": "repeats"}
    mean, low, high = mean_interval(differences)
    return {"difference": mean, "low": low, "high": high, "p_value": None, "over": "repeats", "repeats": differences}
