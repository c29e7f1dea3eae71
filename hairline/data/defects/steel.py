"""Bare, rusty steel: a ribbed bar seen from the side."""

import math

import numpy as np

from hairline.data.defects.scene import Scene, shaded
from hairline.data.synthetic.noise import clouds, grain

Array = np.ndarray

SCALE, RUST, FRESH = (np.array(rgb, np.float32) for rgb in ((52, 34, 28), (98, 56, 36), (156, 92, 52)))


def bare_bar(
    rng: np.random.Generator, image: Array, scene: Scene, cover: Array, *, middle: Array, angle: float, width: float
) -> Array:
    """The image with a straight bar through `middle` (x, y), where `cover` shows it."""
    size = scene.size
    ys, xs = np.mgrid[0:size, 0:size].astype(np.float32)
    x, y = middle.tolist()
    along = (xs - x) * math.cos(angle) + (ys - y) * math.sin(angle)
    aside = ((ys - y) * math.cos(angle) - (xs - x) * math.sin(angle)) / (width / 2)
    facing = -math.sin(scene.light - angle)  # the side that the light meets
    round_ = np.sqrt(np.clip(1 - aside**2, 0.05, 1))
    ribs = 0.3 * np.sin(2 * math.pi * along / max(0.75 * width, 3.5) + 1.6 * aside) ** 3 * (width > 4)
    light = 0.35 + 0.6 * round_ + 0.35 * facing * np.clip(aside, -1, 1) + ribs
    tone = 0.8 + 0.55 * clouds(rng, size, largest=rng.uniform(8, 20), octaves=4) + 0.4 * grain(rng, size, sigma=0.7)
    old, fresh = np.clip(1 - tone, 0, 1)[..., None], np.clip(tone - 1, 0, 1)[..., None]
    colour = SCALE * old + RUST * (1 - old - fresh) + FRESH * fresh
    colour = colour * np.clip(light, 0.2, 1.35)[..., None]
    shadow = shaded(scene, cover, far=0.45 * width)
    image = image * (1 - 0.55 * shadow * (1 - cover))[..., None]
    return image * (1 - cover[..., None]) + colour * cover[..., None]
