"""The course of a crack: where its strands run and how wide each edge stands, before any pixel is touched.

A strand is a walk whose heading is pulled back to a main direction, kinks now and then, and is rough at the size of the
stones it goes round. Branches are strands that leave another one, thinner.
"""

import math
from dataclasses import dataclass

import numpy as np

from hairline.data.synthetic.noise import wander

Array = np.ndarray

SPACING = 1.5  # pixels between points of a strand: finer than its roughness, coarser than the drawing
KINK_SHARE, KINK_TURN = 0.06, 0.6  # share of steps with a kink, and its deviation in radians
MOST_STRANDS = 24  # a net of cracks ends here, whatever its branches would add
WIDEST_BROKEN = 4.0  # pixels: a wider crack does not close and open again within a few pixels
WIDEST_NET = 6.0  # pixels: nets of wider cracks are rubble
LEAN = 2.2  # 1: as many cracks from 1 to 2 pixels as from 10 to 20; more: thinner ones
CELL = 3.0  # pixels: a branch that comes this near to another strand has met it and ends
FREE = 8  # points in which a branch is still at its parent


@dataclass(frozen=True)
class Strand:
    """One line of a crack; arrays have one row per point."""

    points: Array
    """[N, 2] x, y in pixels; may leave the picture."""
    left: Array
    right: Array
    """[N] distance of each edge from the line, pixels."""
    strength: Array
    """[N] 0..1: how much of the crack's darkness is left; 0 is a gap."""


@dataclass(frozen=True)
class Course:
    """How a crack goes; drawn once for all its strands."""

    width: float
    pull: float
    jitter: float
    roughness: float
    slow: float
    """Log deviation of the width along the strand."""
    ragged: float
    """Log deviation of each edge."""
    branches: float
    """Mean number of branches of a strand as long as the picture."""
    gaps: float
    """Mean number of gaps in a strand as long as the picture."""
    thinnest: float


def draw_course(rng: np.random.Generator, *, width: tuple[float, float]) -> Course:
    """A course whose mean width is drawn in its logarithm with a lean to thin, as thin cracks are the most frequent."""
    thinnest, widest = width
    mean = thinnest * (widest / thinnest) ** (rng.random() ** LEAN)
    net = rng.random() < 0.15 and mean < WIDEST_NET
    pull, aside = rng.uniform(0.5, 0.93), rng.uniform(0.12, 0.6)
    return Course(
        width=mean,
        pull=pull,
        jitter=aside * math.sqrt(1 - pull**2),  # so that the heading strays by `aside`, however slowly
        roughness=rng.uniform(0.15, 1.1) * mean**0.25,
        slow=rng.uniform(0.15, 0.45),
        ragged=rng.uniform(0.1, 0.45),
        branches=rng.uniform(2.5, 5) if net else float(rng.choice([0.0, 0.6, 1.4])),
        gaps=float(rng.choice([0.0, 0.0, 1.5, 4.0])) if mean < WIDEST_BROKEN else 0.0,
        thinnest=thinnest,
    )


def draw_strands(rng: np.random.Generator, course: Course, *, size: int) -> list[Strand]:
    """A trunk through the inner picture and what branches off it; the trunk comes last, as it is drawn on top."""
    middle = rng.uniform(0.15, 0.85, 2) * size
    heading = rng.uniform(0, 2 * math.pi)
    across = rng.random() < 0.75  # the others end inside
    reach = [1.6 * size if across or rng.random() < 0.4 else rng.uniform(0.1, 0.6) * size for _ in range(2)]
    forth = _walk(rng, course, start=middle, heading=heading, length=reach[0], size=size)
    back = _walk(rng, course, start=middle, heading=heading + math.pi, length=reach[1], size=size)
    line = np.concatenate([back[:0:-1], forth])
    ends = (reach[1] < size, reach[0] < size)
    trunk = _strand(rng, course, line, width=course.width, tapered=ends)
    strands = [trunk]
    _add_branches(rng, course, strands, taken=_cells(trunk.points), parent=trunk, width=course.width, size=size)
    return strands[::-1]


def _walk(rng: np.random.Generator, course: Course, *, start: Array, heading: float, length: float, size: int) -> Array:
    """[N, 2] points SPACING apart, until `length` is walked or the picture is left behind."""
    step = 2.5 + 0.35 * course.width
    count = max(2, math.ceil(length / step))
    turns = rng.normal(0, course.jitter, count)
    kinks = rng.random(count) < KINK_SHARE
    turns[kinks] += rng.normal(0, KINK_TURN, int(kinks.sum()))
    drift = rng.normal(0, 0.05, count)
    x, y, aside = float(start[0]), float(start[1]), 0.0
    xs, ys = [x], [y]
    margin = 0.1 * size + 2 * course.width
    for turn, bend in zip(turns.tolist(), drift.tolist(), strict=True):
        aside = course.pull * aside + turn
        heading += bend
        x += step * math.cos(heading + aside)
        y += step * math.sin(heading + aside)
        xs.append(x)
        ys.append(y)
        if not (-margin < x < size + margin and -margin < y < size + margin):
            break
    at = np.arange(len(xs)) * step
    fine = np.arange(0, at[-1] + 1e-6, SPACING)
    return np.stack([np.interp(fine, at, xs), np.interp(fine, at, ys)], axis=1)


def _strand(
    rng: np.random.Generator, course: Course, line: Array, *, width: float, tapered: tuple[bool, bool]
) -> Strand:
    count = len(line)
    normal = _normals(line)
    aside = course.roughness * (0.9 * wander(rng, count, correlation=0.85) + 0.45 * wander(rng, count, correlation=0.4))
    line = line + aside[:, None] * normal
    slow = np.exp(course.slow * wander(rng, count, correlation=0.97))
    end = _ends(rng, count, tapered=tapered)
    edges = []
    for _ in range(2):
        fast = 0.8 * wander(rng, count, correlation=0.93) + 0.6 * wander(rng, count, correlation=0.55)
        half = 0.5 * width * slow * np.exp(course.ragged * fast) * end
        edges.append(np.maximum(half, 0.5 * course.thinnest))
    strength = np.clip(end * 1.6, 0, 1) * np.clip(0.85 + 0.25 * wander(rng, count, correlation=0.96), 0.3, 1)
    for _ in range(int(rng.poisson(course.gaps * count / 170))):
        first = int(rng.integers(count))
        strength[first : first + int(rng.integers(2, 7))] = 0
    return Strand(line, edges[0], edges[1], strength.astype(np.float32))


def _ends(rng: np.random.Generator, count: int, *, tapered: tuple[bool, bool]) -> Array:
    """[count] 1 in the middle, down towards an end inside the picture."""
    at = np.arange(count, dtype=np.float32)
    factor = np.ones(count, np.float32)
    for ends_here, distance in zip(tapered, (at, at[::-1]), strict=True):
        if ends_here:
            factor = np.minimum(factor, np.clip(distance / rng.uniform(12, 60) + 0.12, 0, 1))
    return factor


def _normals(line: Array) -> Array:
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
    return np.stack([-along[:, 1], along[:, 0]], axis=1)


def _cells(line: Array) -> set[tuple[int, int]]:
    return set(map(tuple, np.floor(line / CELL).astype(int).tolist()))


def _until_met(line: Array, taken: set[tuple[int, int]]) -> tuple[Array, bool]:
    """The line up to the first other strand, and whether there was one."""
    cells = np.floor(line / CELL).astype(int).tolist()
    for at in range(FREE, len(cells)):
        if tuple(cells[at]) in taken:
            return line[: at + 1], True
    return line, False


def _add_branches(
    rng: np.random.Generator,
    course: Course,
    strands: list[Strand],
    *,
    taken: set[tuple[int, int]],
    parent: Strand,
    width: float,
    size: int,
) -> None:
    """Put the branches of `parent`, and theirs, at the end of `strands`, and their places into `taken`."""
    count = len(parent.points)
    for _ in range(int(rng.poisson(course.branches * count * SPACING / size))):
        if len(strands) >= MOST_STRANDS:
            return
        at = int(rng.integers(count))
        ahead = parent.points[min(at + 2, count - 1)] - parent.points[max(at - 2, 0)]
        heading = math.atan2(ahead[1], ahead[0]) + rng.choice([-1.0, 1.0]) * rng.uniform(0.3, 1.4)
        heading += math.pi * float(rng.random() < 0.5)
        length = rng.uniform(0.06, 0.7) * size
        line = _walk(rng, course, start=parent.points[at], heading=heading, length=length, size=size)
        line, met = _until_met(line, taken)
        if len(line) < FREE:
            continue
        thinner = max(width * rng.uniform(0.3, 0.85), course.thinnest)
        branch = _strand(rng, course, line, width=thinner, tapered=(False, not met))
        strands.append(branch)
        taken |= _cells(line)
        if course.branches > 2:  # a net: branches branch too
            _add_branches(rng, course, strands, taken=taken, parent=branch, width=thinner, size=size)
