"""What each training depended on and how it went: what all share once, what differs a row a run. No clock."""

from collections.abc import Mapping, Sequence
from typing import Any

from hairline.report.study.results import Run
from hairline.report.study.speed import by_engine
from hairline.report.workbook.sheet import Column, Sheet, SheetTable
from hairline.report.workbook.values import flatten

NOTES = (
    "From run.json, the metrics and the speed of each run. trained.data is the SHA-256 of the manifest, which holds "
    "that of each picture; seconds and memory are of the training. No date stands here, so that equal results are "
    "equal files.",
)


def run_info(runs: Sequence[Run], *, title: str = "What the runs depended on") -> Sheet:
    facts = {(run.study, run.name): _facts(run) for run in runs}
    keys = list(dict.fromkeys(key for each in facts.values() for key in each))
    shared = [key for key in keys if _same([each.get(key, "") for each in facts.values()])]
    differing = [key for key in keys if key not in shared]
    parts = []
    if differing or not shared:
        columns = [Column("study"), Column("run"), *(Column(key, "plain") for key in differing)]
        rows = [[*name, *(each.get(key, "") for key in differing)] for name, each in facts.items()]
        parts.append(SheetTable("run_info_differs", columns, rows, "What differs"))
    rows = [[key, next(iter(facts.values()))[key]] for key in shared]
    caption = "What is the same in all runs" if len(runs) > 1 else "The run"
    parts.append(SheetTable("run_info_shared", [Column("key"), Column("value", "plain")], rows, caption))
    return Sheet("run_info", title, NOTES, parts, 2)


def _facts(run: Run) -> Mapping[str, Any]:
    metrics = {key: value for key, value in run.metrics.items() if key not in ("scores", "intervals", "arm")}
    return flatten({"scored": metrics, "speed": by_engine(run), "trained": run.record()})


def _same(values: Sequence[Any]) -> bool:
    return all(value == values[0] and type(value) is type(values[0]) for value in values)
