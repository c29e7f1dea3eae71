"""One row a run, in percent: the view that CrackSense's users know, with the class columns named for what they are."""

from collections.abc import Sequence
from typing import Any

from hairline.report.study.results import Run
from hairline.report.workbook.class_metrics import tolerances
from hairline.report.workbook.meanings import meaning_of
from hairline.report.workbook.sheet import Column, Sheet, SheetTable

REACH = 4
"""Pixels: the tolerance of CrackSense's line-based IoU."""
NOTES = (
    "Percent. IoU and F1 are means over the classes weighted with their pixels, as CrackSense has them (background "
    "decides them); lt-IoU is that of the first class beside background. A class has its recall and its IoU: "
    "CrackSense shows recall alone, which a network reaches by marking too much.",
    "n/a: the class has no true pixel in the test pictures. An empty cell: the run's data set does not have the class.",
)


def classwise(runs: Sequence[Run]) -> Sheet:
    classes = list(dict.fromkeys(name for run in runs for name in run.classes))
    measured = tolerances(runs)
    reach = REACH if REACH in measured or not measured else measured[-1]
    columns = [
        Column("study"),
        Column("Name"),
        Column("IoU, weighted", "percent", meaning_of("weighted_iou")),
        Column("IoU, plain mean", "percent", meaning_of("mean_iou")),
        Column(f"lt-IoU at {reach} px", "percent", meaning_of(f"lt_iou_{reach}px")),
        Column("F1, weighted", "percent", meaning_of("weighted_f1")),
        *(Column(f"{name} recall", "percent", meaning_of("recall")) for name in classes),
        *(Column(f"{name} IoU", "percent", meaning_of("iou")) for name in classes),
    ]
    rows = [_row(run, classes, reach) for run in runs]
    return Sheet("classwise", "One row a run, in percent", NOTES, [SheetTable("classwise_runs", columns, rows)], 2)


def _row(run: Run, classes: Sequence[str], reach: int) -> list[Any]:
    scores = run.scores
    by_class = scores["classes"]
    return [
        run.study,
        run.name,
        scores["weighted_iou"],
        scores["mean_iou"],
        by_class[run.classes[1]].get(f"lt_iou_{reach}px", ""),
        scores["weighted_f1"],
        *(by_class[name]["recall"] if name in by_class else "" for name in classes),
        *(by_class[name]["iou"] if name in by_class else "" for name in classes),
    ]
