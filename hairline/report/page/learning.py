"""How each arm learned: what its weights were chosen by, epoch by epoch."""

from collections.abc import Sequence

from hairline.html.markup import Html
from hairline.report.page import plot
from hairline.report.page.chart import FIGURES, Looks, chart_figure, own_arms
from hairline.report.page.looks import REST, in_front
from hairline.report.page.plot import Plot, Point
from hairline.report.study.results import Arm, Study

MARKERS = 6
"""About as many on a line; a long training would be a row of beads."""


def learning(study: Study, looks: Looks, *, select: str) -> Html | None:
    curves = {arm.name: mean_history(arm, f"val_{select}") for arm in own_arms(study)}
    curves = {name: points for name, points in curves.items() if points}
    if not curves:
        return None
    epochs = [epoch for points in curves.values() for epoch, _ in points]
    values = [value for points in curves.values() for _, value in points]
    named = [name for name in curves if looks[name] != REST]
    title = FIGURES[select]
    drawing = Plot(
        plot.wide(epochs),
        plot.span(values) if select == "loss" else plot.share_span(values),
        x_label="epoch",
        y_label=f"{title} on val",
        x_ticks=_whole_ticks(epochs),
        gutter=plot.gutter_for(named),
    )
    for name in in_front({name: looks[name] for name in curves}):
        _draw(drawing, curves[name], name, looks)
    drawing.label_ends([(curves[name][-1][1], name, looks[name]) for name in named])
    repeats = len(study.arms[0].runs)
    over = f" Mean of {repeats} repeats, as far as all of them were trained." if repeats > 1 else ""
    grey = " Grey: all other arms." if len(named) < len(curves) else ""
    has_refit = any(run.refit for arm in own_arms(study) for run in arm.runs)
    chosen = "kept weights, or with a refit the threshold," if has_refit else "kept weights"
    return chart_figure(drawing, f"Learning: {title} on val", f"What the {chosen} were chosen by.{over}{grey}")


def mean_history(arm: Arm, column: str) -> list[Point]:
    """At each epoch in which all repeats were validated."""
    histories = []
    for run in arm.runs:
        rows = run.history()
        histories.append({float(row["epoch"]): float(row[column]) for row in rows if row.get(column)})
    common = sorted(set.intersection(*(set(history) for history in histories)))
    return [(epoch, sum(history[epoch] for history in histories) / len(histories)) for epoch in common]


def _draw(drawing: Plot, points: list[Point], name: str, looks: Looks) -> None:
    drawing.line(points, looks[name], title=name)
    if looks[name] != REST:
        marked = points[:-1:max(1, len(points) // MARKERS)] + points[-1:]  # fmt: skip
        for point in marked:
            drawing.mark(point, looks[name], title=f"{name}, epoch {point[0]:.0f}: {point[1]:.3f}")


def _whole_ticks(epochs: Sequence[float]) -> list[float]:
    low, high = int(min(epochs)), int(max(epochs))
    steps = (part * 10**power for power in range(9) for part in (1, 2, 5))
    step = next(step for step in steps if high - low <= 6 * step)
    return [epoch for epoch in range(low - low % step, high + 1, step) if epoch >= low]
