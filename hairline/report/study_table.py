"""A study's table: each arm with its scores, its difference to the reference arm, its size and its speed."""

from collections.abc import Mapping, Sequence
from typing import Any

from hairline.report.published import Published
from hairline.report.results import Arm
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


def study_table(arms: Sequence[Arm], comparison: Mapping[str, Any]) -> Table:
    """Cells ready to read: scores with intervals, the difference with interval and p-value."""
    rows = [
        {"run": arm.name, "what": arm.about, **_scores(arm), **_difference(arm, comparison), **_cost(arm)}
        for arm in arms
    ]
    return Table(list(rows[0]), rows)


def machine_table(arms: Sequence[Arm], comparison: Mapping[str, Any]) -> Table:
    """The same as bare numbers, a column each for value, low and high."""
    rows = []
    for arm in arms:
        row: dict[str, Any] = {"run": arm.name, "what": arm.about}
        for name in SCORES.values():
            value, interval = arm.score(name)
            low, high = interval or (None, None)
            row |= {name: value, f"{name}_low": low, f"{name}_high": high}
        difference = comparison["arms"].get(arm.name, {}).get("f1_2px", {})
        row |= {
            f"f1_2px_minus_reference_{key}": difference.get(key) for key in ("difference", "low", "high", "p_value")
        }
        rows.append(
            row | {"parameters": arm.first["parameters"], "macs": arm.first["macs"], "macs_at_px": arm.first["macs_at"]}
        )
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


def _difference(arm: Arm, comparison: Mapping[str, Any]) -> dict[str, str]:
    title = f"F1 at 2 px minus {comparison['reference']}"
    found = comparison["arms"].get(arm.name)
    if found is None:
        return {title: "reference" if arm.name == comparison["reference"] else "other pictures"}
    test = found["f1_2px"]
    if test["difference"] is None:
        return {title: "n/a"}
    interval = f" [{test['low']:+.3f}, {test['high']:+.3f}]" if test["low"] is not None else ""
    chance = f", p = {test['p_value']:.3f}" if test["p_value"] is not None else ""
    return {title: f"{test['difference']:+.3f}{interval}{chance}"}


def _cost(arm: Arm) -> dict[str, Any]:
    run, speed = arm.first, arm.speeds[0]
    where = f"{speed['size']} px, {speed['threads']} thread{'s' if speed['threads'] > 1 else ''}"
    return {
        "parameters": run["parameters"],
        f"GMAC at {run['macs_at']} px": f"{run['macs'] / 1e9:.3f}",
        f"ms at {where}": f"{speed['median_ms']:.1f} (p95 {speed['p95_ms']:.1f})",
    }
