"""Names beside points, none over another name, a point or the edge."""

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.transforms import Bbox

from hairline import palette
from hairline.report.figures import style

Point = tuple[float, float]

DISTANCES = (7, 12, 18, 26, 36, 48, 62, 78)  # points
DIRECTIONS = 16
MARKER = 4  # points: half of the square around a marker that names keep out of
NEAR = 36  # points: no farther away than this to keep off a line
FAR = 15  # points: from here on a thin line leads to the name


def label_points(
    axes: Axes, points: Mapping[str, tuple[float, float]], *, lines: Sequence[tuple[Point, Point]] = ()
) -> None:
    """Name each (x, y) of the data, off the upright and level `lines` where there is room.

    The layout of the figure must be settled.
    """
    renderer = FigureCanvasAgg(axes.figure).get_renderer()
    scale = axes.figure.dpi / 72
    to_pixels = axes.transData
    centres = {name: to_pixels.transform(point) for name, point in points.items()}
    taken = [Bbox([centre, centre]).padded(MARKER * scale) for centre in centres.values()]
    crossed = [Bbox([*np.sort(to_pixels.transform(line), axis=0)]).padded(0.3 * scale) for line in lines]
    inside = axes.get_window_extent(renderer)
    for name, (x, y) in centres.items():
        text = axes.annotate(name, points[name], ha="center", va="center", fontsize=style.SMALL, annotation_clip=False)
        size = text.get_window_extent(renderer)
        candidates = list(_around(x, y, size.width, size.height, scale))
        distance, box = _free(candidates, taken, crossed, inside)
        taken.append(box)
        text.remove()
        middle = to_pixels.inverted().transform(((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2))
        leader = {"arrowstyle": "-", "linewidth": 0.4, "color": palette.GREY, "shrinkA": 0, "shrinkB": 2}
        axes.annotate(
            name, points[name], middle, ha="center", va="center", fontsize=style.SMALL, color=palette.BLACK,
            arrowprops=leader if distance >= FAR else None, annotation_clip=False,
        )  # fmt: skip


def _around(x: float, y: float, width: float, height: float, scale: float) -> Iterator[tuple[float, Bbox]]:
    """Boxes about a point from near to far, and how far they are."""
    for distance in DISTANCES:
        for direction in range(DIRECTIONS):
            angle = 2 * math.pi * direction / DIRECTIONS
            left = x + math.cos(angle) * (distance * scale + width / 2) - width / 2
            bottom = y + math.sin(angle) * (distance * scale + height / 2) - height / 2
            yield distance, Bbox.from_bounds(left, bottom, width, height).padded(scale)


def _free(
    candidates: Sequence[tuple[float, Bbox]], taken: Sequence[Bbox], crossed: Sequence[Bbox], inside: Bbox
) -> tuple[float, Bbox]:
    """The nearest that touches nothing; else the nearest that only crosses lines; else the one that covers least."""
    covered = [
        sum(_overlap(box, other) for other in taken) + box.width * box.height - _overlap(box, inside)
        for _, box in candidates
    ]
    clear = [place for place, area in zip(candidates, covered, strict=True) if area < 1e-6]
    for distance, box in clear:
        if distance <= NEAR and not any(_overlap(box, line) for line in crossed):
            return distance, box
    return clear[0] if clear else candidates[covered.index(min(covered))]


def _overlap(one: Bbox, other: Bbox) -> float:
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    return max(width, 0.0) * max(height, 0.0)
