"""What each arm's threshold trades: precision over recall, a chart for each data set and each class."""

from collections.abc import Sequence

from hairline.html.markup import Html
from hairline.report.page import plot
from hairline.report.page.chart import PLAIN, Looks, chart_figure, key_of
from hairline.report.page.looks import REST, in_front
from hairline.report.page.plot import Plot, Point
from hairline.report.study.equal_f1 import LEVELS, equal_f1
from hairline.report.study.results import Arm, Run, Study

CHARTS = 6
"""Of a study; more are left out."""


def precision_recall(study: Study, looks: Looks) -> list[Html]:
    groups: dict[tuple[str, str], list[Arm]] = {}
    for arm in study.arms:
        for name in arm.first.classes[1:]:
            groups.setdefault((arm.dataset, name), []).append(arm)
    charts = [_chart(arms, name, looks) for (_, name), arms in groups.items()]
    return [chart for chart in charts if chart is not None][:CHARTS]


def _chart(arms: Sequence[Arm], name: str, looks: Looks) -> Html | None:
    runs = {arm.name: arm.first for arm in arms}
    curves = {arm: _points(run, name) for arm, run in runs.items()}
    curves = {arm: points for arm, points in curves.items() if points}
    if not curves:
        return None
    drawing = Plot((0.0, 1.0), (0.0, 1.0), x_label=f"recall of {plot.shorten(name, 30)}", y_label="precision")
    for level in LEVELS:
        _draw_level(drawing, level)
    order = in_front({arm: looks[arm] for arm in curves})
    for arm in order:
        drawing.line(curves[arm], looks[arm], title=arm)
    for arm in order:
        recall, precision = runs[arm].score("recall", name), runs[arm].score("precision", name)
        if recall is not None and precision is not None:
            chosen = f"{arm}, {_at(runs[arm])}: precision {precision:.3f}, recall {recall:.3f}"
            drawing.mark((recall, precision), looks[arm], title=chosen)
    entries = [(looks[arm], arm) for arm in curves if looks[arm] != REST]
    if len(entries) < len(curves):
        entries.append((REST, f"{len(curves) - len(entries)} other arms"))
    repeats = " First repeat of each arm." if len(arms[0].runs) > 1 else ""
    return chart_figure(
        drawing,
        f"Precision and recall: {name} in {arms[0].dataset}",
        f"Markers: {_at(arms[0].first)}. Thin lines: equal F1.{repeats}",
        key_of(entries),
    )


def _at(run: Run) -> str:
    return "at the threshold chosen on val" if run.thresholds else "where the likeliest class is taken"


def _points(run: Run, name: str) -> list[Point]:
    rows = [row for row in run.curve() if row["class"] == name and row["precision"] and row["recall"]]
    return [(float(row["recall"]), float(row["precision"])) for row in rows]


def _draw_level(drawing: Plot, level: float) -> None:
    drawing.line(equal_f1(level), PLAIN, title=f"F1 = {level}", style="iso")
    x, y = drawing.at((1.0, level / (2 - level)))
    drawing.note(x - 4, y - 3, f"F1 {level}", anchor="end")
