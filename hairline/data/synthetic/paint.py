"""Cracks onto the ground: strands become coverage, coverage becomes light and dark, and the exact mask with it."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from hairline.data.synthetic.crack import Strand
from hairline.data.synthetic.noise import clouds

Array = np.ndarray

FINE = 3  # strands are filled on a grid this much finer, then averaged, which gives true partial coverage
FIXED = 4  # fractional bits of OpenCV's sub-pixel coordinates
COVERED = 0.4  # a pixel is crack from this coverage: at 0.5 a one-pixel line between two rows would vanish
LEAST = 1.0  # a crack is drawn at least this much darker than the ground's noise: real ones that get a mask are
VISIBLE = 0.5  # where it comes out less dark than this share of the noise, nobody would see it, so it is not asked for
SENSOR = 3.0  # grey levels of noise that the camera adds, about
SANDED = 0.07  # share of cracks that hold sand: seen on roads, and missed by a network that never met it
SAND = (1.15, 1.06, 0.88)  # its colour, as a share of the ground's
WIDE = 4.0  # pixels; a narrower crack shows no flank


@dataclass(frozen=True)
class Look:
    """How a crack takes the light."""

    opacity: float
    """0..1 of the way from the ground to the dark of the crack."""
    dark: float
    """Tone of the crack as a share of the ground's."""
    softness: float
    """Blur of its edges, pixels."""
    fading: float
    """0..1: how far parts of it sink into the ground."""
    halo: float
    """0..1: darkness of the crumbled, dirty ground beside it, as a share of `opacity`."""
    reach: float
    """How far that goes, pixels."""
    rim: float
    """Grey levels by which its edges are brighter (chipped) or darker (damp)."""
    flank: float
    """Grey levels between the wall that faces the light and the other."""
    debris: float
    """0..1: how much of the inside is filled with crumbs of the ground."""
    sand: float
    """0..1: how much of it is filled with pale sand, which leaves it dark at the edges alone."""
    light: float
    """Direction of the light, radians."""


@dataclass(frozen=True)
class Painted:
    """A picture with one more crack."""

    image: Array
    mask: Array
    """[S, S] uint8, 1 where that crack is and can be seen."""
    seen: float
    """0..1: the share of the crack inside the picture that can be seen."""


def noise_of(image: Array) -> float:
    """Grey levels by which the ground varies from pixel to pixel, joints and stains left out."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    fine = np.abs(grey - cv2.blur(grey, (9, 9)))
    deviation = 1.48 * float(np.median(fine[::2, ::2]))  # 1.48: from the median of a normal law to its deviation
    return math.hypot(deviation, SENSOR)


def draw_look(rng: np.random.Generator, *, width: float, faintest: float, noise: float) -> Look:
    """A look for a crack of a mean width on ground with `noise`, a share of its tone; wide ones are never faint."""
    dark = rng.uniform(0.02, 0.4 if width < WIDE else 0.28)
    seen = LEAST * noise / (1 - dark) / min(1.0, 0.8 * width)  # a line below a pixel only greys it
    floor = min(max(faintest, seen, 0.7 if width > WIDE else 0.0), 0.95)
    deep = width > WIDE and rng.random() < 0.6
    return Look(
        opacity=rng.uniform(floor, 1.0) ** (1.0 if width < WIDE else 0.7),
        dark=dark,
        softness=rng.uniform(0, 0.9) + rng.uniform(0, 0.1) * width,
        fading=rng.uniform(0.2, 1.0) if rng.random() < 0.6 and width < 2 * WIDE else 0.0,
        halo=rng.uniform(0.15, 0.7) if rng.random() < 0.7 else 0.0,
        reach=rng.uniform(1.2, 3.0),
        rim=float(rng.choice([0.0, 0.0, 1.0, -0.7])) * rng.uniform(3, 22),
        flank=rng.uniform(10, 60) if deep else 0.0,
        debris=rng.uniform(0.05, 0.45) if width > 2.5 and rng.random() < 0.4 else 0.0,
        sand=rng.uniform(0.3, 1.0) if rng.random() < SANDED else 0.0,
        light=rng.uniform(0, 2 * math.pi),
    )


def cover(strands: list[Strand], *, size: int) -> tuple[Array, Array]:
    """(coverage, strength) [size, size], both 0..1; later strands lie on top."""
    side = size * FINE
    canvas = np.zeros((side, side), np.uint8)
    for strand in strands:
        along = np.gradient(strand.points, axis=0)
        along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
        normal = np.stack([-along[:, 1], along[:, 0]], axis=1)
        spread = 0.5 / FINE  # OpenCV fills the border pixels too, half a fine pixel outside
        left = strand.points + normal * (strand.left - spread)[:, None]
        right = strand.points - normal * (strand.right - spread)[:, None]
        quads = np.stack([left[:-1], left[1:], right[1:], right[:-1]], axis=1)
        inside = ((quads.max(axis=1) > 0) & (quads.min(axis=1) < size)).all(axis=1) & (strand.strength[:-1] > 0)
        values = np.round(strand.strength[:-1] * 255).astype(int)
        corners = np.round((quads * FINE + (FINE - 1) / 2) * 2**FIXED).astype(np.int32)
        for quad, value in zip(corners[inside], values[inside].tolist(), strict=True):
            cv2.fillConvexPoly(canvas, quad, max(value, 1), cv2.LINE_8, FIXED)
    strength = cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    filled = cv2.threshold(canvas, 0, 255, cv2.THRESH_BINARY)[1]
    coverage = cv2.resize(filled, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return coverage, strength


def paint_crack(rng: np.random.Generator, image: Array, strands: list[Strand], look: Look, *, noise: float) -> Painted:
    """Put a crack into an RGB image [S, S, 3] of grey levels that vary by `noise`."""
    size = len(image)
    coverage, strength = cover(strands, size=size)
    fade = _fade(rng, size, look)
    soft = cv2.GaussianBlur(strength, (0, 0), look.softness) if look.softness > 0.25 else strength
    if look.halo:
        dirt = np.clip(0.6 + 0.5 * clouds(rng, size, largest=rng.uniform(4, 20), octaves=3), 0, 1)
        soft = np.maximum(soft, look.halo * dirt * cv2.GaussianBlur(strength, (0, 0), look.reach) ** 0.7)
    ground = cv2.blur(image, (9, 9))
    image = image + _rim(coverage, look)[..., None]
    inside = ground * look.dark
    if look.flank or look.debris:
        inside = inside + _inside(rng, image, coverage, look)
    if look.sand:
        inside = _sanded(rng, inside, ground, coverage, look)
    alpha = (np.clip(soft, 0, 1) * fade * look.opacity)[..., None]
    cracked = image * (1 - alpha) + inside * alpha
    covered = (coverage > COVERED) & (strength > 0)
    mask = covered & (difference(image, cracked, coverage) > VISIBLE * noise)
    return Painted(cracked, mask.astype(np.uint8), seen=int(mask.sum()) / max(int(covered.sum()), 1))


def difference(before: Array, after: Array, coverage: Array) -> Array:
    """Grey levels by which the crack stands out in its strongest colour, averaged over its nearest pixels."""
    half = (len(coverage) // 2, len(coverage) // 2)  # what is smoothed needs no more
    change = cv2.resize((before - after) * coverage[..., None], half, interpolation=cv2.INTER_AREA)
    red, green, blue = cv2.split(np.abs(cv2.GaussianBlur(change, (0, 0), 1.5)))
    around = cv2.GaussianBlur(cv2.resize(coverage, half, interpolation=cv2.INTER_AREA), (0, 0), 1.5)
    strongest = cv2.max(cv2.max(red, green), blue) / np.maximum(around, 1e-3)
    return cv2.resize(strongest, coverage.shape[::-1], interpolation=cv2.INTER_LINEAR)


def _fade(rng: np.random.Generator, size: int, look: Look) -> Array:
    if not look.fading:
        return np.ones((size, size), np.float32)
    wave = clouds(rng, size, largest=rng.uniform(30, 120), octaves=3)
    return 1 - look.fading * np.clip(0.5 + 0.6 * wave, 0, 1)


def _rim(coverage: Array, look: Look) -> Array:
    """Grey levels to add just outside the edges."""
    if not look.rim:
        return np.zeros_like(coverage)
    around = cv2.GaussianBlur(coverage, (0, 0), 1.6)
    return look.rim * np.clip(around * 2, 0, 1) * (1 - coverage)


def _inside(rng: np.random.Generator, image: Array, coverage: Array, look: Look) -> Array:
    """Grey levels [S, S, 3] to add to the dark of the crack: a lit wall, and crumbs that lie in it."""
    size = len(image)
    added = np.zeros_like(image)
    body = cv2.GaussianBlur(coverage, (0, 0), 2.0)
    if look.flank:
        slope = math.cos(look.light) * cv2.Sobel(body, cv2.CV_32F, 1, 0, ksize=3)
        slope += math.sin(look.light) * cv2.Sobel(body, cv2.CV_32F, 0, 1, ksize=3)
        added += (look.flank * np.clip(slope, 0, 1))[..., None]
    if look.debris:
        where = np.clip(clouds(rng, size, largest=rng.uniform(4, 12), octaves=3) + 4 * look.debris - 2, 0, 1)
        crumbs = np.roll(image, (size // 3, size // 2), axis=(0, 1))  # the ground's own texture from elsewhere
        added += where[..., None] * crumbs * rng.uniform(0.2, 0.6)
    return added


def _sanded(rng: np.random.Generator, inside: Array, ground: Array, coverage: Array, look: Look) -> Array:
    """The inside [S, S, 3] with sand in the middle of it, here and there."""
    size = len(inside)
    wave = clouds(rng, size, largest=rng.uniform(20, 80), octaves=3)
    middle = np.clip(cv2.GaussianBlur(coverage, (0, 0), 1.2) * 1.6 - 0.4, 0, 1)
    where = (np.clip(wave + 4 * look.sand - 2, 0, 1) * middle)[..., None]
    return inside * (1 - where) + ground * np.array(SAND, np.float32) * where
