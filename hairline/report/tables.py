"""One table, two forms: Markdown for people, CSV for machines. The same cells in both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hairline import io


@dataclass(frozen=True)
class Table:
    """Rows of values by column name; a value that is missing or None is "n/a"."""

    columns: Sequence[str]
    rows: Sequence[Mapping[str, Any]]

    def markdown(self) -> str:
        cells = [list(self.columns), *[[text(row.get(name)) for name in self.columns] for row in self.rows]]
        widths = [max(len(line[index]) for line in cells) for index in range(len(self.columns))]
        lines = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells]
        lines.insert(1, " | ".join("-" * width for width in widths))
        return "".join(f"| {line} |\n" for line in lines)

    def write_csv(self, path: Path) -> None:
        io.write_csv(path, self.rows, columns=self.columns)


def text(value: Any) -> str:
    if value is None:
        return "n/a"
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, int) and abs(value) >= 10_000:
        return f"{value:,}".replace(",", " ")
    return str(value).replace("|", "\\|")


def with_interval(value: float | None, interval: Sequence[float | None] | None) -> str:
    """`0.812 [0.790, 0.834]`"""
    if value is None:
        return "n/a"
    if not interval or None in interval:
        return f"{value:.3f}"
    return f"{value:.3f} [{interval[0]:.3f}, {interval[1]:.3f}]"
