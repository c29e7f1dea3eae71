"""What a temperature does: the score of each swept student, beside the teacher and the student without one."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from hairline.report.figures import style
from hairline.report.study.results import Arm, Study

SCORE = "f1_2px"
LEVELS = {"baseline": "--", "teacher": "-"}
"""Arms without a temperature, as lines from side to side."""
SPREAD = 0.35
"""Strategies of one temperature stand side by side over this share of the smallest step between temperatures."""
SHOWN = 9
"""Temperatures written at the axis; of more than these every second, third, ..."""


def temperature(study: Study) -> Figure:
    """A panel a class; for a study that sweeps temperatures."""
    sweep = study.section.sweep()
    strategies = list(dict.fromkeys(strategy for strategy, _ in sweep.values()))
    goes_on = (study.section.strategy, study.section.temperature)
    looks = style.looks(["teacher", "baseline", *dict.fromkeys([*strategies, goes_on[0]])])
    arms = {arm.name: arm for arm in study.arms}
    classes = study.arms[0].first.classes[1:]
    with style.paper():
        columns = min(len(classes), 3)
        rows = -(-len(classes) // columns)
        width = style.SINGLE if columns == 1 else style.DOUBLE
        figure, axes = style.panels(rows, columns, width=width, height=0.35 + 2.0 * rows)
        for panel, name in zip(axes.flat, classes, strict=False):
            _prepare(panel, name, sorted({value for _, value in [*sweep.values(), goes_on]}))
            for level in LEVELS:
                _draw_level(panel, arms[level], name, looks[level])
            for place, strategy in enumerate(strategies):
                swept = {value: arms[arm] for arm, (own, value) in sweep.items() if own == strategy}
                side = (place + 0.5) / len(strategies) - 0.5
                _draw_strategy(panel, strategy, swept, name, looks[strategy], side=side)
            if goes_on not in sweep.values():
                _draw_chosen(panel, goes_on, arms["chosen"], name, looks)
            if not panel.get_lines():
                style.say_nothing_there(panel, "n/a: no true pixel of this class")
        for panel in axes.flat[len(classes) :]:
            panel.remove()
        hollow = "" if goes_on in sweep.values() else "; hollow: the student that goes on"
        style.title(figure, f"{style.about_data(study)}, bars and bands{hollow}")
        style.legend_below(figure, looks)
        return style.settle(figure)


def _prepare(panel: Axes, class_name: str, temperatures: Sequence[float]) -> None:
    if temperatures[-1] > 10 * temperatures[0]:
        panel.set_xscale("log")
    every = -(-len(temperatures) // SHOWN)
    panel.xaxis.set_major_locator(FixedLocator(temperatures[::every]))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.xaxis.set_major_formatter(FuncFormatter(style.short_number))
    panel.set_xlabel("temperature T")
    panel.set_title(style.shorten(class_name))
    panel.set_ylabel(style.SCORES[SCORE])
    panel.margins(x=0.1)


def _draw_level(panel: Axes, arm: Arm, class_name: str, look: style.Look) -> None:
    value, interval = arm.score(SCORE, class_name)
    if value is None:
        return
    panel.axhline(value, color=look.colour, linestyle=LEVELS[arm.name], label=arm.name)
    edge = 0.02 if arm.name == "teacher" else 0.98
    sideways = panel.get_yaxis_transform()
    panel.plot([edge], [value], color=look.colour, marker=look.marker, transform=sideways, clip_on=False)
    if interval and None not in interval:
        panel.axhspan(*interval, color=look.colour, alpha=0.12, linewidth=0)


def _draw_strategy(
    panel: Axes, strategy: str, swept: Mapping[float, Arm], class_name: str, look: style.Look, *, side: float
) -> None:
    """`side`: -0.5 to 0.5, left to right of the temperature, so that bars stand beside each other."""
    scored = {value: arm.score(SCORE, class_name) for value, arm in sorted(swept.items())}
    present = {value: score for value, score in scored.items() if score[0] is not None}
    if not present:
        return
    places = _beside(list(swept), list(present), side=SPREAD * side, logarithmic=panel.get_xscale() == "log")
    heights = [value for value, _ in present.values()]
    panel.plot(places, heights, color=look.colour, marker=look.marker, label=strategy, linewidth=0.8)
    for place, (value, interval) in zip(places, present.values(), strict=True):
        bars = style.error_bars(value, interval)
        if bars:
            panel.errorbar([place], [value], yerr=bars, fmt="none", ecolor=look.colour, elinewidth=0.8, capsize=1.5)


def _draw_chosen(
    panel: Axes, goes_on: tuple[str, float], arm: Arm, class_name: str, looks: Mapping[str, style.Look]
) -> None:
    """The student that goes on, where it is none of the sweep's: hollow, in its strategy's colour."""
    strategy, place = goes_on
    value, interval = arm.score(SCORE, class_name)
    if value is None:
        return
    look = looks[strategy]
    panel.errorbar(
        [place], [value], yerr=style.error_bars(value, interval), color=look.colour, marker=look.marker,
        markerfacecolor="white", linestyle="none", elinewidth=0.8, capsize=1.5, label="chosen",
    )  # fmt: skip


def _beside(swept: Sequence[float], present: Sequence[float], *, side: float, logarithmic: bool) -> list[float]:
    """Places on the axis, moved sideways by a share of the smallest step."""
    steps = sorted(swept)
    pairs = list(pairwise(steps))
    if logarithmic:
        step = min((right / left for left, right in pairs), default=2)
        return [value * step**side for value in present]
    step = min((right - left for left, right in pairs), default=1)
    return [value + side * step for value in present]
