"""A study's table: each arm with its scores, its difference to the reference arm, its size and its speed."""

from collections.abc import Sequence
from typing import Any

from hairline.report.published import Published
from hairline.report.results import HEADLINES, Arm, Study
from hairline.report.tables import Table, with_interval

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
        {"run": arm.name, "what": arm.about, **_scores(arm), **_difference(arm, study), **_cost(arm)}
        for arm in study.arms
    ]
    return Table(list(rows[0]), rows)


def machine_table(study: Study) -> Table:
    """The same as bare numbers, a column each for value, low and high."""
    rows = []
    for arm in study.arms:
        row: dict[str, Any] = {"run": arm.name, "what": arm.about, "tested_on": arm.dataset}
        for name in SCORES.values():
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
        rows.append(row | {"parameters": cost["parameters"], "macs": cost["macs"], "macs_at_px": cost["macs_at"]})
    return Table(list(rows[0]), rows)


def class_table(study: Study, title: str) -> Table:
    """One of SCORES, a column a class; for data of several classes."""
    rows = [
        {"run": arm.name}
        | {name: with_interval(*arm.score(SCORES[title], name)) for name in study.arms[0].first.classes[1:]}
        for arm in study.arms
    ]
    return Table(list(rows[0]), rows)


def paper_table(study: Study) -> Table:
    """The study's table, narrow enough for a page: fewer scores, no p-value, the median time alone."""
    whole = study_table(study)
    difference = next(name for name in whole.columns if " minus " in name)
    milliseconds = whole.columns[-1]
    rows = [
        {name: row[name] for name in ("run", *IN_PAPER)}
        | {f"minus {study.reference}": row[difference].partition(", p =")[0]}
        | {"parameters": row["parameters"], "ms": row[milliseconds].partition(" ")[0]}
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
    if test["difference"] is None:
        return {title: "n/a"}
    interval = f" [{test['low']:+.3f}, {test['high']:+.3f}]" if test["low"] is not None else ""
    chance = f", p = {test['p_value']:.3f}" if test["p_value"] is not None else ""
    to = f" to {arm.plan.reference}" if len(study.references) > 1 else ""
    return {title: f"{test['difference']:+.3f}{interval}{to}{chance}"}


def _cost(arm: Arm) -> dict[str, Any]:
    cost, speed = arm.first.metrics, arm.first.speed
    where = f"{speed['size']} px, {speed['threads']} thread{'s' if speed['threads'] > 1 else ''}"
    return {
        "parameters": cost["parameters"],
        f"GMAC at {cost['macs_at']} px": f"{cost['macs'] / 1e9:.3f}",
        f"ms at {where}": f"{speed['median_ms']:.1f} (p95 {speed['p95_ms']:.1f})",
    }
