"""What each run depended on and how it went: what all runs of a study share once, then what is each one's own."""

from collections.abc import Mapping, Sequence
from typing import Any

from hairline.html.markup import Html, tag
from hairline.report.study.results import Arm, Run, Study
from hairline.report.study.speed import by_engine
from hairline.report.study.study_page import TITLES

OF_METRICS = (
    "dataset", "network", "arguments", "parameters", "macs", "macs_at", "thresholds", "weights_bytes", "weights_sha256",
)  # fmt: skip


def run_info(study: Study) -> Html:
    facts = {arm.name: [facts_of(run) for run in arm.runs] for arm in study.arms}
    everyone = [each for runs in facts.values() for each in runs]
    keys = sorted({key for each in everyone for key in each})
    shared = {key for key in keys if len({each.get(key) for each in everyone}) == 1}
    title = TITLES[study.name].partition(":")[0]
    same = tag(
        "details",
        tag("summary", tag("b", "the same in all runs"), f" {len(shared)} facts"),
        _table(["all runs"], {key: [everyone[0][key]] for key in keys if key in shared}),
    )
    own = [_arm(arm, facts[arm.name], [key for key in keys if key not in shared]) for arm in study.arms]
    return tag("section", tag("h3", title), same, *own, class_="runs", aria_label=f"runs of {study.name}")


def facts_of(run: Run) -> dict[str, str]:
    """All that is recorded of a run, nested keys joined by dots."""
    scored = {key: run.metrics[key] for key in OF_METRICS}
    return dict(_flat({**run.record(), "scored": scored, "latency": by_engine(run)}))


def _arm(arm: Arm, runs: Sequence[Mapping[str, str]], keys: Sequence[str]) -> Html:
    present = [key for key in keys if any(key in each for each in runs)]
    about = f" {arm.about}" + (f", {len(runs)} repeats" if len(runs) > 1 else "")
    columns = [run.name for run in arm.runs]
    return tag(
        "details",
        tag("summary", tag("b", arm.name), about),
        _table(columns, {key: [each.get(key, "") for each in runs] for key in present}),
    )


def _table(columns: Sequence[str], rows: Mapping[str, Sequence[str]]) -> Html:
    head = tag("tr", tag("th", "fact", scope="col"), *(tag("th", column, scope="col") for column in columns))
    body = [tag("tr", tag("th", key, scope="row"), *(tag("td", value) for value in rows[key])) for key in rows]
    table = tag("table", tag("thead", head), tag("tbody", *body), class_="facts")
    return tag("div", table, class_="scroll", tabindex=0, role="region", aria_label=f"facts: {columns[0]}")


def _flat(content: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in content.items():
        if isinstance(value, Mapping) and value:
            rows += _flat(value, f"{prefix}{key}.")
        else:
            rows.append((f"{prefix}{key}", _shown(value)))
    return rows


def _shown(value: Any) -> str:
    if value is None or value == {} or value == []:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_shown(item) for item in value)
    return str(value)
