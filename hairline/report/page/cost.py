"""What quality costs: score upwards, milliseconds or parameters to the right, and the front of what is worth it."""

from collections.abc import Callable, Sequence

from hairline.html.markup import Html
from hairline.report.page import plot
from hairline.report.page.chart import (
    PLAIN,
    Looks,
    chart_figure,
    is_known,
    own_arms,
    reach,
    told,
)  # fmt: skip
from hairline.report.page.looks import REST, in_front
from hairline.report.page.plot import Plot
from hairline.report.study.results import HEADLINES, Arm, Study
from hairline.report.study.speed import first_engine, threads_of, timed

LOG_FROM = 8
"""Costs that differ by more than this factor get a logarithmic axis."""


def against_latency(study: Study, looks: Looks) -> Html | None:
    first = study.arms[0].first
    speed, engine = first.speed, first_engine(first)
    busy = any(arm.first.speed["busy"] for arm in own_arms(study))
    caption = (
        f"Median of {speed['runs']} pictures of {speed['size']} px, {threads_of(first)}, {engine['title']} "
        f"({engine['how']})."
        + (" The machine was busy with other work while some of them were measured." if busy else "")
    )
    return _against(
        study, looks, lambda arm: timed(arm.first, engine["name"]).get("median_ms"), label="milliseconds a picture",
        title="Quality against latency", caption=caption,
    )  # fmt: skip


def against_parameters(study: Study, looks: Looks) -> Html | None:
    return _against(
        study, looks, lambda arm: arm.first.metrics["parameters"], label="parameters",
        title="Quality against size", caption="Parameters used when predicting.",
    )  # fmt: skip


def pareto_front(points: Sequence[tuple[float, float, str]]) -> list[tuple[float, float, str]]:
    """(cost, value, name) of those better than all that cost as much or less, by rising cost."""
    front: list[tuple[float, float, str]] = []
    for point in sorted(points, key=lambda point: (point[0], -point[1], point[2])):
        if not front or point[1] > front[-1][1]:
            front.append(point)
    return front


def _against(
    study: Study, looks: Looks, cost: Callable[[Arm], float | None], *, label: str, title: str, caption: str
) -> Html | None:
    known = {arm.name: cost(arm) for arm in own_arms(study) if arm.score(arm.headline)[0] is not None}
    at = {name: value for name, value in known.items() if value is not None}
    arms = {arm.name: arm for arm in own_arms(study) if arm.name in at}
    if not arms:
        return None
    costs = list(at.values())
    log = min(costs) > 0 and max(costs) > LOG_FROM * min(costs)
    drawing = Plot(
        plot.span(costs, log=log),
        plot.share_span([value for arm in arms.values() for value in reach(arm)]),
        x_label=label + (" (log scale)" if log else ""),
        y_label=HEADLINES[study.headline],
        x_log=log,
    )
    places = {name: (at[name], arm.score(arm.headline)[0]) for name, arm in arms.items()}
    front = pareto_front([(*place, name) for name, place in places.items()])
    _draw_front(drawing, front)
    order = in_front({name: looks[name] for name in arms})
    for name in order:
        interval = arms[name].score(study.headline)[1]
        if is_known(interval):
            drawing.bar(places[name][0], *interval, looks[name])
    for name in order:
        drawing.mark(places[name], looks[name], title=f"{told(arms[name])}; {label}: {places[name][0]:,.10g}")
    labelled = dict.fromkeys([name for _, _, name in reversed(front)] + [n for n in arms if looks[n] != REST])
    drawing.label_points([(places[name], name) for name in labelled])
    return chart_figure(drawing, title, f"{caption} Dashed: the Pareto front. Bars: 95 % intervals.")


def _draw_front(drawing: Plot, front: Sequence[tuple[float, float, str]]) -> None:
    """As a staircase: between two of them, the cheaper one is the best that can be had."""
    steps = [front[0][:2]]
    for cost, value, _ in front[1:]:
        steps += [(cost, steps[-1][1]), (cost, value)]
    drawing.line([*steps, (drawing.x.high, steps[-1][1])], PLAIN, title="the Pareto front", style="front")
