"""One table, three forms: Markdown for people, LaTeX for papers, CSV for machines. The same cells in all."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hairline import io

LATEX = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "[": "{[}",  # behind the end of a line it would open an option, and a star would be one
    "*": "{*}",
    "-": "-{}",  # two of them are no dash
    "\u2026": r"\ldots{}",
    **{letter: f"\\{letter}" for letter in "&%$#_{}"},
}
FITTING = r"\ifdim\width>\textwidth\textwidth\else\width\fi"
"""Its own width, or the page's where it is wider than that."""
MINUS = r"(?<![^\s\[])-(?=\.?\d)"
NUMBER = re.compile(r"[\d ]+(\.\d+)?|n/a")
WITH_INTERVAL = re.compile(r"(\S+) \[([+-]?[\d.]+, [+-]?[\d.]+)\]")


@dataclass(frozen=True)
class Table:
    """Rows of values by column name; a value that is missing or None is "n/a"."""

    columns: Sequence[str]
    rows: Sequence[Mapping[str, Any]]

    def markdown(self) -> str:
        cells = [[text(cell).replace("|", "\\|") for cell in line] for line in self._lines()]
        widths = [max(len(line[index]) for line in cells) for index in range(len(self.columns))]
        lines = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells]
        lines.insert(1, " | ".join("-" * width for width in widths))
        return "".join(f"| {line} |\n" for line in lines)

    def latex(self, *, caption: str, label: str, bold: str = "") -> str:
        """A `table*` that wants booktabs and graphicx; the row whose first cell is `bold` has it in bold."""
        head, *body = ([latex_cell(text(cell)) for cell in line] for line in self._lines())
        for cells, row in zip(body, self.rows, strict=True):
            if bold and row.get(self.columns[0]) == bold:
                cells[0] = rf"\textbf{{{cells[0]}}}"
        numbers = [all(NUMBER.fullmatch(text(row.get(name))) for row in self.rows) for name in self.columns]
        lines = [" & ".join(cells) + r" \\" for cells in (head, *body)]
        return "\n".join(
            [
                r"\begin{table*}",
                r"\centering",
                r"\footnotesize",
                r"\setlength{\tabcolsep}{3pt}",
                rf"\caption{{{latex_text(caption)}}}",
                rf"\label{{{label}}}",
                r"\smallskip",
                rf"\resizebox{{{FITTING}}}{{!}}{{%",
                rf"\begin{{tabular}}{{{''.join('r' if number else 'l' for number in numbers)}}}",
                r"\toprule",
                lines[0],
                r"\midrule",
                *lines[1:],
                r"\bottomrule",
                r"\end{tabular}}",
                r"\end{table*}",
                "",
            ]
        )

    def _lines(self) -> list[list[Any]]:
        """The names of the columns, then the rows."""
        return [list(self.columns), *[[row.get(name) for name in self.columns] for row in self.rows]]

    def write_csv(self, path: Path) -> None:
        io.write_csv(path, self.rows, columns=self.columns)


def text(value: Any) -> str:
    if value is None:
        return "n/a"
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, int) and abs(value) >= 10_000:
        return f"{value:,}".replace(",", " ")
    return " ".join(str(value).split())


def with_interval(value: float | None, interval: Sequence[float | None] | None) -> str:
    """`0.812 [0.790, 0.834]`"""
    if value is None:
        return "n/a"
    if not interval or None in interval:
        return f"{value:.3f}"
    return f"{value:.3f} [{interval[0]:.3f}, {interval[1]:.3f}]"


def latex_text(value: str) -> str:
    """Anyone's words, safe in a cell and in a caption; a minus before a number is one."""
    special = "|".join([f"(?P<minus>{MINUS})", *map(re.escape, LATEX)])
    return re.sub(special, lambda found: "$-$" if found["minus"] else LATEX[found[0]], value)


def latex_cell(value: str) -> str:
    """As latex_text, an interval in smaller letters and without the noughts before the point."""
    found = WITH_INTERVAL.match(value)
    if not found:
        return latex_text(value)
    low_high = latex_text(re.sub(r"\b0\.", ".", found[2]))
    return rf"{latex_text(found[1])} {{\scriptsize[{low_high}]}}{latex_text(value[found.end() :])}"
