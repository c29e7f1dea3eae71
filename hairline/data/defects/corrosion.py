"""Corrosion: steel in the ground rusts and bleeds, dark brown at its source, orange at the hem, streaks below."""

import math

import cv2
import numpy as np

from hairline.data.defects.scene import Patch, Scene, stands_out, texture_of
from hairline.data.defects.shapes import broken_ring, filled, run_off
from hairline.data.synthetic.layer import stroke
from hairline.data.synthetic.noise import clouds, grain, relief, wander

Array = np.ndarray

THIN, FULL, CRUST = (np.array(rgb, np.float32) for rgb in ((214, 158, 92), (186, 104, 44), (92, 48, 28)))
"""Rust by its thickness, on ground of middle grey."""
SEEN = 0.3  # of the ground's place must be taken by rust before a person would outline it


def corrosion(rng: np.random.Generator, image: Array, scene: Scene, centre: Array) -> Patch:
    """A stain about `centre` (x, y): round a point or two, along a bar just below the surface, or a scaling patch."""
    kind = rng.choice(["points", "bar", "patch"], p=[0.4, 0.35, 0.25])
    source = {"points": _points, "bar": _bar, "patch": _patch}[str(kind)](rng, scene, centre)
    return bleed(rng, image, scene, source, strength=rng.uniform(0.8, 1.4))


def bleed(rng: np.random.Generator, image: Array, scene: Scene, source: Array, *, strength: float) -> Patch:
    """Rust out of `source` [S, S] 0..1: a crust there, a hem around it, run-off below it."""
    size = scene.size
    hem = rng.uniform(4, 11)
    patchy = np.clip(0.85 + 0.45 * clouds(rng, size, largest=rng.uniform(14, 40), octaves=5), 0.1, 1.6)
    wet = np.clip(cv2.GaussianBlur(source, (0, 0), 1.2) * 1.5, 0, 1)
    falls = np.clip(0.9 + 0.35 * clouds(rng, size, largest=10, octaves=3, stretch=7), 0.2, 1.5)
    ran = falls * run_off(rng, wet, scene, reach=rng.uniform(30, 110), finest=rng.uniform(1.5, 3.5))
    around = cv2.GaussianBlur(source, (0, 0), hem)
    around = around * (0.85 / max(float(around.max()), 1e-3))
    amount = strength * (patchy * (1.3 * wet + around) + 0.75 * ran)
    rusty = _stained(rng, image, scene, amount)
    opacity = 1 - np.exp(-1.3 * cv2.GaussianBlur(amount, (0, 0), 1.0))
    mask = (opacity > SEEN) & stands_out(image, rusty, opacity, scene, least=12)
    return Patch(rusty, mask)


def _stained(rng: np.random.Generator, image: Array, scene: Scene, amount: Array) -> Array:
    size = scene.size
    rough = amount * np.clip(1 + 0.22 * grain(rng, size, sigma=0.8), 0.3, 1.7)
    opacity = (1 - np.exp(-1.3 * rough))[..., None]
    thick = np.clip(rough[..., None] - 0.25, 0, None)
    first, second = np.clip(thick / 0.9, 0, 1), np.clip((thick - 0.9) / 0.9, 0, 1)
    colour = (THIN * (1 - first) + FULL * first) * (1 - second) + CRUST * second
    bright = np.clip(cv2.blur(image.mean(axis=2), (31, 31)) / 150, 0.45, 1.25)
    scale = 1 + 0.1 * relief(clouds(rng, size, largest=9, octaves=3), angle=scene.light) * np.clip(rough - 0.8, 0, 1)
    colour = colour * (bright * scale * (0.4 + 0.6 * texture_of(image)))[..., None]
    return image * (1 - opacity) + colour * opacity


def _points(rng: np.random.Generator, scene: Scene, centre: Array) -> Array:
    """Nails, anchors, ends of wire."""
    rings = []
    for _ in range(int(rng.integers(1, 4))):
        at = centre + rng.normal(0, 12, 2) * np.array([1.6, 0.8])
        rings.append(broken_ring(rng, centre=at, radius=rng.uniform(3, 10), stretch=1.2, corners=8, roughness=0.08))
    return filled(rings, scene.size)


def _bar(rng: np.random.Generator, scene: Scene, centre: Array) -> Array:
    """A bar near the surface, level more often than upright, which shows in parts."""
    size = scene.size
    angle = (0.0 if rng.random() < 0.7 else math.pi / 2) + rng.normal(0, 0.06)
    reach = rng.uniform(25, 70)
    line = centre + np.linspace(-1, 1, 40)[:, None] * reach * np.array([math.cos(angle), math.sin(angle)])
    line += rng.uniform(0.3, 1.2) * wander(rng, 40, correlation=0.9)[:, None]
    width = rng.uniform(2.5, 6.5) * np.exp(0.35 * wander(rng, 40, correlation=0.8))
    shows = np.clip(0.75 + 0.6 * clouds(rng, size, largest=rng.uniform(12, 40)), 0, 1)
    return stroke(line, width, size) * shows


def _patch(rng: np.random.Generator, scene: Scene, centre: Array) -> Array:
    """A plate or mesh below a thin skin: a blotch with a fringed edge."""
    ring = broken_ring(rng, centre=centre, radius=rng.uniform(13, 34), stretch=1.8, corners=9, roughness=0.14)
    holes = np.clip(1.2 + clouds(rng, scene.size, largest=14, octaves=4), 0, 1)
    return cv2.GaussianBlur(filled([ring], scene.size), (0, 0), 1.5) * holes
