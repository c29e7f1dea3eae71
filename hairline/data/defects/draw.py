"""One picture of a structure with its defects, from options and a number.

From the ground up: marks and a seam, cavities, rust, lime, cracks, plants, things, control points; then light and
camera. What comes later lies on top, and the mask says what is seen on top: a crack runs through rust and lime, ends at
the rim of a cavity, and is hidden by plants and plates.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from pydantic import Field

from hairline.config import Section, Share
from hairline.data.defects.classes import (
    BACKGROUND,
    CLASSES,
    CONTROL_POINT,
    CORROSION,
    CRACK,
    EFFLORESCENCE,
    SPALLING,
    VEGETATION,
)
from hairline.data.defects.control_point import control_point
from hairline.data.defects.corrosion import bleed, corrosion
from hairline.data.defects.efflorescence import GROUND, efflorescence
from hairline.data.defects.scene import Patch, Scene
from hairline.data.defects.spalling import spalling
from hairline.data.defects.vegetation import vegetation
from hairline.data.synthetic.camera import light_scene, photograph
from hairline.data.synthetic.crack import Course, Strand, draw_course, draw_strands
from hairline.data.synthetic.draw import HIDDEN, SEEN, Drawing
from hairline.data.synthetic.layer import lay, straight, stroke
from hairline.data.synthetic.marks import MARKS
from hairline.data.synthetic.noise import clouds, wander
from hairline.data.synthetic.paint import draw_look, noise_of, paint_crack
from hairline.data.synthetic.surface import FAMILIES
from hairline.data.synthetic.things import THINGS

Array = np.ndarray
Crack = tuple[Course, list[Strand]]

# what looks like a defect and would not be labelled as one is left out: scars, drips, stains, mould, leaves and twigs
EXTRAS = ("border", "hairs", "holes", "joint", "paint", "pebbles", "scratch", "sprayed", "wire")
MORE = 0.25  # mean number of further defects of a kind, on each 256 pixels of the side
TRIES = 4  # for a defect of which nothing can be seen
LEAST = 120  # pixels of it, or it is drawn anew
CROWDED = 6  # places tried for a defect, of which the one farthest from all others is taken
PLUGGED, CLOSED = 0.5, 0.2  # share of cracks that lime closes, and in deviations how thick it must be there
SHORTEST = 8  # points of a line from which lime or plants come
BLEEDING = 0.7  # share of bare bars that rust runs off


class Shares(Section):
    """In which share of the pictures each class is drawn; what comes later may still hide it."""

    crack: Share = 0.55
    spalling: Share = 0.35
    corrosion: Share = 0.35
    efflorescence: Share = 0.35
    vegetation: Share = 0.35
    control_point: Share = 0.35


class DefectDrawing(Drawing):
    """What a person would change about the pictures; the rest are constants beside the code that uses them."""

    empty: Share
    """Share of pictures without any defect, beside those for which the dice choose none."""
    negatives: Share
    """Share of pictures with one to three things or marks that could be taken for a defect."""
    shares: Shares = Field(default_factory=Shares)
    """In which share of the other pictures each class is drawn."""


@dataclass
class _Picture:
    """What has been drawn so far."""

    image: Array
    mask: Array
    scene: Scene
    places: list[Array] = field(default_factory=list)

    def put(self, patch: Patch, id: int) -> None:
        assert patch.image.dtype == np.float32
        self.image = patch.image
        self.mask[patch.mask] = id

    def free_place(self, rng: np.random.Generator) -> Array:
        """x, y away from what is there already."""
        tried = rng.uniform(0.12, 0.88, (CROWDED, 2)) * self.scene.size
        away = [min((float(np.hypot(*(at - other))) for other in self.places), default=0.0) for at in tried]
        self.places.append(tried[int(np.argmax(away))])
        return self.places[-1]


def draw_defects(drawing: DefectDrawing, index: int) -> tuple[Array, Array]:
    """(RGB [S, S, 3] uint8, class ids [S, S] uint8) of picture `index`, the same on each call."""
    # a stream for each part, so that another rust stain does not change the crack beside it
    streams = [np.random.default_rng(stream) for stream in np.random.SeedSequence([drawing.seed, index]).spawn(10)]
    plan, ground, extras, lens = streams[:4]
    dice = dict(zip(range(1, len(CLASSES)), streams[4:], strict=True))
    counts = _counts(plan, drawing)
    picture, layers = _bare(plan, ground, extras, drawing, pale=not counts[EFFLORESCENCE])
    cracks = [_course(dice[CRACK], drawing) for _ in range(counts[CRACK])]
    lines = [strands[-1].points for _, strands in cracks] or _seam(plan, picture, needed=counts)
    for _ in range(counts[SPALLING]):
        _add_cavity(dice[SPALLING], picture, cracks)
    for _ in range(counts[CORROSION]):
        _add(dice[CORROSION], picture, CORROSION, corrosion, picture.free_place)
    for _ in range(counts[EFFLORESCENCE]):
        _add_lime(dice[EFFLORESCENCE], picture, cracks, lines)
    for course, strands in cracks:
        _add_crack(dice[CRACK], picture, course, strands, drawing)
    for _ in range(counts[VEGETATION]):
        _add(dice[VEGETATION], picture, VEGETATION, vegetation, lambda rng: _piece(rng, picture, lines, longest=90))
    for layer in layers:
        picture.image = lay(picture.image, layer)
        picture.mask[layer.cover > HIDDEN] = BACKGROUND
    for _ in range(counts[CONTROL_POINT]):
        _add(dice[CONTROL_POINT], picture, CONTROL_POINT, control_point, picture.free_place)
    return photograph(lens, light_scene(lens, picture.image)), picture.mask


def _counts(plan: np.random.Generator, drawing: DefectDrawing) -> dict[int, int]:
    """How many of each class; larger pictures show more."""
    empty = plan.random() < drawing.empty
    counts = {}
    for id in range(1, len(CLASSES)):
        chosen, more = plan.random() < getattr(drawing.shares, CLASSES[id]), plan.poisson(MORE * drawing.size / 256)
        counts[id] = 1 + int(more) if chosen and not empty else 0
    return counts


def _bare(
    plan: np.random.Generator,
    ground: np.random.Generator,
    extras: np.random.Generator,
    drawing: DefectDrawing,
    *,
    pale: bool,
) -> tuple[_Picture, list]:
    """The ground with its marks, and the things that will lie on it."""
    count = int(plan.integers(1, 4)) if plan.random() < drawing.negatives else 0
    family = drawing.surfaces[int(plan.integers(len(drawing.surfaces)))]
    image = FAMILIES[family](ground, drawing.size)
    if not pale:
        image *= min(1.0, GROUND / max(float(image.mean()), 1.0))
    names = [EXTRAS[int(place)] for place in extras.choice(len(EXTRAS), count, replace=False)]
    for name in names:
        if name in MARKS:
            image = lay(image, MARKS[name](extras, drawing.size))
    layers = [THINGS[name](extras, drawing.size) for name in names if name in THINGS]
    scene = Scene(
        size=drawing.size,
        light=np.pi / 2 + plan.uniform(-1.3, 1.3),  # from above: lit from below, a hollow is seen as a bump
        lean=plan.normal(0, 0.03),
        noise=noise_of(image),
    )
    return _Picture(image, np.zeros(image.shape[:2], np.uint8), scene), layers


def _add(
    rng: np.random.Generator,
    picture: _Picture,
    id: int,
    draw: Callable[[np.random.Generator, Array, Scene, Array], Patch],
    place: Callable[[np.random.Generator], Array],
) -> None:
    """Draw one defect, anew as long as too little of it can be seen."""
    for _ in range(TRIES):
        patch = draw(rng, picture.image, picture.scene, place(rng))
        if int(patch.mask.sum()) >= LEAST:
            picture.put(patch, id)
            return


def _add_cavity(rng: np.random.Generator, picture: _Picture, cracks: list[Crack]) -> None:
    """Break a cavity out, with rust on the bars that lie open, and take the cracks there away with the stone."""
    cavity = spalling(rng, picture.image, picture.scene, picture.free_place(rng))
    picture.put(Patch(cavity.image, cavity.mask), SPALLING)
    if rng.random() < BLEEDING and cavity.bars.any():
        picture.put(bleed(rng, picture.image, picture.scene, 0.4 * cavity.bars, strength=0.6), CORROSION)
    picture.mask[cavity.bars > HIDDEN] = CORROSION
    for place, (course, strands) in enumerate(cracks):
        cracks[place] = (course, [_without(strand, cavity.mask) for strand in strands])


def _without(strand: Strand, hole: Array) -> Strand:
    """The strand with a gap wherever `hole` is."""
    size = len(hole)
    x, y = np.clip(np.round(strand.points), 0, size - 1).astype(int).T
    return replace(strand, strength=np.where(hole[y, x], 0, strand.strength).astype(np.float32))


def _course(rng: np.random.Generator, drawing: DefectDrawing) -> Crack:
    course = draw_course(rng, width=drawing.width)
    return course, draw_strands(rng, course, size=drawing.size)


def _add_crack(
    rng: np.random.Generator, picture: _Picture, course: Course, strands: list[Strand], drawing: DefectDrawing
) -> None:
    noise, tone = noise_of(picture.image), max(float(picture.image.mean()), 1.0)
    for trial in range(TRIES):
        faintest = drawing.contrast if trial < TRIES - 1 else 0.8
        look = draw_look(rng, width=course.width, faintest=faintest, noise=noise / tone)
        look = replace(look, light=picture.scene.light)
        painted = paint_crack(rng, picture.image, strands, look, noise=noise)
        if painted.seen > SEEN or trial == TRIES - 1:
            picture.put(Patch(painted.image, painted.mask > 0), CRACK)
            return


def _add_lime(rng: np.random.Generator, picture: _Picture, cracks: list[Crack], lines: list[Array]) -> None:
    size = picture.scene.size
    _add(rng, picture, EFFLORESCENCE, efflorescence, lambda rng: _piece(rng, picture, lines, longest=0.5 * size))
    closed = (picture.mask == EFFLORESCENCE) & (clouds(rng, size, largest=24) > CLOSED)
    for place, (course, strands) in enumerate(cracks):
        if rng.random() < PLUGGED:
            cracks[place] = (course, [_without(strand, closed) for strand in strands])


def _seam(plan: np.random.Generator, picture: _Picture, *, needed: dict[int, int]) -> list[Array]:
    """Where no crack lets water and roots in, a joint does: draw it, and return it as a line."""
    if not needed[EFFLORESCENCE] and not needed[VEGETATION]:
        return []
    size = picture.scene.size
    ends = straight(plan, size)
    line = np.stack([np.interp(np.linspace(0, 31, 400), np.arange(32), ends[:, axis]) for axis in (0, 1)], axis=1)
    cover = stroke(line, plan.uniform(1.0, 2.5) * np.exp(0.2 * wander(plan, 400, correlation=0.9)), size)
    along = np.clip(0.8 + 0.35 * clouds(plan, size, largest=40), 0.1, 1)
    picture.image = picture.image * (1 - plan.uniform(0.35, 0.7) * cover * along)[..., None]
    assert picture.image.dtype == np.float32
    return [line]


def _piece(rng: np.random.Generator, picture: _Picture, lines: list[Array], *, longest: float) -> Array:
    """A piece of one of the lines inside the picture and outside its cavities, as [N, 2] points."""
    line = lines[int(rng.integers(len(lines)))]
    size = picture.scene.size
    x, y = np.clip(np.round(line), 0, size - 1).astype(int).T
    free = ((line > 0.06 * size) & (line < 0.94 * size)).all(axis=1) & (picture.mask[y, x] != SPALLING)
    places = np.flatnonzero(free)
    runs = [run for run in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1) if len(run) >= SHORTEST]
    if not runs:
        middle = rng.uniform(0.3, 0.7, 2) * size
        return middle + np.linspace(-0.12, 0.12, 40)[:, None] * size * np.array([1.0, 0.0])
    lengths = np.array([len(run) for run in runs])
    line = line[runs[int(rng.choice(len(runs), p=lengths / lengths.sum()))]]
    step = float(np.hypot(*np.diff(line, axis=0).T).mean())
    count = min(max(SHORTEST, int(rng.uniform(0.45, 1) * longest / max(step, 0.1))), len(line))
    first = int(rng.integers(len(line) - count + 1))
    return line[first : first + count]
