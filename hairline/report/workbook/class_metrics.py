"""A row a run and class with its scores and counts, and below them the means over the classes."""

import re
from collections.abc import Sequence
from typing import Any

from hairline.report.study.results import Run
from hairline.report.workbook.meanings import meaning_of
from hairline.report.workbook.sheet import Column, Kind, Sheet, SheetTable

TITLES = {
    "iou": "IoU",
    "f1": "F1",
    "precision": "precision",
    "recall": "recall",
    "cldice": "clDice",
    "ap": "AP",
    "support_pixels": "support, pixels",
    "support_images": "support, pictures",
    "tp": "TP",
    "fp": "FP",
    "fn": "FN",
}
STRICT = ("iou", "f1", "precision", "recall")
COUNTS = ("support_pixels", "support_images", "tp", "fp", "fn")
TOLERANT = {"f1_{}px": "F1 at {} px", "iou_{}px": "IoU at {} px", "lt_iou_{}px": "lt-IoU at {} px"}
MEANS = {
    "mean over the classes, each counting the same": {"iou": "mean_iou", "f1": "mean_f1"},
    "mean over the classes, weighted with their pixels": {"iou": "weighted_iou", "f1": "weighted_f1"},
}
NOTES = (
    "Counts are added up over all test pictures before anything is divided. n/a: the class has no true pixel there, so "
    "the score does not exist (its false pixels stand in FP). An empty cell: the score is not defined for that row.",
    "Of the two means, background takes part in both; it decides the weighted one.",
)


def class_metrics(runs: Sequence[Run]) -> Sheet:
    names = score_names(runs)
    columns = [Column("study"), Column("run"), Column("data set"), Column("class")]
    columns += [Column(title_of(name), _kind(name), meaning_of(name)) for name in names]
    rows = [row for run in runs for row in _rows(run, names)]
    return Sheet("class_metrics", "Scores of each class", NOTES, [SheetTable("class_metrics", columns, rows)], 4)


def tolerances(runs: Sequence[Run]) -> list[int]:
    """All that any of the runs was scored at."""
    return sorted({reach for run in runs for reach in run.tolerances})


def score_names(runs: Sequence[Run]) -> list[str]:
    tolerant = [name.format(reach) for name in TOLERANT for reach in tolerances(runs)]
    return [*STRICT, *tolerant, "cldice", "ap", *COUNTS]


def title_of(name: str) -> str:
    if name in TITLES:
        return TITLES[name]
    reach = re.search(r"(\d+)px$", name)[1]
    return TOLERANT[name.replace(f"{reach}px", "{}px")].format(reach)


def _kind(name: str) -> Kind:
    return "count" if name in COUNTS else "score"


def _rows(run: Run, names: Sequence[str]) -> list[list[Any]]:
    start = [run.study, run.name, run.metrics["dataset"]]
    rows = [
        [*start, class_name, *(run.scores["classes"][class_name].get(name, "") for name in names)]
        for class_name in run.classes
    ]
    for title, pooled in MEANS.items():
        rows.append([*start, title, *(run.scores[pooled[name]] if name in pooled else "" for name in names)])
    return rows
