"""A layer on the ground, and the strokes that layers are made of."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from hairline.data.synthetic.noise import wander

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


def straight(rng: np.random.Generator, size: int) -> Array:
    """Points of a straight line across the picture, upright or level more often than not."""
    angle = rng.choice([0.0, math.pi / 2]) + rng.normal(0, 0.06) if rng.random() < 0.6 else rng.uniform(0, math.pi)
    middle = rng.uniform(0.1, 0.9, 2) * size
    return middle + np.linspace(-1.6, 1.6, 32)[:, None] * size * np.array([math.cos(angle), math.sin(angle)])


def curve(rng: np.random.Generator, size: int, *, bend: float) -> Array:
    """Points of a smooth curve through the picture; `bend` is how much it turns, in whole turns."""
    turns = rng.uniform(0, 2 * math.pi) + 2 * math.pi * bend * np.cumsum(wander(rng, 64, correlation=0.97)) / 24
    line = np.cumsum(np.stack([np.cos(turns), np.sin(turns)], axis=1), axis=0) * size * 1.8 / 64
    return line - line[32] + rng.uniform(0.2, 0.8, 2) * size


def stroke(line: Array, width: Array, size: int) -> Array:
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


def shadow(rng: np.random.Generator, cover: Array, *, reach: float) -> Array:
    """[S, S] factor: the cover's shadow, moved away from the light and softened."""
    angle, far = rng.uniform(0, 2 * math.pi), reach * rng.uniform(0.3, 1.2)
    move = np.array([[1, 0, far * math.cos(angle)], [0, 1, far * math.sin(angle)]], np.float32)
    moved = cv2.warpAffine(cover, move, cover.shape[::-1])
    return 1 - rng.uniform(0.1, 0.6) * cv2.GaussianBlur(moved, (0, 0), 0.5 + 0.25 * reach)


def grey(rng: np.random.Generator, low: float, high: float) -> tuple[float, float, float]:
    tone = rng.uniform(low, high)
    return tone * rng.uniform(0.97, 1.03), tone, tone * rng.uniform(0.94, 1.03)


def tinted(rng: np.random.Generator, low: float, high: float) -> tuple[float, float, float]:
    tone = rng.uniform(low, high)
    return tone * rng.uniform(0.8, 1.15), tone * rng.uniform(0.85, 1.05), tone * rng.uniform(0.75, 1.1)
