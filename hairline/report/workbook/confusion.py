"""What is taken for what: pixels of each true class by the class they were given, as counts and as shares of a row."""

from collections.abc import Sequence
from typing import Any

from hairline.report.study.results import Run
from hairline.report.workbook.sheet import Column, Sheet, SheetTable

NOTES = (
    "A row a true class, a column a predicted one, for the first repeat of each arm. Shares add up to 1 in each row, "
    "so the share of a class taken for itself is its recall. n/a: the class has no true pixel.",
)


def confusion(runs: Sequence[Run]) -> Sheet:
    by_classes: dict[tuple[str, ...], list[Run]] = {}
    for run in runs:
        by_classes.setdefault(tuple(run.classes), []).append(run)
    tables = [_table(place, classes, group) for place, (classes, group) in enumerate(by_classes.items(), start=1)]
    return Sheet("confusion", "Which class is taken for which", NOTES, tables, 4)


def _table(place: int, classes: Sequence[str], runs: Sequence[Run]) -> SheetTable:
    columns = [
        Column("study"),
        Column("run"),
        Column("data set"),
        Column("true class"),
        *(Column(f"as {name}, pixels", "count", f"Pixels that were given the class {name}.") for name in classes),
        *(Column(f"as {name}, share", "share", f"Their share of the row's true pixels, {name}.") for name in classes),
    ]
    rows = [row for run in runs for row in _rows(run, classes)]
    return SheetTable(f"confusion_{place}", columns, rows)


def _rows(run: Run, classes: Sequence[str]) -> list[list[Any]]:
    rows = []
    for name, counts in zip(classes, run.scores["confusion"], strict=True):
        total = sum(counts)
        shares = [count / total if total else None for count in counts]
        rows.append([run.study, run.name, run.metrics["dataset"], name, *counts, *shares])
    return rows
