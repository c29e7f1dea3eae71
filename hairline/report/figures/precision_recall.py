"""What the threshold trades: precision over recall of each arm, over faint lines of equal F1."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from hairline import palette
from hairline.report.figures import style
from hairline.report.study.equal_f1 import LEVELS, equal_f1
from hairline.report.study.results import Arm, Run, Study


def precision_recall(study: Study) -> Figure:
    """A panel a class and a data set; a line a run, its marker at what is predicted.

    That is where the threshold chosen on val lies, or what is the likeliest class where there is none.
    """
    looks = style.arm_looks(study)
    datasets = study.datasets
    shown = [(dataset, name) for dataset in datasets for name in study.arms[0].first.classes[1:]]
    columns = min(len(shown), 3)
    rows = -(-len(shown) // columns)
    with style.paper():
        width = style.SINGLE if columns == 1 else style.DOUBLE
        side = (2.7, 2.9, 2.1)[columns - 1]
        figure, axes = style.panels(rows, columns, width=width, height=0.4 + side * rows)
        for panel, (dataset, name) in zip(axes.flat, shown, strict=False):
            arms = [arm for arm in study.arms if arm.dataset == dataset]
            _draw_equal_f1(panel)
            _draw_arms(panel, arms, name, looks)
            panel.set_title(style.shorten(name) + (f"\non {style.shorten(dataset)}" if len(datasets) > 1 else ""))
        for panel in axes.flat[len(shown) :]:
            panel.remove()
        where = " and ".join(style.shorten(dataset) for dataset in datasets)
        marker = "the threshold chosen on val" if study.arms[0].first.thresholds else "the likeliest class"
        style.title(figure, f"{study.split} split of {where}; marker: {marker}; grey: equal F1")
        style.legend_below(figure, {arm.name: looks[arm.name] for arm in study.trained})
        return style.settle(figure)


def points(run: Run, class_name: str) -> tuple[list[float], list[float]]:
    """Recall and precision; none where the class is absent."""
    rows = [row for row in run.curve() if row["class"] == class_name and row["precision"] and row["recall"]]
    return [float(row["recall"]) for row in rows], [float(row["precision"]) for row in rows]


def _draw_arms(panel: Axes, arms: Sequence[Arm], class_name: str, looks: dict[str, style.Look]) -> None:
    thin, drawn = len(arms) > style.MANY or len(arms[0].runs) > 1, False
    for arm in arms:
        look = looks[arm.name]
        for run in arm.runs:
            recall, precision = points(run, class_name)
            drawn = drawn or bool(recall)
            panel.plot(recall, precision, color=look.colour, linewidth=0.5 if thin else 0.9, label=run.name)
            at = run.score("recall", class_name), run.score("precision", class_name)
            if None not in at:
                panel.plot(*([value] for value in at), color=look.colour, marker=look.marker, clip_on=False, zorder=3)
    if not drawn:
        style.say_nothing_there(panel, "n/a: no true pixel of this class")
    panel.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="recall", ylabel="precision")
    for axis in (panel.xaxis, panel.yaxis):
        axis.set_major_locator(MultipleLocator(0.2))


def _draw_equal_f1(panel: Axes) -> None:
    panel.grid(visible=False)
    for level in LEVELS:
        recall, precision = zip(*equal_f1(level), strict=True)
        panel.plot(recall, precision, color=palette.GREY, linewidth=0.4, alpha=0.6, zorder=1)
        panel.text(
            1.01, level / (2 - level), f"{level:g}", fontsize=style.SMALL, color=palette.GREY, va="center",
        )  # fmt: skip
