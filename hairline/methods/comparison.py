"""Is one arm of a study better than another, or is it chance? Paired, on the same test pictures."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hairline.methods.evaluation import Task, load_scores
from hairline.metrics import mean_interval, paired_test

COMPARED = ("f1", "f1_2px", "iou", "mean_iou")


def compare_arms(folders: Mapping[Task, Path], *, resamples: int) -> dict[str, Any]:
    """For each arm that has a reference: its score minus that one's, by repeat and over the repeats.

    One repeat has an interval over its images. Several have Student's interval over the repeats, which also holds the
    chance of the training.
    """
    scores = {(task.arm.name, task.repeat): load_scores(folder / "scores.npz") for task, folder in folders.items()}
    compared: dict[str, Any] = {}
    for arm in dict.fromkeys(task.arm for task in folders):
        if not arm.reference:
            continue
        pairs = [
            (scores[arm.name, task.repeat], scores[arm.reference, task.repeat])
            for task in folders
            if task.arm == arm and (arm.reference, task.repeat) in scores
        ]
        if not pairs:
            continue
        compared[arm.name] = {"reference": arm.reference}
        for name in COMPARED:
            tests = [paired_test(own, other, name, resamples=resamples, seed=0) for own, other in pairs]
            compared[arm.name][name] = _over_repeats(tests)
    return compared


def _over_repeats(tests: Sequence[dict[str, float | None]]) -> dict[str, Any]:
    if len(tests) == 1:
        return {**tests[0], "over": "images"}
    differences = [test["difference"] for test in tests if test["difference"] is not None]
    if not differences:
        return {"difference": None, "low": None, "high": None, "p_value": None, "over": "repeats"}
    mean, low, high = mean_interval(differences)
    return {"difference": mean, "low": low, "high": high, "p_value": None, "over": "repeats", "repeats": differences}
