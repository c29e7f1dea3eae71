"""Is one arm of a study better than another, or is it chance? Paired, on the same test pictures."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hairline.config import Repeat
from hairline.methods.evaluation import load_scores
from hairline.metrics import mean_interval, paired_test

COMPARED = ("f1", "f1_2px", "iou", "mean_iou")


def compare_arms(
    folders: Mapping[str, Mapping[Repeat, Path]], *, reference: str, classes: Sequence[str], resamples: int
) -> dict[str, Any]:
    """For each arm but the reference: score minus the reference's, by repeat and over the repeats.

    One repeat has an interval over its images. Several have Student's interval over the repeats, which also holds the
    chance of the training.
    """
    by_repeat = {repeat: load_scores(folder / "scores.npz") for repeat, folder in folders[reference].items()}
    compared: dict[str, Any] = {}
    for arm, runs in folders.items():
        if arm == reference:
            continue
        compared[arm] = {}
        for name in COMPARED:
            tests = [
                paired_test(load_scores(folder / "scores.npz"), by_repeat[repeat], name, resamples=resamples, seed=0)
                for repeat, folder in runs.items()
            ]
            compared[arm][name] = _over_repeats(tests)
    return {"reference": reference, "class": classes[1], "arms": compared}


def _over_repeats(tests: Sequence[dict[str, float | None]]) -> dict[str, Any]:
    if len(tests) == 1:
        return {**tests[0], "over": "images"}
    differences = [test["difference"] for test in tests if test["difference"] is not None]
    if not differences:
        return {"difference": None, "low": None, "high": None, "p_value": None, "over": "repeats"}
    mean, low, high = mean_interval(differences)
    return {"difference": mean, "low": low, "high": high, "p_value": None, "over": "repeats", "repeats": differences}
