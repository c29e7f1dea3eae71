"""Random fields that everything drawn is made of: clouds, grain, stones, and lines that wander.

Fields are float32 with mean about 0 and deviation about 1, so that a caller's amplitude is in grey levels.
"""

import math

import cv2
import numpy as np

Array = np.ndarray

OCTAVES = 4
FACTORS = (8, 4, 2, 1)  # how much smaller large blotches are made
SAMPLES = 4  # and yet at least so many pixels to a blotch, or the enlarged ones would show corners
FALLOFF = 0.55  # amplitude from one octave to the next; 0.5 is smooth, 0.7 is rough


def clouds(
    rng: np.random.Generator, size: int, *, largest: float, octaves: int = OCTAVES, stretch: float = 1.0
) -> Array:
    """Fractal noise [size, size] whose largest blotch is `largest` pixels; `stretch` > 1 makes it taller than wide."""
    total, power = np.zeros((size, size), np.float32), 0.0
    reduced: dict[int, Array] = {}
    for octave in range(octaves):
        cell = largest / 2**octave
        if cell < 2:  # below the pixel grid
            break
        weight = FALLOFF**octave
        power += weight**2
        # what is smooth is made small and enlarged, at a fraction of the cost
        factor = next(factor for factor in FACTORS if cell >= SAMPLES * factor or factor == 1)
        side = -(-size // factor) + 1 if factor > 1 else size
        field = _grid_noise(rng, side, cell_height=cell * stretch / factor, cell_width=cell / factor)
        reduced[factor] = reduced.get(factor, 0) + weight * field
    for factor, field in reduced.items():
        total += field if factor == 1 else _enlarged(field, factor)[:size, :size]
    return total / math.sqrt(power or 1.0)


def _enlarged(field: Array, factor: int) -> Array:
    # linear interpolation would leave creases, which show under slanting light
    return cv2.resize(field, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)


def _grid_noise(rng: np.random.Generator, size: int, *, cell_height: float, cell_width: float) -> Array:
    """Random values on a coarse grid, joined smoothly; the grid starts anywhere, so no lattice shows."""
    rows, columns = math.ceil(size / cell_height) + 3, math.ceil(size / cell_width) + 3
    grid = rng.standard_normal((rows, columns), dtype=np.float32)
    shift_y, shift_x = rng.random(2)
    # pixel -> grid coordinates, kept one cell away from the border where cubic interpolation would mirror
    step = np.array([[1 / cell_width, 0, 1 + shift_x], [0, 1 / cell_height, 1 + shift_y]], np.float32)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    field = cv2.warpAffine(grid, step, (size, size), flags=flags, borderMode=cv2.BORDER_REFLECT)
    return field * 1.25  # cubic interpolation of unit noise has a deviation of about 0.8


def grain(rng: np.random.Generator, size: int, *, sigma: float, angle: float | None = None) -> Array:
    """White noise blurred to grains of about `sigma`; with an angle (radians) it is drawn out into streaks along it."""
    if angle is None:
        field = cv2.GaussianBlur(rng.standard_normal((size, size), dtype=np.float32), (0, 0), max(sigma, 0.3))
    else:
        field = _streaks(rng, size, sigma=sigma, angle=angle)
    field -= field.mean()
    return field / max(float(field.std()), 1e-6)


def _streaks(rng: np.random.Generator, size: int, *, sigma: float, angle: float) -> Array:
    side = math.ceil(size * 1.45)  # a square that still covers the picture when turned
    field = rng.standard_normal((side, side), dtype=np.float32)
    field = cv2.GaussianBlur(field, (0, 0), sigmaX=sigma * 18, sigmaY=sigma)
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), math.degrees(angle), 1.0)
    turn[:, 2] += (size - side) / 2
    return cv2.warpAffine(field, turn, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def stones(rng: np.random.Generator, size: int, *, spacing: float) -> tuple[Array, Array]:
    """Packed stones about `spacing` apart: (tone of each stone, height 0..1 of the ground there)."""
    fine = 2 if spacing < 8 else 1  # small stones would be square on the pixel grid
    side, gap = size * fine, spacing * fine
    seeds = np.ones((side, side), np.uint8)
    count = max(4, int((side / gap) ** 2 * 1.4))  # 1.4: random points leave holes that a packing does not have
    seeds[rng.integers(0, side, count), rng.integers(0, side, count)] = 0
    _, label = cv2.distanceTransformWithLabels(seeds, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL)
    each = rng.standard_normal(int(label.max()) + 1, dtype=np.float32)
    sunk = rng.uniform(0.3, 1, len(each)).astype(np.float32)
    inside = np.ones((side, side), np.uint8)
    inside[:, 1:] &= label[:, 1:] == label[:, :-1]
    inside[1:] &= label[1:] == label[:-1]
    border = cv2.distanceTransform(inside, cv2.DIST_L2, 3)
    tone = each[label]
    height = np.clip(border / (0.25 * gap), 0, 1) * sunk[label]  # flat tops, worn by traffic, and dark gaps
    if fine > 1:
        tone = cv2.resize(tone, (size, size), interpolation=cv2.INTER_AREA)
        height = cv2.resize(height, (size, size), interpolation=cv2.INTER_AREA)
    return tone, height


def relief(height: Array, *, angle: float) -> Array:
    """Light from `angle` on a height field: bright on slopes that face it; mean 0, deviation 1."""
    across = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3)
    down = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3)
    slope = math.cos(angle) * across + math.sin(angle) * down
    return slope / max(float(slope.std()), 1e-6)


def spots(rng: np.random.Generator, size: int, *, sigma: float, share: float) -> Array:
    """Irregular specks of about `sigma` that cover about `share` of the picture, 0..1 with soft edges."""
    field = grain(rng, size, sigma=sigma)
    # the normal quantile by a formula good to 0.01 in the tail that is used here; scipy would cost a second to load
    tail = math.sqrt(-2 * math.log(max(share, 1e-5)))
    level = tail - (2.30753 + 0.27061 * tail) / (1 + 0.99229 * tail + 0.04481 * tail**2)
    return np.clip((field - level) * 3 + 0.5, 0, 1)


def wander(rng: np.random.Generator, length: int, *, correlation: float) -> Array:
    """A line of `length` values that drifts: unit deviation, neighbours `correlation` alike."""
    push = rng.standard_normal(length) * math.sqrt(1 - correlation**2)
    value = float(rng.standard_normal())
    values = np.empty(length, np.float32)
    for i, change in enumerate(push.tolist()):
        value = correlation * value + change
        values[i] = value
    return values
