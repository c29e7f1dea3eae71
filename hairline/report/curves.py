"""How each training went, as one CSV that DVC plots: a row an epoch, a column an arm."""

from collections.abc import Mapping
from pathlib import Path

from hairline import io


def write_curves(path: Path, runs: Mapping[str, Path], *, figure: str) -> None:
    """`runs`: arm -> run folder. An arm has no value in an epoch in which it was not validated."""
    columns: dict[str, dict[int, str]] = {}
    for arm, folder in runs.items():
        rows = io.read_csv(folder / "history.csv")
        columns[arm] = {int(float(row["epoch"])): row[figure] for row in rows if row.get(figure)}
    epochs = sorted({epoch for values in columns.values() for epoch in values})
    rows = [{"epoch": epoch} | {arm: values.get(epoch, "") for arm, values in columns.items()} for epoch in epochs]
    io.write_csv(path, rows, columns=["epoch", *runs])
