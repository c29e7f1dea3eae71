"""Control points: printed targets on small plates that surveyors fix to a structure."""

import math
from collections.abc import Callable

import cv2
import numpy as np

from hairline.data.defects.scene import Patch, Scene, shaded
from hairline.data.synthetic.noise import clouds

Array = np.ndarray

FINE = 3  # plates are placed on a grid this much finer
PRINT = 192  # pixels of the printed plate before it is placed
SMALLEST, LARGEST = 26.0, 70.0  # pixels, side
FIXED = 4

INKS = ((20, 20, 22), (20, 20, 22), (20, 20, 22), (196, 30, 34), (24, 74, 168), (14, 120, 62))
PAPERS = ((240, 240, 236), (240, 240, 236), (240, 240, 236), (244, 208, 40))


def control_point(rng: np.random.Generator, image: Array, scene: Scene, centre: Array) -> Patch:
    """A plate about `centre` (x, y), seen a little from a side."""
    size = scene.size
    printed = _printed(rng)
    side = min(rng.uniform(SMALLEST, LARGEST), 0.35 * size)
    angle = rng.normal(0, 0.12) if rng.random() < 0.75 else rng.uniform(0, math.pi / 2)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * side / 2 * rng.uniform(0.82, 1.0, 2)
    corners = centre + (corners * (1 + rng.normal(0, 0.03, (4, 1)))) @ turn
    paper, cover = _placed(printed, corners, size)
    shadow = shaded(scene, cover, far=rng.uniform(1, 3.5))
    image = image * (1 - rng.uniform(0.35, 0.6) * shadow * (1 - cover))[..., None]
    worn = 1 + rng.uniform(0.0, 0.07) * clouds(rng, size, largest=30)
    gloss = rng.uniform(0.75, 1.0) * worn
    return Patch(image * (1 - cover[..., None]) + paper * gloss[..., None], cover > 0.5)


def _placed(printed: Array, corners: Array, size: int) -> tuple[Array, Array]:
    """(RGB times cover, cover) of the print with its four corners put at `corners`."""
    low = np.floor(corners.min(axis=0) - 2).astype(int)
    width, height = (np.ceil(corners.max(axis=0) + 2).astype(int) - low).tolist()
    place = ((corners - low) * FINE + (FINE - 1) / 2).astype(np.float32)
    edge = np.array([[0, 0], [PRINT, 0], [PRINT, PRINT], [0, PRINT]], np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(edge, place)
    with_cover = np.dstack([printed, np.full(printed.shape[:2], 255, np.uint8)])
    fine = cv2.warpPerspective(with_cover, matrix, (width * FINE, height * FINE), flags=cv2.INTER_LINEAR)
    small = cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    whole = np.zeros((size, size, 4), np.float32)
    x, y = np.clip(low, 0, size).tolist()
    right, below = min(low[0] + width, size), min(low[1] + height, size)
    if right > x and below > y:
        whole[y:below, x:right] = small[y - low[1] : below - low[1], x - low[0] : right - low[0]]
    return whole[..., :3], whole[..., 3] / 255


def _printed(rng: np.random.Generator) -> Array:
    """[PRINT, PRINT, 3] uint8: paper with a margin, a target, and on some a number below it."""
    ink = INKS[int(rng.integers(len(INKS)))]
    paper = PAPERS[int(rng.integers(len(PAPERS)))] if ink == INKS[0] else PAPERS[0]
    sheet = np.full((PRINT, PRINT, 3), paper, np.uint8)
    numbered = rng.random() < 0.35
    middle = np.array([PRINT / 2, PRINT * (0.42 if numbered else 0.5)])
    radius = PRINT * rng.uniform(0.3, 0.34 if numbered else 0.43)
    TARGETS[int(rng.integers(len(TARGETS)))](rng, sheet, middle, radius, ink, paper)
    if numbered:
        text = str(int(rng.integers(1, 400)))
        wide = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, 1.2, 3)[0][0]
        place = (int(PRINT / 2 - wide / 2), int(PRINT * 0.95))
        cv2.putText(sheet, text, place, cv2.FONT_HERSHEY_DUPLEX, 1.2, INKS[0], 3, cv2.LINE_AA)
    if rng.random() < 0.4:  # a thin frame, or the dark edge of a plate
        cv2.rectangle(sheet, (0, 0), (PRINT - 1, PRINT - 1), INKS[0], int(rng.integers(2, 9)))
    return sheet


Ink = tuple[int, int, int]


def _sector(sheet: Array, middle: Array, radius: float, start: float, end: float, colour: Ink) -> None:
    turns = np.linspace(start, end, 24)
    arc = middle + radius * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    points = np.round(np.concatenate([[middle], arc]) * 2**FIXED).astype(np.int32)
    cv2.fillPoly(sheet, [points], colour, cv2.LINE_AA, FIXED)


def _quartered(rng: np.random.Generator, sheet: Array, middle: Array, radius: float, ink: Ink, paper: Ink) -> None:
    """A circle of four quarters, two dark and two light, in a ring."""
    at, whole = tuple(np.round(middle).astype(int).tolist()), round(radius)
    cv2.circle(sheet, at, whole, ink, -1, cv2.LINE_AA)
    cv2.circle(sheet, at, round(radius * 0.93), paper, -1, cv2.LINE_AA)
    first = math.pi / 2 * int(rng.integers(2))
    for start in (first, first + math.pi):
        _sector(sheet, middle, radius * 0.93, start, start + math.pi / 2, ink)


def _coded(rng: np.random.Generator, sheet: Array, middle: Array, radius: float, ink: Ink, paper: Ink) -> None:
    """A bright dot on a dark disk, and a ring of twelve bits around it."""
    at = tuple(np.round(middle).astype(int).tolist())
    bits = rng.random(12) < 0.55
    bits[int(rng.integers(12))] = True
    for place, bit in enumerate(bits.tolist()):
        if bit:
            _sector(sheet, middle, radius, place * math.pi / 6, (place + 1) * math.pi / 6, ink)
    cv2.circle(sheet, at, round(radius * 0.7), paper, -1, cv2.LINE_AA)
    cv2.circle(sheet, at, round(radius * 0.56), ink, -1, cv2.LINE_AA)
    cv2.circle(sheet, at, round(radius * 0.2), paper, -1, cv2.LINE_AA)


def _chequered(rng: np.random.Generator, sheet: Array, middle: Array, radius: float, ink: Ink, paper: Ink) -> None:
    """Two dark squares that meet in the middle."""
    for sign in (-1, 1):
        low, high = np.minimum(middle, middle + sign * radius), np.maximum(middle, middle + sign * radius)
        first, last = (tuple(np.round(point).astype(int).tolist()) for point in (low, high))
        cv2.rectangle(sheet, first, last, ink, -1)


TARGETS: tuple[Callable[[np.random.Generator, Array, Array, float, Ink, Ink], None], ...] = (
    _quartered,
    _quartered,
    _coded,
    _chequered,
)
