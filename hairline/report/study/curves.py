"""How each training went, as one CSV that DVC plots: a row an epoch, a column an arm."""

from pathlib import Path

from hairline import io
from hairline.report.study.results import Study


def write_curves(path: Path, study: Study, *, figure: str) -> None:
    """The first repeat of each arm. An arm has no value in an epoch in which it was not validated."""
    columns: dict[str, dict[int, str]] = {}
    for arm in study.trained:
        rows = arm.first.history()
        columns[arm.name] = {int(float(row["epoch"])): row[figure] for row in rows if row.get(figure)}
    epochs = sorted({epoch for values in columns.values() for epoch in values})
    rows = [{"epoch": epoch} | {arm: values.get(epoch, "") for arm, values in columns.items()} for epoch in epochs]
    io.write_csv(path, rows, columns=["epoch", *columns])
