"""Marks that lie in the ground and are taken for cracks: joints, scratches, paint, stains. Cracks run through them.

Each function draws one `Layer` for a picture of `size` pixels.
"""

import math

import cv2
import numpy as np

from hairline.data.synthetic.layer import Layer, Maker, curve, grey, straight, stroke
from hairline.data.synthetic.noise import clouds, grain, spots, wander


def joint(rng: np.random.Generator, size: int) -> Layer:
    """A straight groove across the picture, sometimes filled with dark sealant, of one width throughout."""
    line = straight(rng, size)
    width = math.exp(rng.uniform(math.log(1.0), math.log(9.0)))
    cover = stroke(line, np.full(len(line), width), size) * rng.uniform(0.4, 0.95)
    cover *= np.clip(0.9 + 0.25 * clouds(rng, size, largest=40), 0.3, 1)
    shade = 1 + rng.uniform(-0.15, 0.15) * cv2.GaussianBlur(cover, (0, 0), 2.5)
    return Layer(cover, grey(rng, 10, 80), shade=shade)


def scratch(rng: np.random.Generator, size: int) -> Layer:
    """A few thin, straight, nearly parallel lines, light or dark."""
    cover = np.zeros((size, size), np.float32)
    angle, centre = rng.uniform(0, math.pi), rng.uniform(0, size, 2)
    for _ in range(int(rng.integers(1, 5))):
        start = centre + rng.normal(0, 0.08 * size, 2)
        reach, turn = rng.uniform(0.1, 0.9) * size, angle + rng.normal(0, 0.05)
        line = start + np.linspace(-0.5, 0.5, 24)[:, None] * reach * np.array([math.cos(turn), math.sin(turn)])
        width = rng.uniform(0.6, 2.0) * np.sin(np.linspace(0.15, math.pi - 0.15, 24))
        cover = np.maximum(cover, rng.uniform(0.2, 0.8) * stroke(line, width, size))
    return Layer(cover, grey(rng, 170, 235) if rng.random() < 0.6 else grey(rng, 30, 90))


def tyre_mark(rng: np.random.Generator, size: int) -> Layer:
    """Rubber on the road: one or two broad soft bands, striped by the tread."""
    line = curve(rng, size, bend=0.12)
    width = rng.uniform(10, 45)
    cover = stroke(line, np.full(len(line), width), size)
    if rng.random() < 0.6:
        groove = stroke(line, np.full(len(line), width * 0.18), size)
        cover *= 1 - rng.uniform(0.3, 0.9) * groove
    cover = cv2.GaussianBlur(cover, (0, 0), rng.uniform(1, 4))
    cover *= np.clip(0.6 + 0.4 * clouds(rng, size, largest=60) + 0.2 * grain(rng, size, sigma=0.8), 0, 1)
    return Layer(cover * rng.uniform(0.15, 0.55), grey(rng, 15, 60), keeps_texture=True)


def paint(rng: np.random.Generator, size: int) -> Layer:
    """A worn road marking, white or yellow, with a straight edge and bare patches."""
    line = straight(rng, size)
    cover = stroke(line, np.full(len(line), rng.uniform(12, 90)), size)
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
    colour = grey(rng, 20, 80) if rng.random() < 0.65 else grey(rng, 180, 230)
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
        cover = np.maximum(cover, rng.uniform(0.2, 0.6) * stroke(line, width, size))
    fall = np.clip(1.1 + 0.5 * clouds(rng, size, largest=50, stretch=4), 0, 1)
    cover = cv2.GaussianBlur(cover, (0, 0), rng.uniform(0.8, 3)) * fall
    colour = [grey(rng, 30, 90), grey(rng, 200, 235), (120.0, 80.0, 50.0)][int(rng.integers(3))]
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
    return Layer(cover, grey(rng, 25, 200), keeps_texture=True)


def growth(rng: np.random.Generator, size: int) -> Layer:
    """Mould and lichen: dark specks, crowded here and scarce there, that join to branching shapes."""
    where = np.clip(clouds(rng, size, largest=rng.uniform(0.4, 1.2) * size) + rng.uniform(-0.6, 0.6), 0, 1)
    specks = grain(rng, size, sigma=rng.uniform(0.7, 2.5)) + 0.8 * clouds(rng, size, largest=rng.uniform(8, 30))
    cover = np.clip((specks + 2.2 * where - rng.uniform(1.6, 2.4)) * 2, 0, 1)
    return Layer(cover * rng.uniform(0.4, 0.9), grey(rng, 20, 75), keeps_texture=True)


def scar(rng: np.random.Generator, size: int) -> Layer:
    """Places where the skin has broken out: ragged hollows, dark at one side."""
    cover, shade = np.zeros((size, size), np.float32), np.ones((size, size), np.float32)
    field = clouds(rng, size, largest=rng.uniform(12, 50), octaves=5)
    ys, xs = np.mgrid[0:size, 0:size].astype(np.float32)
    for _ in range(int(rng.integers(1, 6))):
        x, y = rng.uniform(0, size, 2).tolist()
        radius, long = rng.uniform(3, 18), rng.uniform(1, 3)
        angle = rng.uniform(0, math.pi)
        along = (xs - x) * math.cos(angle) + (ys - y) * math.sin(angle)
        aside = (ys - y) * math.cos(angle) - (xs - x) * math.sin(angle)
        away = np.sqrt((along / long) ** 2 + aside**2) / radius + 0.45 * field
        cover = np.maximum(cover, np.clip((1 - away) * radius * 0.5, 0, 1))
    angle, far = rng.uniform(0, 2 * math.pi), rng.uniform(1, 4)
    move = np.array([[1, 0, far * math.cos(angle)], [0, 1, far * math.sin(angle)]], np.float32)
    wall = np.clip(cover - cv2.warpAffine(cover, move, (size, size), borderMode=cv2.BORDER_REPLICATE), 0, 1)
    shade -= rng.uniform(0.2, 0.6) * cv2.GaussianBlur(wall, (0, 0), 0.7)
    return Layer(cover * rng.uniform(0.25, 0.7), grey(rng, 40, 130), shade=shade, keeps_texture=True)


def holes(rng: np.random.Generator, size: int) -> Layer:
    """Dark gaps and specks of every shape, where stones have fallen out."""
    cover = np.zeros((size, size), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        cover = np.maximum(cover, spots(rng, size, sigma=rng.uniform(1.0, 5.0), share=rng.uniform(0.002, 0.02)))
    return Layer(cover * rng.uniform(0.4, 0.95), grey(rng, 15, 70))


MARKS: dict[str, Maker] = {
    "drips": drips,
    "growth": growth,
    "holes": holes,
    "joint": joint,
    "paint": paint,
    "patch": patch,
    "scar": scar,
    "scratch": scratch,
    "sprayed": sprayed,
    "stain": stain,
    "tyre_mark": tyre_mark,
}
