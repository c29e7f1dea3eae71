"""What quality costs: a score against the time a picture takes and against the parameters, with the front."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hairline import palette
from hairline.report.figures import style
from hairline.report.figures.labels import label_points
from hairline.report.study.results import Arm, Study
from hairline.report.study.speed import first_engine, threads_of

Cost = Callable[[Arm], float | None]

NAMED = 7
"""More arms than this are named in a legend, not at their points."""


def pareto(study: Study) -> Figure:
    """A row a data set that was tested on; each arm at its cost and its score."""
    looks = style.arm_looks(study)
    datasets = study.datasets
    few = len(looks) <= NAMED
    costs = {_speed_label(study): milliseconds, "parameters": parameters}
    with style.paper():
        height = 0.2 + (2.6 if few else 2.2) * len(datasets)
        figure, axes = style.panels(len(datasets), len(costs), width=style.DOUBLE, height=height)
        for row, dataset in zip(axes, datasets, strict=True):
            arms = [arm for arm in study.arms if arm.dataset == dataset]
            for panel, (label, cost) in zip(row, costs.items(), strict=True):
                _draw(panel, arms, cost, looks, score=study.headline, many=len(looks) > style.MANY)
                panel.set_xlabel(label)
            row[0].set_ylabel(_score_label(study, dataset if len(datasets) > 1 else ""))
        style.title(figure, f"{style.about_data(study)}; grey: the front of these scores")
        if few:
            style.settle(figure)
            for row, dataset in zip(axes, datasets, strict=True):
                arms = [arm for arm in study.arms if arm.dataset == dataset]
                for panel, cost in zip(row, costs.values(), strict=True):
                    _label(panel, arms, cost, score=study.headline)
        else:
            style.legend_below(figure, {arm.name: looks[arm.name] for arm in study.trained}, line="none")
            style.settle(figure)
    return figure


def milliseconds(arm: Arm) -> float | None:
    """By the first engine; None where it cannot run the network."""
    known = [first_engine(run)["median_ms"] for run in arm.runs if "median_ms" in first_engine(run)]
    return median(known) if known else None


def parameters(arm: Arm) -> float | None:
    return arm.first.metrics["parameters"]


def front(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Of (cost, score) pairs those that no other beats in both, from cheap to dear."""
    best: list[tuple[float, float]] = []
    for cost, score in sorted(points, key=lambda point: (point[0], -point[1])):
        if not best or score > best[-1][1]:
            best.append((cost, score))
    return best


def _draw(
    panel: Axes, arms: Sequence[Arm], cost: Cost, looks: dict[str, style.Look], *, score: str,
    many: bool,
) -> None:  # fmt: skip
    points = []
    for arm in arms:
        value, interval = arm.score(score)
        at = cost(arm)
        if value is None or at is None:
            continue
        points.append((at, value))
        panel.errorbar(
            [at], [value], yerr=style.error_bars(value, interval), color=looks[arm.name].colour,
            marker=looks[arm.name].marker, linestyle="none", elinewidth=0.5 if many else 0.8,
            capsize=0 if many else 1.5, label=arm.name,
        )  # fmt: skip
    if not points:
        scored = any(arm.score(score)[0] is not None for arm in arms)
        style.say_nothing_there(panel, "n/a: not timed" if scored else "n/a: no true pixel of this class")
        return
    edge = front(points)
    panel.step(*zip(*edge, strict=True), where="post", color=palette.GREY, linewidth=0.8, zorder=1, label="front")
    cheap, dear = min(points)[0], max(points)[0]
    room = max((dear / cheap) ** 0.12, 1.3)
    panel.set_xlim(cheap / room, dear * room)
    style.logarithmic_ticks(panel)


def _label(panel: Axes, arms: Sequence[Arm], cost: Cost, *, score: str) -> None:
    """Each arm's name at its point, off the bars and the front."""
    points: dict[str, tuple[float, float]] = {}
    lines: list[tuple[tuple[float, float], tuple[float, float]]] = []
    for arm in arms:
        value, interval = arm.score(score)
        at = cost(arm)
        if value is None or at is None:
            continue
        points[arm.name] = at, value
        if interval and None not in interval:
            lines.append(((at, interval[0]), (at, interval[1])))
    for (cheap, low), (dear, high) in pairwise(front(list(points.values()))):
        lines += [((cheap, low), (dear, low)), ((dear, low), (dear, high))]
    label_points(panel, {style.shorten(name): point for name, point in points.items()}, lines=lines)


def _score_label(study: Study, dataset: str) -> str:
    score = style.SCORES[study.headline]
    of = f", {style.shorten(study.arms[0].target)}" if study.headline != "mean_iou" else ""
    return f"{score}{of}" + (f"\non {style.shorten(dataset)}" if dataset else "")


def _speed_label(study: Study) -> str:
    first = study.arms[0].first
    busy = ", machine busy" if any(run.speed["busy"] for arm in study.arms for run in arm.runs) else ""
    return f"ms a picture of {first.speed['size']} px, {threads_of(first)}, {first_engine(first)['title']}{busy}"
