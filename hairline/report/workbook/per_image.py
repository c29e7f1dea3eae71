"""A row a run, test picture and class, the worst first, with a link to the picture's overlay where one is drawn."""

from collections.abc import Sequence
from typing import Any

from hairline.report.study.results import Run
from hairline.report.workbook.meanings import meaning_of
from hairline.report.workbook.overlays import drawn_overlays, link_to
from hairline.report.workbook.sheet import Column, Link, Overlays, Sheet, SheetTable

MOST_ROWS = 60_000
"""More make the file slow to open; then each run shows its worst pictures, as many as every other."""
SCORES = ("f1_2px", "f1", "iou", "precision", "recall")
COUNTS = ("support_pixels", "fp", "fn")
COLUMNS = (
    Column("study"),
    Column("run"),
    Column("picture"),
    Column("class"),
    Column("F1 at 2 px", "score", meaning_of("f1_2px")),
    Column("F1", "score", meaning_of("f1")),
    Column("IoU", "score", meaning_of("iou")),
    Column("precision", "score", meaning_of("precision")),
    Column("recall", "score", meaning_of("recall")),
    Column("true pixels", "count", meaning_of("support_pixels")),
    Column("false alarm, pixels", "count", meaning_of("fp")),
    Column("missed, pixels", "count", meaning_of("fn")),
    Column("overlay", meaning="Opens the photograph with found, false and missed pixels in colour."),
)
ORDER = (
    "The worst F1 at 2 px first; pictures without a true pixel of the class have no score (n/a) and come last, those "
    "with the most false pixels first. Filter by run, class or picture with the arrows of the header."
)


def per_image(runs: Sequence[Run], overlays: Overlays, *, drawn: Sequence[Run], most_rows: int = MOST_ROWS) -> Sheet:
    """`drawn` are the runs that have overlays."""
    groups = [group for run in runs for group in _groups(run, overlays if run in drawn else None)]
    total = sum(len(group) for group in groups)
    most = total if total <= most_rows else max(1, most_rows // len(groups))
    rows = sorted((row for group in groups for row in group[:most]), key=_badness)
    notes = [ORDER]
    if len(rows) < total:
        notes.append(
            f"{len(rows):,} of {total:,} rows are shown: at most the worst {most:,} pictures of each run and class. "
            "All stand in the CSV files beside the metrics."
        )
    notes.append(f"Overlays are drawn for the first repeat of each arm, {overlays.per_run} pictures a run.")
    return Sheet("per_image", "Picture by picture, the worst first", notes, [SheetTable("per_image", COLUMNS, rows)], 3)


def number(text: str) -> int | float | None:
    """A cell of the CSV file: empty where the score does not exist."""
    if not text:
        return None
    return int(text) if text.lstrip("-").isdecimal() else float(text)


def _groups(run: Run, overlays: Overlays | None) -> list[list[list[Any]]]:
    """The rows of each class, the worst first."""
    images = run.images()
    links = {
        picture: Link(path.name, link_to(path, overlays))
        for picture, path in (drawn_overlays(run, overlays) if overlays else {}).items()
    }
    return [
        sorted(
            (
                [
                    *(run.study, run.name, image["id"], name),
                    *(number(image[f"{name}_{score}"]) for score in SCORES),
                    *(number(image[f"{name}_{count}"]) for count in COUNTS),
                    links.get(image["id"], ""),
                ]
                for image in images
            ),
            key=_badness,
        )
        for name in run.classes[1:]
    ]


def _badness(row: Sequence[Any]) -> tuple[bool, float]:
    """Sorting is stable: equals stay in the order of the runs and of the pictures."""
    score, false = row[4], row[10]
    return (True, -(false or 0)) if score is None else (False, score)
