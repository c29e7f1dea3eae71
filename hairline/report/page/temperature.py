"""Does the temperature matter: each strategy over the sweep, between the student without a teacher and the teacher."""

from collections.abc import Mapping

from hairline.config import DistillParams
from hairline.html.markup import Html
from hairline.report.page import plot
from hairline.report.page.chart import PLAIN, chart_figure, is_known, reach, told
from hairline.report.page.looks import Look, look
from hairline.report.page.plot import Plot
from hairline.report.study.results import HEADLINES, Arm, Study

CAPTION = (
    "Each strategy over the sweep; bars and the band of the baseline: 95 % intervals. Points stand a little beside "
    "their temperature so that their bars can be told apart."
)
TICKS = 8
ASIDE = 0.012
"""Of the axis: how far the strategies stand apart."""

End = tuple[float, str, Look]


def temperature(study: Study) -> Html | None:
    if not isinstance(study.section, DistillParams):
        return None
    arms = {arm.name: arm for arm in study.arms if arm.score(arm.headline)[0] is not None}
    swept = {name: where for name, where in study.section.sweep().items() if name in arms}
    if not swept:
        return None
    strategies = list(dict.fromkeys(strategy for strategy, _ in swept.values()))
    levels = [arms[name] for name in ("baseline", "teacher") if name in arms]
    temperatures = sorted({temperature for _, temperature in swept.values()})
    values = [value for arm in [*(arms[name] for name in swept), *levels] for value in reach(arm)]
    drawing = Plot(
        plot.wide(temperatures),
        plot.share_span(values),
        x_label="temperature T",
        y_label=HEADLINES[study.headline],
        x_ticks=temperatures if len(temperatures) <= TICKS else None,
        gutter=plot.gutter_for([*strategies, *(arm.name for arm in levels)]),
    )
    ends = [_level(drawing, arm) for arm in levels]
    step = (drawing.x.high - drawing.x.low) * ASIDE
    for place, strategy in enumerate(strategies):
        own = {at: arms[name] for name, (each, at) in swept.items() if each == strategy}
        ends.append(_strategy(drawing, strategy, own, look(place), shift=step * (place - (len(strategies) - 1) / 2)))
    drawing.label_ends(ends)
    return chart_figure(drawing, f"{HEADLINES[study.headline]} against temperature", CAPTION)


def _level(drawing: Plot, arm: Arm) -> End:
    """A line from end to end, because it has no temperature."""
    value, interval = arm.score(arm.headline)
    low, high = drawing.x.low, drawing.x.high
    style = "dashed" if arm.name == "baseline" else "dotted"
    drawing.line([(low, value), (high, value)], PLAIN, title=told(arm), style=style)
    if arm.name == "baseline" and is_known(interval):
        drawing.band([(low, *interval), (high, *interval)], PLAIN)
    return value, arm.name, PLAIN


def _strategy(drawing: Plot, strategy: str, arms: Mapping[float, Arm], own: Look, *, shift: float) -> End:
    points = []
    for at in sorted(arms):
        value, interval = arms[at].score(arms[at].headline)
        points.append((at + shift, value))
        if is_known(interval):
            drawing.bar(at + shift, *interval, own)
    drawing.line(points, own, title=strategy)
    for at, point in zip(sorted(arms), points, strict=True):
        drawing.mark(point, own, title=told(arms[at]))
    return points[-1][1], strategy, own
