"""Two runs side by side: every score, and what changed on each picture."""

from collections.abc import Sequence
from typing import Any

from hairline.metrics import mean_interval
from hairline.report.study.results import Run
from hairline.report.workbook.meanings import meaning_of, place_of
from hairline.report.workbook.per_image import COUNTS, number
from hairline.report.workbook.sheet import Column, Kind, Sheet, SheetTable

PAIRED = {"f1_2px": "F1 at 2 px", "f1": "F1", "iou": "IoU"}
FALSE = {"fp": "false alarm, pixels", "fn": "missed, pixels"}


def difference_sheets(first: Run, second: Run) -> list[Sheet]:
    names = [f"{run.study}/{run.name}" for run in (first, second)]
    about = f"first: {names[0]}; second: {names[1]}. Differences are second minus first."
    classes = [name for name in first.classes[1:] if name in second.classes]
    parts = [SheetTable("difference_scores", SCORE_COLUMNS, _score_rows(first, second), "All scores")]
    pairs, why_not = _pairs(first, second)
    if not pairs:
        return [Sheet("difference", "The two runs side by side", [about, why_not], parts)]
    summary = SheetTable("difference_paired", SUMMARY_COLUMNS, _summary(pairs, classes), "Paired by picture")
    side = Sheet("difference", "The two runs side by side", [about, SUMMARY_NOTE], [summary, *parts])
    table = SheetTable("paired_images", _paired_columns(), _paired_rows(pairs, classes))
    notes = [about, f"{len(pairs)} pictures that both were tested on; what the second run lost most comes first."]
    return [side, Sheet("paired", "What changed, picture by picture", notes, [table])]


SCORE_COLUMNS = (
    Column("score"),
    Column("class", meaning="Empty: of the whole split."),
    Column("first", "figure"),
    Column("first low", "figure"),
    Column("first high", "figure"),
    Column("second", "figure"),
    Column("second low", "figure"),
    Column("second high", "figure"),
    Column("difference", "figure", "Second minus first."),
    Column("meaning"),
)
SUMMARY_COLUMNS = (
    Column("score"),
    Column("class"),
    Column("pictures", "count", "On which both runs have the score."),
    Column("mean difference", "difference", "Mean over these pictures of second minus first."),
    Column("low", "difference", "Lower end of its 95 % interval, Student's t over the pictures."),
    Column("high", "difference", "Upper end of it."),
    Column("second better", "count"),
    Column("equal", "count"),
    Column("second worse", "count"),
)
SUMMARY_NOTE = (
    "The paired table counts every picture the same, so its mean is not the difference of the pooled scores below."
)


def _score_rows(first: Run, second: Run) -> list[list[Any]]:
    rows = []
    for name in sorted({*first.scores} - {"classes", "confusion"}, key=place_of):
        rows.append(_score_row(name, "", first, second))
    for class_name in dict.fromkeys([*first.classes, *second.classes]):
        known = {name for run in (first, second) for name in run.scores["classes"].get(class_name, {})}
        rows += [_score_row(name, class_name, first, second) for name in sorted(known, key=place_of)]
    return rows


def _score_row(name: str, class_name: str, first: Run, second: Run) -> list[Any]:
    cells: list[Any] = []
    values = []
    for run in (first, second):
        scores = run.scores["classes"].get(class_name, {}) if class_name else run.scores
        interval = run.interval(name, class_name) if class_name or name in run.metrics["intervals"] else None
        low, high = interval or ("", "")
        values.append(scores.get(name))
        cells += [scores.get(name, ""), low, high]
    change = "" if None in values else round(values[1] - values[0], 6)  # the files hold six digits
    return [name, class_name, *cells, change, meaning_of(name)]


Pair = tuple[dict[str, str], dict[str, str]]


def _pairs(first: Run, second: Run) -> tuple[list[Pair], str]:
    """The rows of the pictures that both were tested on, or why there are none."""
    datasets = [run.metrics["dataset"] for run in (first, second)]
    if datasets[0] != datasets[1]:
        return [], f"No picture is compared: the first run was tested on {datasets[0]}, the second on {datasets[1]}."
    of_second = {row["id"]: row for row in second.images()}
    pairs = [(row, of_second[row["id"]]) for row in first.images() if row["id"] in of_second]
    return pairs, "No picture is compared: the two runs were tested on different pictures."


def _summary(pairs: Sequence[Pair], classes: Sequence[str]) -> list[list[Any]]:
    rows = []
    for class_name in classes:
        for score, title in PAIRED.items():
            changes = [change for pair in pairs if (change := _values(pair, class_name, score)[2]) is not None]
            mean, low, high = mean_interval(changes) if changes else (None, None, None)
            better, worse = sum(change > 0 for change in changes), sum(change < 0 for change in changes)
            equal = len(changes) - better - worse
            rows.append([title, class_name, len(changes), mean, low, high, better, equal, worse])
    return rows


def _paired_columns() -> list[Column]:
    columns = [Column("picture"), Column("class"), Column("true pixels", "count")]
    for title, kind, change in (
        *((title, "score", "difference") for title in PAIRED.values()),
        *((title, "count", "count") for title in FALSE.values()),
    ):
        columns += _three(title, kind, change)
    return columns


def _three(title: str, kind: Kind, change: Kind) -> list[Column]:
    return [Column(f"{title} first", kind), Column(f"{title} second", kind), Column(f"{title} difference", change)]


def _paired_rows(pairs: Sequence[Pair], classes: Sequence[str]) -> list[list[Any]]:
    rows = []
    for pair in pairs:
        for class_name in classes:
            cells = [cell for name in (*PAIRED, *FALSE) for cell in _values(pair, class_name, name)]
            rows.append([pair[0]["id"], class_name, number(pair[0][f"{class_name}_{COUNTS[0]}"]), *cells])
    return sorted(rows, key=lambda row: (row[5] is None, row[5] or 0))


def _values(pair: Pair, class_name: str, name: str) -> tuple[Any, Any, Any]:
    one, other = (number(row[f"{class_name}_{name}"]) for row in pair)
    return one, other, None if one is None or other is None else other - one
