"""How wide a column and how high a row must be, so that nothing is cut off; a file does not measure its own text."""

import textwrap
from collections.abc import Sequence
from typing import Any

from hairline.report.workbook.sheet import Kind, Link, Picture, SheetTable
from hairline.report.workbook.values import NOT_THERE, plain

NARROWEST, WIDEST, PROSE = 8, 60, 100  # characters
NUMBERS: tuple[Kind, ...] = ("score", "share", "bound", "difference", "chance", "percent", "time", "size")
"""Seven characters at most."""
LINE_HEIGHT = 15  # points
PICTURE_MARGIN = 4  # pixels


def widths(tables: Sequence[SheetTable]) -> list[float]:
    """Of the columns that the tables share."""
    columns = max((len(table.columns) for table in tables), default=0)
    return [max(_width(table, column) for table in tables if column < len(table.columns)) for column in range(columns)]


def _width(table: SheetTable, column: int) -> float:
    """Wide enough for the longest word of the header beside its arrow, and for the longest cell."""
    title, kind = table.columns[column].title, table.columns[column].kind
    word = max((len(each) for each in title.split()), default=0) + 3
    longest = max((_shown(row[column], kind) for row in table.rows), default=0)
    limit = PROSE if kind == "prose" else WIDEST
    return max(min(max(longest + 2, NARROWEST, min(word, 24)), limit), _picture_width(table, column))


def _shown(value: Any, kind: Kind) -> int:
    """Characters that a value takes."""
    if isinstance(value, Link):
        return len(value.text)
    if isinstance(value, Picture):
        return 0
    if isinstance(value, str):
        return len(value)
    if value is None:
        return len(NOT_THERE)
    if kind == "count":
        return len(f"{value:,}")
    return 7 if kind in NUMBERS else len(str(plain(value)))


def _picture_width(table: SheetTable, column: int) -> float:
    widths = [row[column].width for row in table.rows if isinstance(row[column], Picture)]
    return (max(widths) + 2 * PICTURE_MARGIN) / 7 if widths else 0  # a character is 7 px wide


def can_be_tall(table: SheetTable) -> bool:
    """Whether any of its rows may need more than a line; most tables have thousands that do not."""
    return any(column.kind == "prose" for column in table.columns) or any(
        isinstance(value, Picture) for row in table.rows[:1] for value in row
    )


def height(table: SheetTable, row: Sequence[Any]) -> float | None:
    """Of a row with a picture or with text of several lines, in points; None: as high as any."""
    pictures = [(value.height + 2 * PICTURE_MARGIN) * 0.75 for value in row if isinstance(value, Picture)]
    kinds = [column.kind for column in table.columns]
    lines = [line_count(value, PROSE + 8) for value, kind in zip(row, kinds, strict=True) if kind == "prose"]
    several = [count * LINE_HEIGHT for count in lines if count > 1]
    return max(pictures + several, default=None)


def line_count(text: str, width: float) -> int:
    return len(textwrap.wrap(text, max(int(width), 4)))
