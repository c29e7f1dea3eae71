"""Efflorescence: lime that seeping water leaves behind, as matt whitish crusts along a crack and drips below them."""

import math

import cv2
import numpy as np

from hairline.data.defects.scene import Patch, Scene, moved, stands_out
from hairline.data.defects.shapes import run_off
from hairline.data.synthetic.layer import stroke
from hairline.data.synthetic.noise import clouds, grain, relief, wander

Array = np.ndarray

SEEN = 0.4  # of the ground's place must be taken by lime
GROUND = 158.0  # grey levels; damp ground below lime is darker than dry ground, and on white nobody sees lime


def efflorescence(rng: np.random.Generator, image: Array, scene: Scene, line: Array) -> Patch:
    """Lime out of `line`, [N, 2] points of what lets the water through."""
    size = scene.size
    wide = rng.uniform(4, 12)
    width = wide * np.exp(0.6 * wander(rng, len(line), correlation=0.93))
    ends = np.sin(np.linspace(0.15, math.pi - 0.15, len(line))) ** 0.5
    source = stroke(line, width * ends, size)
    thin = clouds(rng, size, largest=rng.uniform(8, 16), octaves=4)
    blotch = clouds(rng, size, largest=rng.uniform(12, 30), octaves=5)
    ran = run_off(
        rng, source * np.clip(0.5 + 0.6 * blotch, 0, 1), scene, reach=rng.uniform(22, 75), finest=rng.uniform(2.5, 5)
    )
    crust = np.clip(1.6 * cv2.GaussianBlur(source, (0, 0), 2.0), 0, 1)
    amount = 0.9 * crust + 0.95 * np.clip(ran, 0, 1.2) + 0.25 * cv2.GaussianBlur(crust, (0, 0), 6)
    fringe = 0.28 * blotch + 0.14 * grain(rng, size, sigma=1.1)
    cover = np.clip((amount + fringe * np.clip(2.5 * amount, 0, 1) - rng.uniform(0.32, 0.45)) * 2.6, 0, 1)
    near = cv2.GaussianBlur(np.minimum(amount, 1), (0, 0), 8)
    wash = np.clip(1.5 * near / max(float(near.max()), 0.1) + 0.5 * blotch - 0.3, 0, 1) * np.clip(6 * near, 0, 1)
    cover = np.maximum(cover * np.clip(0.8 + 0.22 * thin, 0.4, 0.97), rng.uniform(0.15, 0.6) * wash)
    limed = _limed(rng, image, scene, cover, amount)
    mask = (cv2.GaussianBlur(cover, (0, 0), 0.8) > SEEN) & stands_out(image, limed, cover, scene, least=10)
    return Patch(limed, mask)


def _limed(rng: np.random.Generator, image: Array, scene: Scene, cover: Array, amount: Array) -> Array:
    size = scene.size
    damp = np.clip(cv2.GaussianBlur(moved(amount, (0.0, 4.0)), (0, 0), 7) * 1.6, 0, 1)
    around = image * (1 - rng.uniform(0.12, 0.32) * damp)[..., None]
    tone = rng.uniform(222, 244)
    white = np.array([tone, tone * rng.uniform(0.98, 0.995), tone * rng.uniform(0.92, 0.985)], np.float32)
    lumps = relief(clouds(rng, size, largest=rng.uniform(5, 9), octaves=3), angle=scene.light)
    lime = white + (rng.uniform(4, 9) * lumps + rng.uniform(2, 5) * grain(rng, size, sigma=0.7))[..., None]
    # a crust is thick: it throws a little shade below its edge
    edge = np.clip(moved(cover, scene.towards(1.5)) - cover, 0, 1)
    around = around * (1 - 0.3 * edge)[..., None]
    return around * (1 - cover[..., None]) + lime * cover[..., None]
