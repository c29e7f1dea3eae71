"""How few masks are enough: a score against the number of hand-drawn masks, a line a method."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from hairline.config.annotate import DRAWN_ALONE, METHODS
from hairline.report.figures import style
from hairline.report.study.results import Arm, Study

SHOWN = ("f1", "f1_2px")
SPREAD = 0.06
"""Methods of one number stand side by side over this share of it, so that their bars can be told apart."""
EDGE = 1.35
"""The axis goes this far beyond the smallest and the largest number, one number alone included."""


def masks(study: Study) -> Figure:
    """A panel a score; the network that saw no hand-drawn mask is a line from side to side."""
    looks = style.looks([*METHODS, DRAWN_ALONE])
    methods = {method: _arms_of(study, method) for method in METHODS}
    present = {method: arms for method, arms in methods.items() if arms}
    with style.paper():
        figure, axes = style.panels(1, len(SHOWN), width=style.DOUBLE, height=2.4)
        for panel, score in zip(axes[0], SHOWN, strict=True):
            _prepare(panel, score, sorted({count for arms in present.values() for count in arms}))
            for arm in study.arms:
                if arm.name == DRAWN_ALONE:
                    _draw_level(panel, arm, score, looks[DRAWN_ALONE])
            for place, (method, arms) in enumerate(present.items()):
                side = 1 + SPREAD * (place - (len(present) - 1) / 2)
                _draw_method(panel, arms, score, looks[method], side=side)
        style.title(figure, style.about_data(study))
        shown = [*present, *(arm.name for arm in study.arms if arm.name == DRAWN_ALONE)]
        style.legend_below(figure, {name: looks[name] for name in shown})
        return style.settle(figure)


def _arms_of(study: Study, method: str) -> dict[int, Arm]:
    """By the number of masks that were really used: `all` is as many as there are."""
    own = [arm for arm in study.arms if arm.name.startswith(f"{method}-") and arm.name != DRAWN_ALONE]
    return {arm.first.record()["images"]["train"]: arm for arm in own}


def _prepare(panel: Axes, score: str, counts: list[int]) -> None:
    panel.set_xscale("log")
    panel.xaxis.set_major_locator(FixedLocator(counts))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.xaxis.set_major_formatter(FuncFormatter(style.short_number))
    panel.set_xlabel("hand-drawn masks")
    panel.set_ylabel(style.SCORES[score])
    panel.set_xlim(counts[0] / EDGE, counts[-1] * EDGE)


def _draw_level(panel: Axes, arm: Arm, score: str, look: style.Look) -> None:
    value, interval = arm.score(score)
    if value is None:
        return
    panel.axhline(value, color=look.colour, linestyle="--")
    panel.plot([0.02], [value], color=look.colour, marker=look.marker, transform=panel.get_yaxis_transform())
    if interval and None not in interval:
        panel.axhspan(*interval, color=look.colour, alpha=0.12, linewidth=0)


def _draw_method(panel: Axes, arms: dict[int, Arm], score: str, look: style.Look, *, side: float) -> None:
    scored = {count * side: arm.score(score) for count, arm in sorted(arms.items())}
    present = {place: found for place, found in scored.items() if found[0] is not None}
    panel.plot(list(present), [value for value, _ in present.values()], color=look.colour, marker=look.marker)
    for place, (value, interval) in present.items():
        bars = style.error_bars(value, interval)
        if bars:
            panel.errorbar([place], [value], yerr=bars, fmt="none", ecolor=look.colour, elinewidth=0.8, capsize=1.5)
