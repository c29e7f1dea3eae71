"""A study's table: each arm with its scores, its difference to the reference arm, its size and its speed."""

from collections.abc import Mapping, Sequence
from typing import Any

from hairline.report.study.published import Published
from hairline.report.study.results import HEADLINES, Arm, Run, Study
from hairline.report.study.speed import engines_of, megabytes, threads_of, timed
from hairline.report.study.tables import Table, with_interval

SCORES = {
    "F1": "f1",
    "F1 at 2 px": "f1_2px",
    "IoU": "iou",
    "mean IoU": "mean_iou",
    "clDice": "cldice",
    "AP": "ap",
    "legacy F1": "m_f1",
    "legacy IoU": "m_iou",
    "false alarms": "large_false_alarm_images",
}

IN_PAPER = ("F1", "F1 at 2 px", "IoU")
"""What fits the width of a page beside difference and cost."""


def study_table(study: Study) -> Table:
    """Cells ready to read: scores with intervals, the difference with interval and p-value."""
    rows = [
        {"run": arm.name, "what": arm.about, **_scores(arm), **_difference(arm, study), **_cost(arm, study)}
        for arm in study.arms
    ]
    return Table(list(rows[0]), rows)


def machine_table(study: Study) -> Table:
    """The same as bare numbers, a column each for value, low and high."""
    rows, runs = [], _first_runs(study)
    for arm in study.arms:
        row: dict[str, Any] = {"run": arm.name, "what": arm.about, "tested_on": arm.dataset}
        for name in (*SCORES.values(), *(f"lt_iou_{reach}px" for reach in arm.first.tolerances)):
            value, interval = arm.score(name)
            low, high = interval or (None, None)
            row |= {name: value, f"{name}_low": low, f"{name}_high": high}
        row["reference"] = arm.plan.reference
        difference = study.difference(arm.name, study.headline) or {}
        row |= {
            f"{study.headline}_minus_reference_{key}": difference.get(key)
            for key in ("difference", "low", "high", "p_value")
        }
        cost = arm.first.metrics
        row |= {name: cost[name] for name in ("parameters", "weights_bytes", "macs")} | {"macs_at_px": cost["macs_at"]}
        for engine in engines_of(runs):
            times = timed(arm.first, engine)
            row |= {f"{engine}_{name}": times.get(name) for name in ("median_ms", "p95_ms")}
        rows.append(row)
    return Table(list(rows[0]), rows)


def class_table(study: Study, title: str) -> Table:
    """One of SCORES, a column a class; for data of several classes."""
    rows = [
        {"run": arm.name}
        | {name: with_interval(*arm.score(SCORES[title], name)) for name in study.arms[0].first.classes[1:]}
        for arm in study.arms
    ]
    return Table(list(rows[0]), rows)


def line_table(study: Study) -> Table:
    """lt-IoU of the study's class, a column a tolerance."""
    rows = [
        {"run": arm.name}
        | {f"{reach} px": with_interval(*arm.score(f"lt_iou_{reach}px")) for reach in arm.first.tolerances}
        for arm in study.arms
    ]
    return Table(list(rows[0]), rows)


def siblings_table(study: Study) -> Table:
    """Those of one reference against each other, a row a pair."""
    title = f"{HEADLINES[study.headline]}, difference"
    rows = [{"run": test["arm"], "minus": test["minus"], title: _tested(test)} for test in study.siblings]
    return Table(["run", "minus", title], rows)


def paper_table(study: Study) -> Table:
    """The study's table, narrow enough for a page: fewer scores, no p-value, of times the medians, side by side."""
    whole = study_table(study)
    difference = next(name for name in whole.columns if " minus " in name)
    times = _titles(study).values()
    rows = [
        {name: row[name] for name in ("run", *IN_PAPER)}
        | {f"minus {study.reference}": row[difference].partition(", p =")[0]}
        | {"parameters": row["parameters"]}
        | {"ms": " / ".join(row[title].partition(" ")[0] for title in times)}
        for row in whole.rows
    ]
    return Table(list(rows[0]), rows)


def published_table(rows: Sequence[Published]) -> Table:
    cells = [
        {
            "published": row.name,
            "F1": row.f1,
            "IoU": row.iou,
            "parameters": row.parameters,
            "speed": row.frames_per_second or None,
            "source": row.source,
            "what differs": row.differs,
        }
        for row in rows
    ]
    return Table(list(cells[0]), cells)


def _scores(arm: Arm) -> dict[str, str]:
    return {title: with_interval(*arm.score(name)) for title, name in SCORES.items()}


def _difference(arm: Arm, study: Study) -> dict[str, str]:
    title = f"{HEADLINES[study.headline]} minus {study.reference}"
    test = study.difference(arm.name, study.headline)
    if test is None:
        return {title: "reference" if arm.name in study.references else "none"}
    return {title: _tested(test, f" to {arm.plan.reference}" if len(study.references) > 1 else "")}


def _tested(test: Mapping[str, Any], to: str = "") -> str:
    """`+0.012 [+0.003, +0.021], p = 0.004`"""
    if test["difference"] is None:
        return "n/a"
    interval = f" [{test['low']:+.3f}, {test['high']:+.3f}]" if test["low"] is not None else ""
    chance = f", p = {test['p_value']:.3f}" if test["p_value"] is not None else ""
    return f"{test['difference']:+.3f}{interval}{to}{chance}"


def _cost(arm: Arm, study: Study) -> dict[str, Any]:
    run = arm.first
    return {
        "parameters": run.metrics["parameters"],
        "MB": f"{megabytes(run):.2f}",
        f"GMAC at {run.metrics['macs_at']} px": f"{run.metrics['macs'] / 1e9:.3f}",
        **{title: _time(timed(run, engine)) for engine, title in _titles(study).items()},
    }


def _titles(study: Study) -> dict[str, str]:
    """Engine -> the head of its column."""
    speed = study.arms[0].first.speed
    where = f"{speed['size']} px, {threads_of(study.arms[0].first)}"
    return {name: f"ms at {where}, {title}" for name, title in engines_of(_first_runs(study)).items()}


def _time(times: Mapping[str, Any]) -> str:
    return f"{times['median_ms']:.1f} (p95 {times['p95_ms']:.1f})" if "median_ms" in times else "n/a"


def _first_runs(study: Study) -> list[Run]:
    return [arm.first for arm in study.arms]
