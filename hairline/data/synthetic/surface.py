"""Bare ground, family by family: grey levels with colour, before anything has cracked or been dropped on it."""

import math
from collections.abc import Callable

import cv2
import numpy as np

from hairline.data.synthetic.noise import clouds, grain, relief, spots, stones

Array = np.ndarray
Family = Callable[[np.random.Generator, int], Array]

STRONG_CAST = 0.04  # share of pictures with a wrong white balance: phones do that on grey ground


def asphalt(rng: np.random.Generator, size: int) -> Array:
    """Stones in bitumen: mostly fine and closed, sometimes coarse and worn with the stones standing out."""
    tone = np.full((size, size), rng.uniform(90, 180), np.float32)
    tone += rng.uniform(1, 6) * clouds(rng, size, largest=rng.uniform(60, 250))
    light = rng.uniform(0, 2 * math.pi)
    coarse = rng.random() < 0.3
    spacing = math.exp(
        rng.uniform(math.log(4.0), math.log(16.0)) if coarse else rng.uniform(math.log(2.2), math.log(5))
    )
    colour, height = stones(rng, size, spacing=spacing)
    strength = rng.uniform(6, 24) if coarse else rng.uniform(1, 7)
    tone += 0.6 * strength * colour * height + strength * (height - height.mean()) / 0.4
    lit = relief(cv2.GaussianBlur(height, (0, 0), 0.8), angle=light)
    tone += (rng.uniform(2, 9) if coarse else rng.uniform(0, 5)) * lit
    tone += rng.uniform(4, 13) * grain(rng, size, sigma=rng.uniform(0.35, 0.8))
    tone += rng.uniform(0, 4) * grain(rng, size, sigma=rng.uniform(0.9, 1.8))
    # white and dark stones that stand out from the mixture
    tone += rng.uniform(10, 60) * spots(rng, size, sigma=rng.uniform(0.5, 1.3), share=rng.uniform(0.001, 0.02))
    tone -= rng.uniform(10, 50) * spots(rng, size, sigma=rng.uniform(0.6, 2.0), share=rng.uniform(0.001, 0.015))
    if rng.random() < 0.25:  # the wheels have polished a band
        tone += rng.uniform(-14, 14) * _band(rng, size)
    return _coloured(rng, tone, tint=0.02)


def concrete(rng: np.random.Generator, size: int) -> Array:
    """Smooth to worn: clouds of cement, pores, streaks of a broom, gravel where the skin is gone."""
    tone = np.full((size, size), rng.uniform(95, 215), np.float32)
    tone += rng.uniform(2, 10) * clouds(rng, size, largest=rng.uniform(50, 250), octaves=6)
    tone += rng.uniform(1, 7) * grain(rng, size, sigma=rng.uniform(0.4, 1.6))
    light = rng.uniform(0, 2 * math.pi)
    if rng.random() < 0.4:
        tone += rng.uniform(2, 9) * grain(rng, size, sigma=rng.uniform(0.6, 2.2), angle=rng.uniform(0, math.pi))
    if rng.random() < 0.6:
        bumps = clouds(rng, size, largest=rng.uniform(4, 24))
        tone += rng.uniform(1.5, 9) * relief(bumps, angle=light)
    if rng.random() < 0.35:
        tone += _bare_gravel(rng, size, light=light)
    tone = _pored(rng, tone, light=light)
    tone -= rng.uniform(5, 35) * spots(rng, size, sigma=rng.uniform(2, 7), share=rng.uniform(0.002, 0.03))
    tone += rng.uniform(5, 25) * spots(rng, size, sigma=rng.uniform(2, 7), share=rng.uniform(0.002, 0.03))
    return _coloured(rng, tone, tint=0.022)


def gravel(rng: np.random.Generator, size: int) -> Array:
    """Washed concrete or very worn asphalt: stones of several sizes and colours, dark gaps between them."""
    tone = np.full((size, size), rng.uniform(85, 170), np.float32)
    tone += rng.uniform(1, 6) * clouds(rng, size, largest=rng.uniform(60, 250))
    light = rng.uniform(0, 2 * math.pi)
    spacing = math.exp(rng.uniform(math.log(5), math.log(26)))
    colour, height = stones(rng, size, spacing=spacing)
    small, low = stones(rng, size, spacing=max(spacing * rng.uniform(0.25, 0.5), 2.2))
    mortar = height < rng.uniform(0.35, 0.75)  # small stones fill the room between the large ones
    colour, height = np.where(mortar, 0.7 * small, colour), np.where(mortar, 0.5 * low, height)
    tone += rng.uniform(6, 26) * colour + rng.uniform(10, 45) * (height - 0.6)
    tone += rng.uniform(1, 6) * relief(cv2.GaussianBlur(height, (0, 0), 1.0), angle=light)
    tone += rng.uniform(2, 8) * grain(rng, size, sigma=rng.uniform(0.4, 1.2))
    tone -= rng.uniform(20, 70) * spots(rng, size, sigma=0.2 * spacing, share=rng.uniform(0.003, 0.03))
    image = _coloured(rng, tone, tint=0.03)
    stain = (rng.uniform(0, 0.03) * cv2.GaussianBlur(small + colour, (0, 0), 0.6))[..., None]
    return image * (1 + stain * np.array([1, 0, -1.2], np.float32))


def formwork(rng: np.random.Generator, size: int) -> Array:
    """A cast wall: boards of slightly different tone, seams between them, run-off in streaks downwards."""
    tone = np.full((size, size), rng.uniform(120, 220), np.float32)
    tone += rng.uniform(2, 8) * clouds(rng, size, largest=rng.uniform(60, 200), stretch=rng.uniform(1, 3))
    tone += rng.uniform(2, 9) * clouds(rng, size, largest=rng.uniform(12, 50), octaves=3, stretch=rng.uniform(4, 12))
    tone += rng.uniform(1, 5) * grain(rng, size, sigma=rng.uniform(0.5, 1.5))
    tone += rng.uniform(0, 4) * clouds(rng, size, largest=rng.uniform(1.5, 4) * 2, octaves=2, stretch=6)
    board = rng.uniform(50, 160)
    edges = np.cumsum(board * rng.uniform(0.85, 1.15, int(size / board) + 3)) - rng.uniform(0, board)
    column = np.arange(size, dtype=np.float32)
    tone += (rng.uniform(1, 9) * rng.standard_normal(len(edges) + 1))[np.searchsorted(edges, column)].astype(np.float32)
    for edge in edges:
        depth, width = rng.uniform(-12, 45), rng.uniform(0.5, 2.2)
        along = 0.6 + 0.5 * clouds(rng, size, largest=60, octaves=3)[:, :1]  # a seam is not equally open everywhere
        tone -= depth * np.exp(-(((column - edge) / width) ** 2)) * np.clip(along, 0, 1.4)
    tone = _pored(rng, tone, light=rng.uniform(0, 2 * math.pi))
    turned = np.rot90(tone, int(rng.integers(4))) if rng.random() < 0.4 else tone
    return _coloured(rng, np.ascontiguousarray(turned), tint=0.03)


def plaster(rng: np.random.Generator, size: int) -> Array:
    """A painted or weathered wall: any pale colour, bumps lit from a side, flakes."""
    tone = np.full((size, size), rng.uniform(110, 225), np.float32)
    tone += rng.uniform(1, 7) * clouds(rng, size, largest=rng.uniform(60, 250))
    light = rng.uniform(0, 2 * math.pi)
    bumps = clouds(rng, size, largest=rng.uniform(5, 40), octaves=5)
    if rng.random() < 0.5:  # roughcast: bumps with flat ground between them
        bumps = np.maximum(bumps, rng.uniform(-0.5, 0.6))
    tone += rng.uniform(2, 15) * relief(cv2.GaussianBlur(bumps, (0, 0), rng.uniform(0.6, 1.6)), angle=light)
    tone += rng.uniform(0.5, 4) * grain(rng, size, sigma=rng.uniform(0.4, 1.4))
    if rng.random() < 0.3:  # the paint has come off here and there
        bare = np.clip((clouds(rng, size, largest=rng.uniform(40, 120), octaves=6) - rng.uniform(1.2, 2.0)) * 4, 0, 1)
        tone += rng.uniform(-50, 25) * bare
    return _coloured(rng, tone, tint=0.045)


def blocks(rng: np.random.Generator, size: int) -> Array:
    """Paving stones or slabs with open joints, which look like straight cracks and are none."""
    tone = np.full((size, size), rng.uniform(90, 190), np.float32)
    tone += rng.uniform(2, 8) * clouds(rng, size, largest=rng.uniform(40, 200), octaves=6)
    tone += rng.uniform(2, 9) * grain(rng, size, sigma=rng.uniform(0.5, 1.8))
    tone -= rng.uniform(8, 40) * spots(rng, size, sigma=rng.uniform(0.8, 2), share=rng.uniform(0.001, 0.015))
    height, width = rng.uniform(50, 150), rng.uniform(60, 220)
    tilt = rng.normal(0, 0.05) if rng.random() < 0.7 else rng.uniform(-0.8, 0.8)
    ys, xs = np.mgrid[0:size, 0:size].astype(np.float32)
    wobble = rng.uniform(0.3, 1.5) * clouds(rng, size, largest=40)
    across = (xs * math.cos(tilt) + ys * math.sin(tilt)) + wobble + rng.uniform(0, width)
    down = (ys * math.cos(tilt) - xs * math.sin(tilt)) + wobble + rng.uniform(0, height) + 4 * size
    row = np.floor(down / height)
    across = across + (row % 2) * width * float(rng.choice([0.0, 0.5, 0.33])) + 4 * size
    column = np.floor(across / width)
    each = rng.standard_normal((int(row.max()) + 1, int(column.max()) + 1), dtype=np.float32)
    tone += rng.uniform(1, 10) * each[row.astype(int), column.astype(int)]
    off_row, off_column = down % height, across % width
    gap = np.minimum(np.minimum(off_row, height - off_row), np.minimum(off_column, width - off_column))
    half = rng.uniform(0.6, 3.5)
    groove = np.clip(half - gap + 0.5, 0, 1)
    filled = np.clip(0.75 + 0.35 * clouds(rng, size, largest=30), 0, 1)
    tone -= rng.uniform(15, 0.55 * float(tone.mean())) * groove * filled
    tone += rng.uniform(0, 14) * np.clip(1.5 - np.abs(gap - half - 1.5), 0, 1)  # worn edges are brighter
    return _coloured(rng, tone, tint=0.03)


FAMILIES: dict[str, Family] = {
    "asphalt": asphalt,
    "blocks": blocks,
    "concrete": concrete,
    "formwork": formwork,
    "gravel": gravel,
    "plaster": plaster,
}


def _band(rng: np.random.Generator, size: int) -> Array:
    """A wide soft stripe across the picture, 0..1."""
    angle, width = rng.uniform(0, math.pi), rng.uniform(30, 120)
    ys, xs = np.mgrid[0:size, 0:size].astype(np.float32)
    away = (xs - rng.uniform(0, size)) * math.cos(angle) + (ys - rng.uniform(0, size)) * math.sin(angle)
    return np.exp(-((away / width) ** 2))


def _bare_gravel(rng: np.random.Generator, size: int, *, light: float) -> Array:
    """What to add where the cement skin has gone and round gravel shows."""
    colour, height = stones(rng, size, spacing=rng.uniform(5, 18))
    gone = np.clip((clouds(rng, size, largest=rng.uniform(50, 200)) - rng.uniform(-0.6, 1.2)) * 2, 0, 1)
    lit = relief(cv2.GaussianBlur(height, (0, 0), 1.0), angle=light)
    return gone * (
        rng.uniform(4, 14) * colour * height + rng.uniform(3, 10) * lit + rng.uniform(10, 40) * (height - 0.8)
    )


def _pored(rng: np.random.Generator, tone: Array, *, light: float) -> Array:
    """Small dark air holes, each with a lit rim on the far side."""
    count = int(rng.poisson(rng.choice([1.0, 6.0, 25.0]) * (len(tone) / 256) ** 2))
    drawn = np.zeros(tone.shape, np.uint8)
    for _ in range(count):
        centre = rng.uniform(0, len(tone), 2)
        radius = rng.uniform(0.8, 1.6) * math.exp(abs(rng.normal(0, 0.5)))
        axes = (radius, radius * rng.uniform(0.6, 1.0))
        _ellipse(drawn, centre=centre, axes=axes, angle=rng.uniform(0, 180), value=int(rng.integers(100, 256)))
    holes = cv2.GaussianBlur(drawn.astype(np.float32) / 255, (0, 0), 0.6)
    lit = relief(cv2.GaussianBlur(holes, (0, 0), 0.8), angle=light) if count else holes
    return tone * (1 - rng.uniform(0.3, 0.8) * holes) + rng.uniform(0, 2) * lit


def _ellipse(field: Array, *, centre: Array, axes: tuple[float, float], angle: float, value: int) -> None:
    fixed = 16  # sub-pixel coordinates: 4 fractional bits
    points = cv2.ellipse2Poly((0, 0), (int(axes[0] * fixed), int(axes[1] * fixed)), int(angle), 0, 360, 30)
    cv2.fillConvexPoly(field, points + np.round(centre * fixed).astype(np.int32), value, cv2.LINE_AA, shift=4)


def _coloured(rng: np.random.Generator, tone: Array, *, tint: float) -> Array:
    """Grey to RGB: a warm or cool tint, weak blotches of colour, now and then a strong cast."""
    warm, green = rng.normal(0, tint), rng.normal(0, tint * 0.25)
    if rng.random() < STRONG_CAST:
        warm = rng.uniform(0.08, 0.16) if rng.random() < 0.3 else -rng.uniform(0.08, 0.25)
    gains = np.array([1 + warm, 1 + green, 1 - warm], np.float32)
    size = len(tone)
    blotch = rng.uniform(0, 0.012) * clouds(rng, size, largest=rng.uniform(40, 150), octaves=3)
    speckle = rng.uniform(0, 0.012) * grain(rng, size, sigma=rng.uniform(0.6, 1.5))
    drift = blotch + speckle
    image = tone[..., None] * gains
    image[..., 0] *= 1 + drift
    image[..., 2] *= 1 - drift
    return image
