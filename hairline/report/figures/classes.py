"""How each arm does on each class: F1 and IoU as bars with intervals, for data of several classes."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MultipleLocator

from hairline import palette
from hairline.report.figures import style
from hairline.report.study.results import Arm, Study

BARS = {"f1": (palette.BLUE, ""), "iou": (palette.ORANGE, "////")}
"""Colour and hatching of each score: one of them is told apart in black and white."""
COLUMNS = 4


def classes(study: Study) -> Figure:
    """A panel a class, a row an arm, from the top as in the table."""
    names = study.arms[0].first.classes[1:]
    columns = min(len(names), COLUMNS)
    rows = -(-len(names) // columns)
    with style.paper():
        height = 0.7 + (0.55 + 0.27 * len(study.arms)) * rows
        figure, axes = style.panels(rows, columns, width=style.DOUBLE, height=height)
        for place, name in enumerate(names):
            panel = axes.flat[place]
            _draw(panel, study.arms, name)
            if place % columns:
                panel.tick_params(labelleft=False)
        for panel in axes.flat[len(names) :]:
            panel.remove()
        style.title(figure, f"{style.about_data(study)}; n/a: no true pixel of this class")
        handles = [
            Patch(facecolor=colour, hatch=hatch, edgecolor="white", linewidth=0, label=style.SCORES[score])
            for score, (colour, hatch) in BARS.items()
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
        return style.settle(figure)


def _draw(panel: Axes, arms: Sequence[Arm], class_name: str) -> None:
    height = 0.8 / len(BARS)
    for place, (score, (colour, hatch)) in enumerate(BARS.items()):
        scored = [arm.score(score, class_name) for arm in arms]
        rows = [row + (place - (len(BARS) - 1) / 2) * height for row in range(len(arms))]
        lengths = [value or 0.0 for value, _ in scored]
        panel.barh(
            rows, lengths, height, color=colour, hatch=hatch, edgecolor="white", linewidth=0, label=score
        )  # fmt: skip
        for row, (value, interval) in zip(rows, scored, strict=True):
            if value is None:
                panel.text(0.02, row, "n/a", va="center", fontsize=style.SMALL)
                continue
            bars = style.error_bars(value, interval)
            if bars:
                panel.errorbar([value], [row], xerr=bars, fmt="none", ecolor=palette.BLACK, elinewidth=0.7, capsize=1.2)
    panel.set(xlim=(0, 1), ylim=(len(arms) - 0.45, -0.55), xlabel=style.shorten(class_name))
    panel.set_yticks(range(len(arms)), [style.shorten(arm.name) for arm in arms])
    panel.xaxis.set_major_locator(MultipleLocator(0.2))
    panel.grid(visible=False, axis="y")
