"""The table of a study's arms. Each cell carries its bare number, by which the script sorts."""

from collections.abc import Mapping, Sequence
from typing import Any

from hairline.html.markup import Html, tag
from hairline.html.words import thousands
from hairline.report.page.looks import Look
from hairline.report.study.results import HEADLINES, Arm, Run, Study
from hairline.report.study.speed import engines_of, megabytes, timed
from hairline.report.study.study_table import SCORES

FILTERED = 12
"""More rows than this get a box to search them."""


def arms_table(study: Study, looks: dict[str, Look], *, best: str) -> Html:
    first = study.arms[0].first
    engines = engines_of(arm.first for arm in study.arms)
    costs = ["parameters", "MB", f"GMAC at {first.metrics['macs_at']} px"]
    costs += [f"ms at {first.speed['size']} px, {title}" for title in engines.values()]
    titles = list(SCORES)  # the difference stands beside what it is a difference of
    headline = HEADLINES[study.headline]
    titles.insert(titles.index(headline) + 1, f"{headline} minus {study.reference}")
    head = tag("tr", *(_head(title) for title in ["arm", *titles, *costs]))
    rows = [_row(arm, study, looks[arm.name], best=best, engines=list(engines)) for arm in study.arms]
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="arms")
    box = tag("div", table, class_="scroll", tabindex=0, role="region", aria_label=f"scores of {study.name}")
    return tag("div", _filter(len(rows)), box, class_="sortable")


def _filter(rows: int) -> Html | None:
    if rows <= FILTERED:
        return None
    field = tag("input", type="search", placeholder="part of a name", autocomplete="off")
    count = tag("output", f"{rows} arms", aria_live="polite")
    return tag("div", tag("label", "Show only ", field), " ", count, class_="filter needs-script")


def _head(title: str) -> Html:
    button = tag("button", title, type="button")
    return tag("th", button, scope="col", aria_sort="none")


def _row(arm: Arm, study: Study, look: Look, *, best: str, engines: Sequence[str]) -> Html:
    marks = [tag("span", "best on val", class_="badge")] if arm.name == best else []
    marks += [tag("span", "reference", class_="badge quiet")] if arm.name in study.references else []
    name = tag(
        "th", look.swatch(), tag("b", arm.name), *marks, tag("small", arm.about), scope="row", data_value=arm.name
    )
    scores = [_score(*arm.score(score)) for score in SCORES.values()]
    scores.insert(list(SCORES).index(HEADLINES[study.headline]) + 1, _difference(arm, study))
    return tag("tr", name, *scores, *_cost(arm.first, engines))


def _score(value: float | None, interval: Any) -> Html:
    if value is None:
        return tag("td", "n/a", data_value="")
    return _cell(value, f"{value:.3f}", _range(interval, "{:.3f}"))


def _difference(arm: Arm, study: Study) -> Html:
    test = study.difference(arm.name, study.headline)
    if test is None:
        return tag("td", "reference" if arm.name in study.references else "none", data_value="", class_="quiet")
    if test["difference"] is None:
        return tag("td", "n/a", data_value="")
    chance = None if test["p_value"] is None else f"p = {test['p_value']:.3f}"
    to = f"to {arm.plan.reference}" if len(study.references) > 1 else None
    about = [_range((test["low"], test["high"]), "{:+.3f}"), to, chance]
    return _cell(test["difference"], f"{test['difference']:+.3f}", *about)


def _cost(run: Run, engines: Sequence[str]) -> list[Html]:
    cost = run.metrics
    return [
        _cell(cost["parameters"], thousands(cost["parameters"])),
        _cell(cost["weights_bytes"], f"{megabytes(run):.2f}"),
        _cell(cost["macs"], f"{cost['macs'] / 1e9:.3f}"),
        *(_time(timed(run, engine)) for engine in engines),
    ]


def _time(times: Mapping[str, Any]) -> Html:
    if "median_ms" not in times:
        return tag("td", "n/a", data_value="", title=times.get("failed", "not timed"))
    return _cell(times["median_ms"], f"{times['median_ms']:.1f}", f"p95 {times['p95_ms']:.1f}")


def _cell(value: float, shown: str, *about: str | None) -> Html:
    small = [tag("small", line) for line in about if line]
    return tag("td", shown, *small, data_value=f"{value:.6g}" if isinstance(value, float) else value)


def _range(interval: Any, form: str) -> str | None:
    if not interval or None in interval:
        return None
    return ("–" if min(interval) >= 0 and "+" not in form else " to ").join(form.format(end) for end in interval)
