"""A sheet as plain values, before anything is written: lines of text, tables, and charts that point at their cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal[
    "text", "prose", "score", "share", "bound", "difference", "chance", "count", "time", "size", "percent", "figure",
    "plain",
]  # fmt: skip
"""How a column's numbers look. A score and a percent are coloured from bad to good, a share from little to much; a
bound is a score without colour, a figure any number."""


@dataclass(frozen=True)
class Column:
    title: str
    kind: Kind = "text"
    meaning: str = ""
    """Shown when the pointer rests on the header."""


@dataclass(frozen=True)
class Link:
    """A cell that opens a file; the target is a URI relative to the workbook."""

    text: str
    target: str


@dataclass(frozen=True)
class Picture:
    """A cell that shows a PNG, at the size in pixels that is given."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True)
class SheetTable:
    """A named table. None is a score that does not exist and is written as n/a; "" leaves a cell empty."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    caption: str = ""
    """A line above it."""


@dataclass(frozen=True)
class Cells:
    """Part of a table's column; rows count from 0, and HEADER is the header."""

    table: str
    column: int
    first: int
    last: int


HEADER = -1


@dataclass(frozen=True)
class Series:
    name: Cells
    x: Cells
    y: Cells
    dashed: bool = False


@dataclass(frozen=True)
class Axis:
    title: str
    low: float
    high: float
    number_format: str
    logarithmic: bool = False


@dataclass(frozen=True)
class Chart:
    """Points joined by straight lines, drawn by the spreadsheet program from the sheet's own cells."""

    title: str
    x: Axis
    y: Axis
    series: Sequence[Series]


@dataclass(frozen=True)
class Sheet:
    name: str
    title: str
    notes: Sequence[str] = ()
    parts: Sequence[SheetTable | Chart] = ()
    fixed_columns: int = 1
    """How many stay in view when one scrolls to the right."""


@dataclass(frozen=True)
class Overlays:
    """Where the drawn overlays lie, and where the workbook will, so that it can point at them."""

    folder: Path
    """A folder a study, in it a folder a run."""
    workbook: Path
    per_run: int
