"""Vegetation: cushions of moss and small plants that live in cracks and joints."""

import math

import cv2
import numpy as np

from hairline.data.defects.scene import Patch, Scene, shaded
from hairline.data.synthetic.noise import clouds, grain, relief, stones
from hairline.data.synthetic.paint import FIXED

Array = np.ndarray

FINE = 3  # leaves are drawn on a grid this much finer
HIDES = 0.5  # a pixel is plant when it is hidden by more than this

MOSSES = tuple(
    (np.array(deep, np.float32), np.array(tips, np.float32))
    for deep, tips in (((52, 74, 30), (98, 120, 48)), ((44, 68, 38), (80, 110, 58)), ((66, 74, 34), (120, 126, 60)))
)
"""Green below and at the tips."""


def vegetation(rng: np.random.Generator, image: Array, scene: Scene, line: Array) -> Patch:
    """Moss along `line` [N, 2], plants that root in it, or both."""
    kind = rng.choice(["moss", "plants", "both"], p=[0.35, 0.35, 0.3])
    mask = np.zeros((scene.size, scene.size), bool)
    if kind != "plants":
        image, mask = _moss(rng, image, scene, line)
    if kind != "moss":
        image, leaves = _plants(rng, image, scene, line)
        mask = mask | leaves
    return Patch(image, mask)


def _moss(rng: np.random.Generator, image: Array, scene: Scene, line: Array) -> tuple[Array, Array]:
    """A mat of furry cushions that hugs the line, frays into tufts and lies thick in the middle."""
    size = scene.size
    drawn = np.full((size, size), 255, np.uint8)
    cv2.polylines(drawn, [np.round(line).astype(np.int32)], False, 0, 1)
    away = cv2.distanceTransform(drawn, cv2.DIST_L2, 5)
    wave = clouds(rng, size, largest=rng.uniform(24, 50), octaves=5)
    fur = grain(rng, size, sigma=0.9)
    thick = 1 - away / rng.uniform(12, 28) + 0.4 * wave
    cover = np.clip((thick + 0.12 * fur - 0.12) * 7, 0, 1)
    tone, cushion = stones(rng, size, spacing=rng.uniform(6, 11))
    height = cv2.GaussianBlur(cushion, (0, 0), 1.6) + 0.8 * np.clip(thick, 0, 1)
    light = 0.95 + 0.13 * relief(cv2.GaussianBlur(height, (0, 0), 1.0), angle=scene.light) + 0.14 * fur
    light += 0.4 * (cushion - 0.5) + 0.07 * tone * cushion
    base, tips = MOSSES[int(rng.integers(len(MOSSES)))]
    tip = np.clip(0.45 + 0.25 * wave + 0.22 * fur + 0.3 * (cushion - 0.5), 0, 1)[..., None]
    green = (base * (1 - tip) + tips * tip) * np.clip(light, 0.3, 1.7)[..., None]
    shadow = shaded(scene, cover, far=2.5)
    image = image * (1 - 0.5 * shadow * (1 - cover))[..., None]
    return image * (1 - cover[..., None]) + green * cover[..., None], cover > HIDES


def _plants(rng: np.random.Generator, image: Array, scene: Scene, line: Array) -> tuple[Array, Array]:
    size = scene.size
    canvas = _Canvas(size)
    for _ in range(int(rng.integers(1, 4))):
        root = line[int(rng.integers(len(line)))]
        draw = (_herb, _grass, _rosette)[int(rng.choice(3, p=[0.5, 0.2, 0.3]))]
        draw(rng, canvas, root, _green(rng))
    colour, cover = canvas.small()
    blades = 1 + 0.13 * clouds(rng, size, largest=9, octaves=3) + 0.05 * grain(rng, size, sigma=0.6)
    colour *= np.clip(blades, 0.5, 1.5)[..., None]
    shadow = shaded(scene, cover, far=rng.uniform(2, 5))
    image = image * (1 - 0.5 * shadow * (1 - cover))[..., None]
    return image * (1 - cover[..., None]) + colour, cover > HIDES


class _Canvas:
    """Fine sheet on which leaves lie one over the other."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.colour = np.zeros((size * FINE, size * FINE, 3), np.uint8)
        self.cover = np.zeros((size * FINE, size * FINE), np.uint8)

    def polygon(self, points: Array, colour: Array) -> None:
        fixed = [np.round((points * FINE + (FINE - 1) / 2) * 2**FIXED).astype(np.int32)]
        cv2.fillPoly(self.colour, fixed, np.clip(colour, 0, 255).tolist(), cv2.LINE_8, FIXED)
        cv2.fillPoly(self.cover, fixed, 255, cv2.LINE_8, FIXED)

    def ribbon(self, line: Array, width: Array, colour: Array) -> None:
        along = np.gradient(line, axis=0)
        along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
        aside = np.stack([-along[:, 1], along[:, 0]], axis=1) * (width / 2)[:, None]
        self.polygon(np.concatenate([line + aside, (line - aside)[::-1]]), colour)

    def small(self) -> tuple[Array, Array]:
        """(RGB times cover, cover 0..1), averaged down to pixels."""
        shape = (self.size, self.size)
        colour = cv2.resize(self.colour, shape, interpolation=cv2.INTER_AREA).astype(np.float32)
        return colour, cv2.resize(self.cover, shape, interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def _green(rng: np.random.Generator) -> Array:
    tone = rng.uniform(0.75, 1.1)
    return tone * np.array([rng.uniform(58, 100), rng.uniform(98, 128), rng.uniform(32, 56)])


def _bent(rng: np.random.Generator, start: Array, angle: float, reach: float, *, bend: float, count: int = 12) -> Array:
    turns = angle + np.linspace(0, bend, count)
    steps = np.stack([np.cos(turns), np.sin(turns)], axis=1) * reach / count
    return start + np.concatenate([[[0.0, 0.0]], np.cumsum(steps, axis=0)])


def _leaf(
    rng: np.random.Generator, canvas: _Canvas, start: Array, angle: float, reach: float, green: Array, *, plump: float
) -> None:
    """Two halves of different light, and a pale rib between them."""
    line = _bent(rng, start, angle, reach, bend=rng.normal(0, 0.35))
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
    swell = np.sin(np.linspace(0.04, math.pi, len(line)) ** 0.9 / math.pi**-0.1 * 0.86) ** 0.9
    half = reach * plump * rng.uniform(0.8, 1.2) * np.clip(swell, 0, 1)
    aside = np.stack([-along[:, 1], along[:, 0]], axis=1) * half[:, None]
    tone = green * rng.uniform(0.7, 1.2)
    canvas.ribbon(line, 2 * half + 1.2, tone * 0.5)
    canvas.polygon(np.concatenate([line, (line + aside)[::-1]]), tone * 1.12)
    canvas.polygon(np.concatenate([line, (line - aside)[::-1]]), tone * 0.8)
    if reach > 7:
        canvas.ribbon(line, np.full(len(line), 0.5), tone * 1.45)


def _herb(rng: np.random.Generator, canvas: _Canvas, root: Array, green: Array) -> None:
    """Stems that rise from one root with leaves at both sides."""
    plump = rng.uniform(0.2, 0.34)
    for _ in range(int(rng.integers(2, 5))):
        angle = -math.pi / 2 + rng.normal(0, 0.8)
        reach = rng.uniform(26, 64)
        stem = _bent(rng, root, angle, reach, bend=rng.normal(0, 0.6), count=16)
        canvas.ribbon(stem, np.linspace(1.6, 0.8, len(stem)), green * 0.75)
        leaf = rng.uniform(9, 17)
        for at in range(3, len(stem) - 1, 3):
            ahead = math.atan2(*(stem[at] - stem[at - 1])[::-1])
            for side in (-1, 1):
                length = leaf * (1.15 - 0.5 * at / len(stem)) * rng.uniform(0.7, 1.2)
                _leaf(rng, canvas, stem[at], ahead + side * rng.uniform(0.5, 1.1), length, green, plump=plump)
        _leaf(rng, canvas, stem[-1], ahead, 0.8 * leaf, green, plump=plump)


def _grass(rng: np.random.Generator, canvas: _Canvas, root: Array, green: Array) -> None:
    """A tuft of blades."""
    for _ in range(int(rng.integers(10, 26))):
        angle = -math.pi / 2 + rng.normal(0, 0.5)
        blade = _bent(rng, root + rng.normal(0, 2, 2), angle, rng.uniform(24, 62), bend=rng.normal(0, 0.8), count=14)
        dry = np.array([1.5, 1.2, 1.2]) if rng.random() < 0.15 else np.ones(3)
        canvas.ribbon(
            blade, rng.uniform(1.6, 3.2) * np.linspace(1, 0.15, len(blade)), green * dry * rng.uniform(0.7, 1.25)
        )


def _rosette(rng: np.random.Generator, canvas: _Canvas, root: Array, green: Array) -> None:
    """Leaves all round one root, flat on the ground: dandelion, plantain."""
    count = int(rng.integers(7, 13))
    reach, plump = rng.uniform(16, 32), rng.uniform(0.14, 0.24)
    for turn in rng.permutation(count):
        angle = 2 * math.pi * turn / count + rng.normal(0, 0.15)
        _leaf(rng, canvas, root, angle, reach * rng.uniform(0.75, 1.15), green, plump=plump)
    for turn in range(5):
        _leaf(rng, canvas, root, 2 * math.pi * turn / 5 + rng.normal(0, 0.3), 0.45 * reach, green * 1.15, plump=plump)
