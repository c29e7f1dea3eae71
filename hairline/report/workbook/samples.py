"""Some overlays in the workbook itself: a bounded number a study, of the run that is best on val first."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2

from hairline.errors import InputError
from hairline.report.study.results import Arm, Study
from hairline.report.workbook.overlays import drawn_overlays
from hairline.report.workbook.per_image import number
from hairline.report.workbook.sheet import Column, Overlays, Picture, Sheet, SheetTable

SHOWN = (520, 260)
"""Width and height in pixels that a picture is fitted into."""
DENSITY = 2
"""Pixels of the file to one that is shown, so that a printed page is still sharp."""
COLUMNS = (
    Column("study"),
    Column("run"),
    Column("picture"),
    Column("class"),
    Column("F1 at 2 px", "bound"),
    Column("F1", "bound"),
    Column("true pixels", "count"),
    Column("false alarm, pixels", "count"),
    Column("missed, pixels", "count"),
    Column("photograph, and what was found in it"),
)
NOTES = (
    "Blue is found, vermilion a false alarm, yellow missed. The first half of a run's pictures are its worst, the rest "
    "are spread evenly from bad to good. All overlays lie as files beside this workbook.",
)


def samples(studies: Sequence[Study], overlays: Overlays, *, count: int, figure: str) -> Sheet:
    """At most `count` pictures a study."""
    rows = [row for study in studies for row in _rows(_best_first(study, figure), overlays, count)]
    return Sheet("samples", "Where the best run of each study is right and wrong", NOTES, [_table(rows)], 3)


def samples_of_arms(arms: Sequence[Arm], overlays: Overlays, *, count: int) -> Sheet:
    """At most `count` pictures an arm."""
    rows = [row for arm in arms for row in _rows([arm], overlays, count)]
    return Sheet("samples", "Where the runs are right and wrong", NOTES, [_table(rows)], 3)


def _table(rows: list[list[Any]]) -> SheetTable:
    return SheetTable("samples_overlays", COLUMNS, rows)


def _best_first(study: Study, figure: str) -> list[Arm]:
    best = study.best(figure)
    return [best, *(arm for arm in study.arms if arm is not best)]


def _rows(arms: Sequence[Arm], overlays: Overlays, count: int) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for arm in arms:
        if len(rows) >= count:
            break
        run, target = arm.first, arm.target
        images = {image["id"]: image for image in run.images()}
        for picture, path in list(drawn_overlays(run, overlays).items())[: count - len(rows)]:
            image = images[picture]
            figures = ("f1_2px", "f1", "support_pixels", "fp", "fn")
            scores = [number(image[f"{target}_{name}"]) for name in figures]
            rows.append([run.study, run.name, picture, target, *scores, _read(path)])
    return rows


def _read(path: Path) -> Picture:
    """No larger than what is shown asks for."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise InputError(f"{path}: missing or unreadable; run `dvc repro draw` to draw it again")
    height, width = image.shape[:2]
    fit = min(SHOWN[0] / width, SHOWN[1] / height)
    if fit * DENSITY < 1:
        size = (max(1, round(width * fit * DENSITY)), max(1, round(height * fit * DENSITY)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    fit = min(fit, 2)  # a tiny picture is not blown up to a wall of squares
    content = cv2.imencode(".png", image)[1].tobytes()
    return Picture(content, max(1, round(width * fit)), max(1, round(height * fit)))
