"""Trained on one data set, tested on another: a row a training, a column a test."""

from hairline.report.study.results import Study
from hairline.report.study.tables import Table, with_interval

SCORES = {"F1": "f1", "F1 at 2 px": "f1_2px"}


def across_table(study: Study, title: str) -> Table:
    """One of SCORES. In bold: tested on the data set that it was trained for."""
    columns = study.datasets
    rows = []
    for trained in study.trained:
        row = {"trained": trained.name}
        for arm in study.arms:
            if arm.plan.trained == trained.name:
                cell = with_interval(*arm.score(SCORES[title]))
                row[arm.dataset] = f"**{cell}**" if arm.is_trained else cell
        rows.append({"trained": trained.name} | {name: row.get(name, "") for name in columns})
    return Table(["trained", *columns], rows)
