"""The one look of all figures: widths of a paper's column, no letter below 7 points, a colour and a marker an arm."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import fill

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.textpath import text_to_path
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from hairline import palette
from hairline.report.study.results import Study

SINGLE, DOUBLE = 3.4, 7.0
"""Width of one column and of two, inches."""
DOTS_PER_INCH = 300
LETTER, SMALL = 8, 7
HANDLE = 27
"""Points that a legend needs beside a name."""
MANY = 10
"""More arms than this are drawn with thin lines, and bars without caps."""
COLOURS = tuple(colour for colour in palette.SERIES if colour != palette.YELLOW)  # yellow lines are lost on white
SCORES = {"f1": "F1", "f1_2px": "F1 at 2 px", "iou": "IoU", "mean_iou": "mean IoU", "loss": "loss"}
LOOK = {
    "font.family": ["DejaVu Sans"],  # comes with matplotlib, so every machine draws the same
    "font.size": LETTER,
    "axes.titlesize": LETTER,
    "axes.labelsize": LETTER,
    "figure.titlesize": LETTER,
    "legend.fontsize": SMALL,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "grid.alpha": 0.3,
    "grid.color": palette.GREY,
    "grid.linewidth": 0.4,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.1,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "legend.columnspacing": 1.2,
    "legend.labelspacing": 0.3,
    "hatch.linewidth": 0.5,
    "savefig.dpi": DOTS_PER_INCH,
    "svg.fonttype": "path",  # letters as outlines: the same in every viewer and printer
    "svg.hashsalt": "hairline",
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
}


@dataclass(frozen=True)
class Look:
    colour: str
    marker: str


@contextmanager
def paper() -> Iterator[None]:
    """Draw and save within: whatever a user's matplotlibrc says, figures look the same."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(LOOK)
        yield


def looks(names: Sequence[str]) -> dict[str, Look]:
    """By position; seven colours and eight markers make 56 pairs before one comes again."""
    markers = palette.MARKERS
    return {
        name: Look(COLOURS[place % len(COLOURS)], markers[place % len(markers)]) for place, name in enumerate(names)
    }


def arm_looks(study: Study) -> dict[str, Look]:
    """An arm looks the same in every figure, and on whatever data set it is tested."""
    trained = looks([arm.name for arm in study.trained])
    return {arm.name: trained[arm.plan.trained] for arm in study.arms}


def panels(rows: int, columns: int, *, width: float, height: float) -> tuple[Figure, np.ndarray]:
    """A figure and its [rows, columns] axes; `height` is that of all panels, a legend below adds its own."""
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.03, wspace=0.02, hspace=0.02)
    return figure, figure.subplots(rows, columns, squeeze=False)


def settle(figure: Figure) -> Figure:
    """Fix the layout: done once, not for every file; and labels may now ask where things are."""
    figure.get_layout_engine().execute(figure)
    figure.set_layout_engine("none")
    return figure


def title(figure: Figure, text: str) -> None:
    """What is shown and of which data, wrapped to the figure's width."""
    figure.suptitle(fill(text, int(figure.get_figwidth() * 16.5)), fontsize=SMALL)


def legend_below(figure: Figure, entries: Mapping[str, Look], *, line: str = "-") -> None:
    """Under the panels, in as many columns as fit; the figure grows, so that the data lose nothing."""
    names = [shorten(name) for name in entries]
    font = FontProperties(family=LOOK["font.family"], size=SMALL)
    widest = max(text_to_path.get_text_width_height_descent(name, font, False)[0] for name in names)
    columns = max(1, min(len(names), int(72 * figure.get_figwidth() / (widest + HANDLE))))
    figure.set_figheight(figure.get_figheight() + 0.15 * -(-len(names) // columns) + 0.05)
    handles = [
        Line2D([], [], color=look.colour, marker=look.marker, linestyle=line, label=name)
        for name, look in zip(names, entries.values(), strict=True)
    ]
    figure.legend(handles, names, loc="outside lower center", ncols=columns)


def shorten(name: str, length: int = 28) -> str:
    """A long name keeps its two ends."""
    name = " ".join(name.split())
    half = (length - 1) // 2
    return name if len(name) <= length else f"{name[:half]}…{name[-half:]}"


def short_number(value: float, _place: int | None = None) -> str:
    """48 416 -> 48.4 k; for the ticks of a logarithmic axis, too."""
    for unit, name in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= unit:
            return f"{value / unit:.3g}{name}"
    return f"{value:.3g}"


def logarithmic_ticks(axes: Axes) -> None:
    """A few round numbers, however little or much of a decade is shown; the limits are set before."""
    axes.set_xscale("log")
    low, high = axes.get_xlim()
    decades = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    for steps in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 7)):
        ticks = [step * 10.0**decade for decade in decades for step in steps if low <= step * 10.0**decade <= high]
        if len(ticks) >= 3:
            break
    else:
        ticks = [tick for tick in MaxNLocator(4).tick_values(low, high) if low <= tick <= high]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(short_number))


def say_nothing_there(axes: Axes, text: str) -> None:
    """An empty panel says why."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", fontsize=SMALL, color=palette.BLACK)


def error_bars(value: float, interval: Sequence[float | None] | None) -> list[list[float]] | None:
    """Down and up from the value, as matplotlib wants them; None where there is no interval."""
    if not interval or None in interval:
        return None
    return [[max(value - interval[0], 0.0)], [max(interval[1] - value, 0.0)]]


def about_data(study: Study) -> str:
    """`test split of synthetic, 100 pictures; 95 % intervals over pictures (bootstrap)`"""
    counts = {arm.dataset: arm.first.scores["images"] for arm in study.arms}
    data = " and ".join(f"{shorten(name)}, {count} pictures" for name, count in counts.items())
    return f"{study.split} split of {data}; {about_intervals(study)}"


def about_intervals(study: Study) -> str:
    repeats = len(study.arms[0].runs)
    over = "pictures (bootstrap)" if repeats == 1 else f"{repeats} repeats (Student's t)"
    return f"95 % intervals over {over}"
