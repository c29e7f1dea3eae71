"""What is taken for a crack and is none: marks that lie in the ground, and things that lie on it.

Each function draws one `Layer`. Marks come before the cracks, which run through them; things come after and hide what
they cover, so the mask loses those pixels.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from hairline.data.synthetic.noise import clouds, grain, wander

Array = np.ndarray

FIXED = 4  # fractional bits of OpenCV's sub-pixel coordinates


@dataclass(frozen=True)
class Layer:
    """A flat colour over part of the picture, and the shade it throws."""

    cover: Array
    """[S, S] 0..1."""
    colour: tuple[float, float, float]
    """RGB grey levels under `cover`."""
    shade: Array | None = None
    """[S, S] factor on the light of what is below; None: throws no shadow."""
    keeps_texture: bool = False
    """The ground's texture shows through the colour, as through paint."""


Maker = Callable[[np.random.Generator, int], Layer]


def lay(image: Array, layer: Layer) -> Array:
    """The image with one layer on it."""
    if layer.shade is not None:
        image = image * layer.shade[..., None]
    colour = np.array(layer.colour, np.float32)
    if layer.keeps_texture:
        colour = colour + 0.6 * (image - cv2.blur(image, (15, 15)))
    cover = layer.cover[..., None]
    return image * (1 - cover) + colour * cover


def joint(rng: np.random.Generator, size: int) -> Layer:
    """A straight groove across the picture, sometimes filled with dark sealant, of one width throughout."""
    line = _straight(rng, size)
    width = math.exp(rng.uniform(math.log(1.0), math.log(9.0)))
    cover = _stroke(line, np.full(len(line), width), size) * rng.uniform(0.4, 0.95)
    cover *= np.clip(0.9 + 0.25 * clouds(rng, size, largest=40), 0.3, 1)
    shade = 1 + rng.uniform(-0.15, 0.15) * cv2.GaussianBlur(cover, (0, 0), 2.5)
    return Layer(cover, _grey(rng, 10, 80), shade=shade)


def scratch(rng: np.random.Generator, size: int) -> Layer:
    """A few thin, straight, nearly parallel lines, light or dark."""
    cover = np.zeros((size, size), np.float32)
    angle, centre = rng.uniform(0, math.pi), rng.uniform(0, size, 2)
    for _ in range(int(rng.integers(1, 5))):
        start = centre + rng.normal(0, 0.08 * size, 2)
        reach, turn = rng.uniform(0.1, 0.9) * size, angle + rng.normal(0, 0.05)
        line = start + np.linspace(-0.5, 0.5, 24)[:, None] * reach * np.array([math.cos(turn), math.sin(turn)])
        width = rng.uniform(0.6, 2.0) * np.sin(np.linspace(0.15, math.pi - 0.15, 24))
        cover = np.maximum(cover, rng.uniform(0.2, 0.8) * _stroke(line, width, size))
    return Layer(cover, _grey(rng, 170, 235) if rng.random() < 0.6 else _grey(rng, 30, 90))


def tyre_mark(rng: np.random.Generator, size: int) -> Layer:
    """Rubber on the road: one or two broad soft bands, striped by the tread."""
    line = _curve(rng, size, bend=0.12)
    width = rng.uniform(10, 45)
    cover = _stroke(line, np.full(len(line), width), size)
    if rng.random() < 0.6:
        groove = _stroke(line, np.full(len(line), width * 0.18), size)
        cover *= 1 - rng.uniform(0.3, 0.9) * groove
    cover = cv2.GaussianBlur(cover, (0, 0), rng.uniform(1, 4))
    cover *= np.clip(0.6 + 0.4 * clouds(rng, size, largest=60) + 0.2 * grain(rng, size, sigma=0.8), 0, 1)
    return Layer(cover * rng.uniform(0.15, 0.55), _grey(rng, 15, 60), keeps_texture=True)


def paint(rng: np.random.Generator, size: int) -> Layer:
    """A worn road marking, white or yellow, with a straight edge and bare patches."""
    line = _straight(rng, size)
    cover = _stroke(line, np.full(len(line), rng.uniform(12, 90)), size)
    worn = clouds(rng, size, largest=rng.uniform(20, 80), octaves=6) + 0.4 * grain(rng, size, sigma=1.0)
    cover *= np.clip((rng.uniform(0.3, 2.0) - worn) * 1.5, 0, 1)
    light = rng.uniform(150, 235)
    colour = (light, light, light * 0.96) if rng.random() < 0.7 else (light, light * 0.72, light * 0.3)
    return Layer(cover * rng.uniform(0.5, 0.95), colour, keeps_texture=True)


def sprayed(rng: np.random.Generator, size: int) -> Layer:
    """Surveyor's numbers and strokes in spray paint."""
    letters = np.zeros((size, size), np.uint8)
    text = "".join(str(digit) for digit in rng.integers(0, 10, int(rng.integers(1, 4))))
    at = rng.uniform(0.05, 0.7, 2) * size
    place = (int(at[0]), int(at[1]) + 20)
    thick = int(rng.integers(2, 8))
    face = [cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX][int(rng.integers(2))]
    cv2.putText(letters, text, place, face, rng.uniform(0.8, 2.5), 255, thick, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((size / 2, size / 2), rng.uniform(-90, 90), 1)
    cover = cv2.warpAffine(letters, turn, (size, size)).astype(np.float32) / 255
    cover = cv2.GaussianBlur(cover, (0, 0), rng.uniform(0.6, 2)) * np.clip(0.9 + 0.3 * grain(rng, size, sigma=1), 0, 1)
    colour = [(215, 90, 90), (225, 225, 220), (230, 140, 50), (70, 110, 190), (40, 40, 45)][int(rng.integers(5))]
    return Layer(cover * rng.uniform(0.4, 0.9), colour, keeps_texture=True)


def stain(rng: np.random.Generator, size: int) -> Layer:
    """Oil, water or lime: a blotch with a fringed edge, sometimes darker along the edge."""
    field = clouds(rng, size, largest=rng.uniform(0.3, 0.8) * size, octaves=6)
    level = rng.uniform(0.9, 1.8)
    cover = np.clip((field - level) * rng.uniform(1, 6), 0, 1)
    if rng.random() < 0.4:  # a dried puddle
        cover = cover * 0.5 + 0.5 * np.clip(1 - np.abs(field - level) * 12, 0, 1)
    colour = _grey(rng, 20, 80) if rng.random() < 0.65 else _grey(rng, 180, 230)
    return Layer(cover * rng.uniform(0.1, 0.5), colour, keeps_texture=True)


def drips(rng: np.random.Generator, size: int) -> Layer:
    """Run-off: soft streaks downwards that start sharp and end in nothing."""
    cover = np.zeros((size, size), np.float32)
    for _ in range(int(rng.integers(1, 6))):
        top, reach = rng.uniform(-0.2, 0.6) * size, rng.uniform(0.2, 0.9) * size
        count = 40
        line = np.stack(
            [rng.uniform(0, size) + 1.5 * wander(rng, count, correlation=0.9), top + np.linspace(0, reach, count)],
            axis=1,
        )
        width = rng.uniform(1.5, 12) * np.linspace(1, 0.4, count)
        cover = np.maximum(cover, rng.uniform(0.2, 0.6) * _stroke(line, width, size))
    fall = np.clip(1.1 + 0.5 * clouds(rng, size, largest=50, stretch=4), 0, 1)
    cover = cv2.GaussianBlur(cover, (0, 0), rng.uniform(0.8, 3)) * fall
    colour = [_grey(rng, 30, 90), _grey(rng, 200, 235), (120.0, 80.0, 50.0)][int(rng.integers(3))]
    return Layer(cover, colour, keeps_texture=True)


def patch(rng: np.random.Generator, size: int) -> Layer:
    """A repair: ground of another tone behind a straight edge, the edge sealed now and then."""
    middle, angle = (rng.uniform(0.2, 0.8, 2) * size).tolist(), rng.uniform(0, 2 * math.pi)
    ys, xs = np.mgrid[0:size, 0:size].astype(np.float32)
    away = (xs - middle[0]) * math.cos(angle) + (ys - middle[1]) * math.sin(angle)
    away += rng.uniform(0.3, 2.5) * clouds(rng, size, largest=30)
    cover = np.clip(away + 0.5, 0, 1) * rng.uniform(0.15, 0.6)
    if rng.random() < 0.4:
        cover = np.maximum(cover, 0.8 * np.clip(rng.uniform(1, 6) - np.abs(away), 0, 1))
    return Layer(cover, _grey(rng, 25, 200), keeps_texture=True)


def wire(rng: np.random.Generator, size: int) -> Layer:
    """A cable or cord: smooth, of one width, with a shadow beside it."""
    line = _curve(rng, size, bend=rng.uniform(0.02, 0.5))
    width = math.exp(rng.uniform(math.log(1.2), math.log(8.0)))
    cover = _stroke(line, np.full(len(line), width), size)
    shade = _shadow(rng, cover, reach=width)
    return Layer(cover * rng.uniform(0.85, 1.0), _tinted(rng, 20, 210), shade=shade)


def twig(rng: np.random.Generator, size: int) -> Layer:
    """A root or twig: bends gently, thins out, carries a few side shoots."""
    cover = np.zeros((size, size), np.float32)
    line = _curve(rng, size, bend=0.35)[: int(rng.integers(20, 64))]
    width = rng.uniform(1.5, 8)
    taper = np.linspace(1, 0.25, len(line))
    cover = np.maximum(cover, _stroke(line, width * taper, size))
    for _ in range(int(rng.integers(0, 4))):
        at = int(rng.integers(len(line) - 1))
        angle = math.atan2(*(line[at + 1] - line[at])[::-1]) + rng.choice([-1.0, 1.0]) * rng.uniform(0.4, 1.0)
        reach, bow = rng.uniform(0.05, 0.25) * size, rng.normal(0, 0.5)
        turns = angle + bow * np.linspace(0, 1, 16)
        shoot = line[at] + np.cumsum(np.stack([np.cos(turns), np.sin(turns)], axis=1), axis=0) * reach / 16
        cover = np.maximum(cover, _stroke(shoot, 0.6 * width * np.linspace(1, 0.2, 16), size))
    shade = _shadow(rng, cover, reach=width * 0.7)
    tone = rng.uniform(40, 170)
    return Layer(cover * 0.97, (tone, tone * 0.85, tone * 0.65), shade=shade)


def hairs(rng: np.random.Generator, size: int) -> Layer:
    """Dry grass, straw and fibres: short, thin and curved, most of them bright."""
    cover = np.zeros((size, size), np.float32)
    for _ in range(int(rng.integers(1, 9))):
        turns = rng.uniform(0, 2 * math.pi) + rng.normal(0, 0.8) * np.linspace(0, 1, 16)
        reach = rng.uniform(8, 60)
        line = (
            rng.uniform(0, size, 2) + np.cumsum(np.stack([np.cos(turns), np.sin(turns)], axis=1), axis=0) * reach / 16
        )
        cover = np.maximum(cover, rng.uniform(0.4, 1) * _stroke(line, np.full(16, rng.uniform(0.7, 1.8)), size))
    tone = rng.uniform(130, 220) if rng.random() < 0.7 else rng.uniform(30, 90)
    return Layer(cover, (tone, tone * 0.93, tone * 0.72), shade=_shadow(rng, cover, reach=1.2))


def leaves(rng: np.random.Generator, size: int) -> Layer:
    """One to three fallen leaves with a mid-rib."""
    cover, ribs = np.zeros((size, size), np.float32), np.zeros((size, size), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        centre, angle, reach = rng.uniform(0, size, 2), rng.uniform(0, 2 * math.pi), rng.uniform(8, 34)
        direction = np.array([math.cos(angle), math.sin(angle)])
        line = centre + np.linspace(-1, 1, 24)[:, None] * reach * direction
        width = reach * rng.uniform(0.5, 1.0) * np.sin(np.linspace(0.05, math.pi - 0.05, 24)) ** 0.8
        cover = np.maximum(cover, _stroke(line, width * np.exp(0.06 * wander(rng, 24, correlation=0.3)), size))
        ribs = np.maximum(ribs, _stroke(line, np.full(24, 0.8), size))
    tone = rng.uniform(70, 180)
    colour = [
        (tone, tone * 0.75, tone * 0.35),
        (tone * 0.8, tone * 0.5, tone * 0.3),
        (tone * 0.7, tone * 0.85, tone * 0.4),
    ]
    return Layer(cover * (1 - 0.35 * ribs), colour[int(rng.integers(3))], shade=_shadow(rng, cover, reach=3))


def pebbles(rng: np.random.Generator, size: int) -> Layer:
    """Loose chips of stone with shadows; the shadows line up, as cracks do."""
    chips = np.zeros((size, size), np.uint8)
    for _ in range(int(rng.integers(3, 30))):
        centre, radius = rng.uniform(0, size, 2), rng.uniform(1.0, 5.0)
        turns = np.sort(rng.uniform(0, 2 * math.pi, 7))
        ring = centre + radius * rng.uniform(0.6, 1.1, 7)[:, None] * np.stack([np.cos(turns), np.sin(turns)], axis=1)
        cv2.fillPoly(chips, [np.round(ring * 2**FIXED).astype(np.int32)], 255, cv2.LINE_AA, FIXED)
    cover = chips.astype(np.float32) / 255
    return Layer(cover * 0.9, _tinted(rng, 90, 220), shade=_shadow(rng, cover, reach=2.5))


MARKS: dict[str, Maker] = {
    "drips": drips,
    "joint": joint,
    "paint": paint,
    "patch": patch,
    "scratch": scratch,
    "sprayed": sprayed,
    "stain": stain,
    "tyre_mark": tyre_mark,
}
THINGS: dict[str, Maker] = {
    "hairs": hairs,
    "leaves": leaves,
    "pebbles": pebbles,
    "twig": twig,
    "wire": wire,
}


def _straight(rng: np.random.Generator, size: int) -> Array:
    """Points of a straight line across the picture, upright or level more often than not."""
    angle = rng.choice([0.0, math.pi / 2]) + rng.normal(0, 0.06) if rng.random() < 0.6 else rng.uniform(0, math.pi)
    middle = rng.uniform(0.1, 0.9, 2) * size
    return middle + np.linspace(-1.6, 1.6, 32)[:, None] * size * np.array([math.cos(angle), math.sin(angle)])


def _curve(rng: np.random.Generator, size: int, *, bend: float) -> Array:
    """Points of a smooth curve through the picture; `bend` is how much it turns, in whole turns."""
    turns = rng.uniform(0, 2 * math.pi) + 2 * math.pi * bend * np.cumsum(wander(rng, 64, correlation=0.97)) / 24
    line = np.cumsum(np.stack([np.cos(turns), np.sin(turns)], axis=1), axis=0) * size * 1.8 / 64
    return line - line[32] + rng.uniform(0.2, 0.8, 2) * size


def _stroke(line: Array, width: Array, size: int) -> Array:
    """[S, S] coverage 0..1 of a line whose width (pixels) changes from point to point."""
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1) * (np.maximum(width, 1.0) / 2)[:, None]
    left, right = line + normal, line - normal
    quads = np.stack([left[:-1], left[1:], right[1:], right[:-1]], axis=1)
    canvas = np.zeros((size * 2, size * 2), np.uint8)  # twice as fine, then averaged
    for quad in np.round((quads * 2 + 0.5) * 2**FIXED).astype(np.int32):
        cv2.fillConvexPoly(canvas, quad, 255, cv2.LINE_8, FIXED)
    return cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def _shadow(rng: np.random.Generator, cover: Array, *, reach: float) -> Array:
    """[S, S] factor: the cover's shadow, moved away from the light and softened."""
    angle, far = rng.uniform(0, 2 * math.pi), reach * rng.uniform(0.3, 1.2)
    move = np.array([[1, 0, far * math.cos(angle)], [0, 1, far * math.sin(angle)]], np.float32)
    moved = cv2.warpAffine(cover, move, cover.shape[::-1])
    return 1 - rng.uniform(0.1, 0.6) * cv2.GaussianBlur(moved, (0, 0), 0.5 + 0.25 * reach)


def _grey(rng: np.random.Generator, low: float, high: float) -> tuple[float, float, float]:
    tone = rng.uniform(low, high)
    return tone * rng.uniform(0.97, 1.03), tone, tone * rng.uniform(0.94, 1.03)


def _tinted(rng: np.random.Generator, low: float, high: float) -> tuple[float, float, float]:
    tone = rng.uniform(low, high)
    return tone * rng.uniform(0.8, 1.15), tone * rng.uniform(0.85, 1.05), tone * rng.uniform(0.75, 1.1)
