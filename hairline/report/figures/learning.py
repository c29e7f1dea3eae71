"""How each training went: what the weights are chosen by, and the losses, epoch by epoch."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from hairline.report.figures import style
from hairline.report.study.results import Run, Study


def learning(study: Study, *, select: str) -> Figure:
    """A line a run; its marker stands at the epoch that was best on val."""
    arms = study.trained
    looks = {arm.name: style.arm_looks(study)[arm.name] for arm in arms}
    columns = list(dict.fromkeys([f"val_{select}", "val_loss", "train_loss"]))
    with style.paper():
        figure, axes = style.panels(1, len(columns), width=style.DOUBLE, height=2.1)
        for arm in arms:
            for run in arm.runs:
                for panel, column in zip(axes[0], columns, strict=True):
                    _draw_run(panel, run, column, looks[arm.name], thin=len(arm.runs) > 1 or len(arms) > style.MANY)
        for panel, column in zip(axes[0], columns, strict=True):
            _finish(panel, column, classes=len(arms[0].first.classes))
        style.title(figure, _about(study))
        style.legend_below(figure, looks)
        return style.settle(figure)


def points(run: Run, column: str) -> tuple[list[int], list[float]]:
    """Epochs and values; an epoch in which the run was not validated has none."""
    rows = [row for row in run.history() if row.get(column)]
    return [int(float(row["epoch"])) for row in rows], [float(row[column]) for row in rows]


def _draw_run(panel: Axes, run: Run, column: str, look: style.Look, *, thin: bool) -> None:
    epochs, values = points(run, column)
    best = run.record()["best_epoch"]
    panel.plot(
        epochs, values, color=look.colour, marker=look.marker, linewidth=0.6 if thin else 1.1,
        markevery=[place for place, epoch in enumerate(epochs) if epoch == best], markeredgecolor="none",
    )  # fmt: skip


def _finish(panel: Axes, column: str, *, classes: int) -> None:
    split, _, score = column.partition("_")
    mean = "\n(mean of the classes)" if classes > 2 and score != "loss" else ""
    panel.set_xlabel("epoch")
    panel.set_ylabel(f"{style.SCORES.get(score, score)} on {split}{mean}")
    panel.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    values = [value for line in panel.get_lines() for value in line.get_ydata()]
    if score == "loss" and values and min(values) > 0 and max(values) > 20 * min(values):
        panel.set_yscale("log")
        panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=8))
        panel.yaxis.set_major_formatter(FuncFormatter(style.short_number))
        panel.yaxis.set_minor_formatter(NullFormatter())


def _about(study: Study) -> str:
    several = "; a line a repeat" if len(study.arms[0].runs) > 1 else ""
    return f"{_learned_from(study)}; marker: the epoch that was best on val{several}"


def _learned_from(study: Study) -> str:
    """Of each data set that networks were trained on: how many pictures, or from how few to how many."""
    counts: dict[str, list[dict[str, int]]] = {}
    in_turns = set()
    for arm in study.trained:
        for run in arm.runs:
            record = run.record()
            counts.setdefault(record["dataset"], []).append(record["images"])
            if run.refit > 1:
                in_turns.add(record["dataset"])
    return "; ".join(
        f"{style.shorten(name)}: {_span(images, 'train')} pictures to train, {_span(images, 'val')} to validate"
        + (", all of them in turns" if name in in_turns else "")
        for name, images in counts.items()
    )


def _span(images: list[dict[str, int]], split: str) -> str:
    numbers = sorted({each[split] for each in images})
    return " to ".join(str(number) for number in dict.fromkeys([numbers[0], numbers[-1]]))
