"""Things that lie on the ground and are taken for cracks: wires, roots, grass, stones. They hide what is below.

Each function draws one `Layer` for a picture of `size` pixels.
"""

import math

import cv2
import numpy as np

from hairline.data.synthetic.layer import FIXED, Layer, Maker, curve, shadow, stroke, tinted
from hairline.data.synthetic.noise import clouds, wander


def wire(rng: np.random.Generator, size: int) -> Layer:
    """A cable or cord: smooth, of one width, with a shadow beside it."""
    line = curve(rng, size, bend=rng.uniform(0.02, 0.5))
    width = math.exp(rng.uniform(math.log(1.2), math.log(8.0)))
    cover = stroke(line, np.full(len(line), width), size)
    shade = shadow(rng, cover, reach=width)
    return Layer(cover * rng.uniform(0.85, 1.0), tinted(rng, 20, 210), shade=shade)


def twig(rng: np.random.Generator, size: int) -> Layer:
    """A root or twig: bends gently, thins out, carries a few side shoots."""
    cover = np.zeros((size, size), np.float32)
    line = curve(rng, size, bend=0.35)[: int(rng.integers(20, 64))]
    width = rng.uniform(1.5, 8)
    taper = np.linspace(1, 0.25, len(line))
    cover = np.maximum(cover, stroke(line, width * taper, size))
    for _ in range(int(rng.integers(0, 4))):
        at = int(rng.integers(len(line) - 1))
        angle = math.atan2(*(line[at + 1] - line[at])[::-1]) + rng.choice([-1.0, 1.0]) * rng.uniform(0.4, 1.0)
        reach, bow = rng.uniform(0.05, 0.25) * size, rng.normal(0, 0.5)
        turns = angle + bow * np.linspace(0, 1, 16)
        shoot = line[at] + np.cumsum(np.stack([np.cos(turns), np.sin(turns)], axis=1), axis=0) * reach / 16
        cover = np.maximum(cover, stroke(shoot, 0.6 * width * np.linspace(1, 0.2, 16), size))
    shade = shadow(rng, cover, reach=width * 0.7)
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
        cover = np.maximum(cover, rng.uniform(0.4, 1) * stroke(line, np.full(16, rng.uniform(0.7, 1.8)), size))
    tone = rng.uniform(130, 220) if rng.random() < 0.7 else rng.uniform(30, 90)
    return Layer(cover, (tone, tone * 0.93, tone * 0.72), shade=shadow(rng, cover, reach=1.2))


def leaves(rng: np.random.Generator, size: int) -> Layer:
    """One to three fallen leaves with a mid-rib."""
    cover, ribs = np.zeros((size, size), np.float32), np.zeros((size, size), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        centre, angle, reach = rng.uniform(0, size, 2), rng.uniform(0, 2 * math.pi), rng.uniform(8, 34)
        direction = np.array([math.cos(angle), math.sin(angle)])
        line = centre + np.linspace(-1, 1, 24)[:, None] * reach * direction
        width = reach * rng.uniform(0.5, 1.0) * np.sin(np.linspace(0.05, math.pi - 0.05, 24)) ** 0.8
        cover = np.maximum(cover, stroke(line, width * np.exp(0.06 * wander(rng, 24, correlation=0.3)), size))
        ribs = np.maximum(ribs, stroke(line, np.full(24, 0.8), size))
    tone = rng.uniform(70, 180)
    colour = [
        (tone, tone * 0.75, tone * 0.35),
        (tone * 0.8, tone * 0.5, tone * 0.3),
        (tone * 0.7, tone * 0.85, tone * 0.4),
    ]
    return Layer(cover * (1 - 0.35 * ribs), colour[int(rng.integers(3))], shade=shadow(rng, cover, reach=3))


def pebbles(rng: np.random.Generator, size: int) -> Layer:
    """Loose chips of stone with shadows; the shadows line up, as cracks do."""
    chips = np.zeros((size, size), np.uint8)
    for _ in range(int(rng.integers(3, 30))):
        centre, radius = rng.uniform(0, size, 2), rng.uniform(1.0, 5.0)
        turns = np.sort(rng.uniform(0, 2 * math.pi, 7))
        ring = centre + radius * rng.uniform(0.6, 1.1, 7)[:, None] * np.stack([np.cos(turns), np.sin(turns)], axis=1)
        cv2.fillPoly(chips, [np.round(ring * 2**FIXED).astype(np.int32)], 255, cv2.LINE_AA, FIXED)
    cover = chips.astype(np.float32) / 255
    return Layer(cover * 0.9, tinted(rng, 90, 220), shade=shadow(rng, cover, reach=2.5))


def border(rng: np.random.Generator, size: int) -> Layer:
    """Something dark or bright that reaches into the picture from its border: a kerb, a boot, a beam."""
    angle = rng.uniform(0, 2 * math.pi)
    ys, xs = np.mgrid[0:size, 0:size].astype(np.float32)
    away = (xs - size / 2) * math.cos(angle) + (ys - size / 2) * math.sin(angle) - rng.uniform(0.3, 0.5) * size
    away += rng.uniform(0.2, 4) * clouds(rng, size, largest=rng.uniform(0.2, 1) * size)
    cover = np.clip(away / rng.uniform(0.7, 3) + 0.5, 0, 1)
    return Layer(cover, tinted(rng, 10, 60) if rng.random() < 0.6 else tinted(rng, 60, 220))


THINGS: dict[str, Maker] = {
    "border": border,
    "hairs": hairs,
    "leaves": leaves,
    "pebbles": pebbles,
    "twig": twig,
    "wire": wire,
}
