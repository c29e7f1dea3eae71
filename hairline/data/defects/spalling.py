"""Spalling: a piece of the surface has broken out, and its rough, stony bed lies open, sometimes down to the steel."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from hairline.data.defects.scene import Scene, moved, shaded
from hairline.data.defects.shapes import broken_ring, filled
from hairline.data.defects.steel import bare_bar
from hairline.data.synthetic.layer import stroke
from hairline.data.synthetic.noise import clouds, grain, stones, wander

Array = np.ndarray

BARRED = 0.4  # share of cavities that lay a bar open
SMALLEST, LARGEST = 22.0, 0.25  # radius: pixels, and share of the picture


@dataclass(frozen=True)
class Cavity:
    """A picture with a cavity in it."""

    image: Array
    mask: Array
    """[S, S] bool: the whole of the cavity."""
    bars: Array
    """[S, S] 0..1: the rusty steel that lies open in it."""


def spalling(rng: np.random.Generator, image: Array, scene: Scene, centre: Array) -> Cavity:
    """Break a cavity into the ground, about `centre` (x, y)."""
    size = scene.size
    radius = SMALLEST * (LARGEST * size / SMALLEST) ** rng.random() if LARGEST * size > SMALLEST else LARGEST * size
    ring = broken_ring(
        rng,
        centre=centre,
        radius=radius,
        stretch=math.exp(rng.uniform(0, 0.7)),
        corners=int(rng.integers(7, 13)),
        roughness=rng.uniform(0.07, 0.15),
    )
    chips = [
        broken_ring(
            rng,
            centre=ring[int(rng.integers(len(ring)))] + rng.normal(0, 3, 2),
            radius=rng.uniform(2, 5),
            stretch=1.5,
            corners=5,
            roughness=0.1,
        )
        for _ in range(int(rng.integers(0, 4)))
    ]
    cover = filled([ring, *chips], size)
    inside = cv2.distanceTransform((cover > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    depth = min(max(radius * rng.uniform(0.14, 0.3), 4.0), 13.0)
    bed, height = _bed(rng, image, scene, inside=inside, depth=depth)
    bars = np.zeros((size, size), np.float32)
    if rng.random() < BARRED and radius > 1.1 * SMALLEST:
        bed, bars = _bars(rng, bed, scene, centre=centre, inside=inside, radius=radius, depth=depth)
    light = _light(rng, scene, cover, height, depth=depth)
    broken = image * (1 + _lip(rng, scene, cover))[..., None]
    broken = broken * (1 - cover[..., None]) + bed * light[..., None] * cover[..., None]
    return Cavity(broken, cover > 0.5, bars * cover)


def _bed(rng: np.random.Generator, image: Array, scene: Scene, *, inside: Array, depth: float) -> tuple[Array, Array]:
    """(RGB of the broken stone and mortar under even light, height [S, S] in pixels, 0 at the surface)."""
    size = scene.size
    each, lumps = stones(rng, size, spacing=rng.uniform(8, 16))
    tint = np.sin(7.3 * each)  # a second value for each stone
    chosen = np.clip(4 * (each - rng.uniform(-0.9, 0.0)) + 0.5, 0, 1)  # the others stay buried in mortar
    stone = chosen * np.clip((cv2.GaussianBlur(lumps, (0, 0), 1.2) - 0.36) * 7, 0, 1)
    rough = clouds(rng, size, largest=rng.uniform(16, 40), octaves=5)
    crumbs = clouds(rng, size, largest=rng.uniform(5, 9), octaves=3)
    wall = rng.uniform(0.5, 1.2) * depth
    floor = np.clip((inside + 1.3 * rough) / wall, 0, 1)
    if rng.random() < 0.5:  # it broke in two shells
        floor *= 0.65 + 0.35 * np.clip((inside + 3 * rough - rng.uniform(1.2, 2.0) * depth) / 5, 0, 1)
    height = -depth * floor + 0.15 * depth * rough + rng.uniform(0.5, 1.1) * crumbs * (1 - stone) + 1.3 * stone
    pale = rng.uniform(0.6, 0.86) if rng.random() < 0.75 else rng.uniform(1.05, 1.18)
    tone = np.median(image[inside > 0], axis=0) if (inside > 0).any() else image.mean(axis=(0, 1))
    tone = np.clip(tone * pale, 60, 190)
    mortar = rng.uniform(4, 9) * rough + rng.uniform(3, 7) * crumbs + rng.uniform(4, 8) * grain(rng, size, sigma=0.6)
    grey = mortar * (1 - 0.7 * stone) + stone * rng.uniform(26, 46) * (tint + rng.uniform(-0.2, 0.3))
    warm = rng.uniform(0.0, 0.06) + 0.03 * stone * np.cos(5 * each)
    bed = (tone + grey[..., None]) * (1 + warm[..., None] * np.array([1, 0.1, -1.2], np.float32))
    return np.clip(bed, 8, 245).astype(np.float32), height.astype(np.float32)


def _light(rng: np.random.Generator, scene: Scene, cover: Array, height: Array, *, depth: float) -> Array:
    """Factor [S, S] on the light: slopes towards and away from it, and the shadow of the rim."""
    smooth = cv2.GaussianBlur(height, (0, 0), 0.7)
    slope = math.cos(scene.light) * cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8)
    slope += math.sin(scene.light) * cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8)
    shadow = shaded(scene, 1 - cover, far=depth * rng.uniform(0.8, 1.4)) * cover
    return np.clip(1 + rng.uniform(0.3, 0.5) * slope, 0.3, 1.7) * (1 - rng.uniform(0.5, 0.75) * shadow)


def _lip(rng: np.random.Generator, scene: Scene, cover: Array) -> Array:
    """What to add to the light just outside: the edge is chipped bright where it faces the light."""
    near = moved(cover, scene.towards(1.3)) - moved(cover, scene.towards(-1.3))
    return rng.uniform(0.08, 0.3) * np.clip(near, 0, 1) * (1 - cover)


def _bars(
    rng: np.random.Generator, bed: Array, scene: Scene, *, centre: Array, inside: Array, radius: float, depth: float
) -> tuple[Array, Array]:
    """The bed with one or two bars lying in it, and where they are."""
    size = scene.size
    width = min(rng.uniform(0.16, 0.28) * radius, 10.0)
    angle = (0.0 if rng.random() < 0.5 else math.pi / 2) + rng.normal(0, 0.08)
    along = np.array([math.cos(angle), math.sin(angle)])
    aside = np.array([-along[1], along[0]])
    open_ = np.clip(
        1.5 * (inside + 3.5 * clouds(rng, size, largest=14, octaves=4) - rng.uniform(0.3, 0.9) * depth), 0, 1
    )
    bars = np.zeros((size, size), np.float32)
    places = [0.0] if rng.random() < 0.65 else [-0.4, 0.45]
    for place in places:
        middle = centre + aside * radius * (place + rng.normal(0, 0.08))
        line = middle + np.linspace(-3, 3, 40)[:, None] * radius * along
        line += rng.normal(0, 0.7) * aside * wander(rng, 40, correlation=0.97)[:, None]
        eaten = 1 + 0.08 * wander(rng, 40, correlation=0.3)
        bar = stroke(line, max(width, 4.0) * eaten, size) * open_
        bed = bare_bar(rng, bed, scene, bar, middle=middle, angle=angle, width=width)
        bars = np.maximum(bars, bar)
    return bed, bars
