"""One picture from its options and its number: ground, marks, cracks, things, light, camera."""

import cv2
import numpy as np
from pydantic import Field, field_validator

from hairline.config import Section, Share
from hairline.data.synthetic.camera import light_scene, photograph
from hairline.data.synthetic.crack import draw_course, draw_strands
from hairline.data.synthetic.layer import lay
from hairline.data.synthetic.marks import MARKS
from hairline.data.synthetic.paint import draw_look, noise_of, paint_crack
from hairline.data.synthetic.surface import FAMILIES
from hairline.data.synthetic.things import THINGS

Array = np.ndarray

ATTEMPTS = 8  # to leave at least MINIMUM pixels of crack; a leaf may hide the first one
MINIMUM = 12
TRIES, SEEN = 4, 0.6  # a crack of which less than this share can be seen is drawn anew, so often at most
HIDDEN = 0.5  # what a thing covers by more than this is no longer crack to be seen


class Drawing(Section):
    """What a person would change about the pictures; the rest are constants beside the code that uses them."""

    size: int = Field(ge=64, le=4096)
    """Side of the square picture, pixels. What is drawn keeps its scale: a larger picture shows more ground."""
    seed: int = Field(ge=0)
    surfaces: list[str] = Field(min_length=1)
    """Families of hairline/data/synthetic/surface.py; one named twice is drawn twice as often."""
    empty: Share
    """Share of pictures without any crack."""
    negatives: Share
    """Share of pictures with one to three things or marks that could be taken for a crack."""
    width: tuple[float, float]
    """Mean width of the thinnest and of the widest crack, pixels."""
    contrast: float = Field(gt=0, le=0.9)
    """Opacity of the faintest crack."""

    @field_validator("surfaces")
    @classmethod
    def _known(cls, names: list[str]) -> list[str]:
        for name in names:
            if name not in FAMILIES:
                raise ValueError(f"surfaces: {name} is none; known: {', '.join(sorted(FAMILIES))}")
        return names

    @field_validator("width")
    @classmethod
    def _ordered(cls, width: tuple[float, float]) -> tuple[float, float]:
        if not 1 <= width[0] <= width[1] <= 64:
            raise ValueError("width: expected [thinnest, widest] with 1 <= thinnest <= widest <= 64")
        return width


def draw_image(drawing: Drawing, index: int) -> tuple[Array, Array]:
    """(RGB [S, S, 3] uint8, mask [S, S] uint8: 0 background, 1 crack) of picture `index`, the same on each call."""
    # a stream for each part, so that another crack does not change the ground below it
    streams = np.random.SeedSequence([drawing.seed, index]).spawn(5)
    plan, ground, cracks, extras, lens = (np.random.default_rng(stream) for stream in streams)
    empty = bool(plan.random() < drawing.empty)
    extra_count = int(plan.integers(1, 4)) if plan.random() < drawing.negatives else 0
    family = drawing.surfaces[int(plan.integers(len(drawing.surfaces)))]

    bare = FAMILIES[family](ground, drawing.size)
    makers = _choose(extras, extra_count)
    for name in makers:
        if name in MARKS:
            bare = lay(bare, MARKS[name](extras, drawing.size))
    layers = [THINGS[name](extras, drawing.size) for name in makers if name in THINGS]

    for attempt in range(ATTEMPTS):
        image, mask = bare, np.zeros((drawing.size, drawing.size), np.uint8)
        if not empty:
            plain = attempt > ATTEMPTS // 2
            image, mask = draw_cracks(cracks, bare, width=drawing.width, faintest=drawing.contrast, plain=plain)
        for layer in layers:
            image = lay(image, layer)
            mask[layer.cover > HIDDEN] = 0
        if empty or int(mask.sum()) >= MINIMUM:
            break
    return photograph(lens, light_scene(lens, image)), mask


def _choose(rng: np.random.Generator, count: int) -> list[str]:
    names = [*MARKS, *THINGS]
    return [names[int(i)] for i in rng.choice(len(names), count, replace=False)]


def draw_cracks(
    rng: np.random.Generator, image: Array, *, width: tuple[float, float], faintest: float, plain: bool = False
) -> tuple[Array, Array]:
    """Cracks onto a square ground [S, S, 3] of grey levels, and their mask: one on two pictures in three, else two or
    three; `plain` draws one that nobody can miss.
    """
    count = 1 if plain or rng.random() < 0.65 else int(rng.integers(2, 4))
    size, (thinnest, widest) = len(image), width
    if plain:
        faintest, thinnest = 0.8, (thinnest + widest) / 2
    noise, tone = noise_of(image), max(float(image.mean()), 1.0)
    mask = np.zeros(image.shape[:2], np.uint8)
    for _ in range(count):
        for _ in range(TRIES):
            course = draw_course(rng, width=(thinnest, widest))
            strands = draw_strands(rng, course, size=size)
            look = draw_look(rng, width=course.width, faintest=faintest, noise=noise / tone)
            painted = paint_crack(rng, image, strands, look, noise=noise)
            if painted.seen > SEEN:
                image, mask = painted.image, cv2.max(mask, painted.mask)
                break
    return image, mask
