"""What else is dark, or has a crack in it: a second crop on top, light that falls unevenly, stains, large objects.

A network that sees few kinds of ground learns them by heart: on others it takes shadows and stains for cracks, or
overlooks cracks in a texture it does not know. These give it grounds that nobody photographed.
"""

import cv2
import numpy as np

from hairline.classes import IGNORE

_DARKEST_MEAN = 8.0  # grey levels; a second crop that is all but black would blow up the noise of the first
_SECOND_FACTOR = (0.05, 2.0)  # of a pixel, by the second crop
_SECOND_STRENGTH = (0.5, 1.0)  # power of that factor
_SHADE_NODES = (2, 5)  # of the light's field, along a side of the crop
_SHADE_DEVIATION = 0.5  # at most, of the logarithm of the light
_SHADE_FACTOR = (0.25, 1.6)
_STAIN_NODES = (4, 13)
_STAIN_LEVEL = (0.8, 1.8)  # of a field of deviation 1: the higher, the less is stained
_STAIN_RIM = (0.03, 0.43)  # of the field, between clean and fully stained: hard and soft outlines
_STAIN_DARKNESS = (0.2, 0.8)  # of the light, what it swallows

_COVER_BACK = (0.05, 0.5)  # of the crop: how far its edge lies from the middle, towards a side
_COVER_CORNER, _COVER_ROUND = 0.4, 0.2  # shares of those that show a corner, that are round; others: a long edge
_COVER_RIPPLE = (0.3, 4.0)  # share of those without a clean outline; and by how many pixels it strays, about
_COVER_EDGE = (
    0.5,
    4.0,
    20.0,
)  # pixels from outside to inside: a sharp edge, one out of focus, and the dusk of a shadow
_COVER_DARK = 0.75  # share of those that are darker than the ground
_COVER_SHADOW = 0.35  # share of those that throw one


def expose_twice(
    image: np.ndarray, mask: np.ndarray, second: tuple[np.ndarray, np.ndarray], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Two crops as one, like two slides in one frame, in the light of the first; the cracks of both count.

    Where both have a class, the first one's stays.
    """
    picture, labels = second
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    strength = rng.uniform(*_SECOND_STRENGTH)
    levels = np.arange(256) / max(float(grey.mean()), _DARKEST_MEAN)
    table = (levels.clip(*_SECOND_FACTOR) ** strength).astype(np.float32)
    return _times(image, cv2.LUT(grey, table)), np.where(mask == 0, labels, mask)


def shade(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Light that changes slowly over the crop, as near a window, a lamp or the rim of a lens."""
    field = _field(_SHADE_NODES, image.shape[:2], rng)
    light = np.exp(rng.uniform(0, _SHADE_DEVIATION) * (field - field.mean()))
    return _times(image, light.clip(*_SHADE_FACTOR))


def stain(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Dark blotches, which are no cracks: oil, damp, shadows of leaves."""
    field = _field(_STAIN_NODES, image.shape[:2], rng)
    cover = (field - np.float32(rng.uniform(*_STAIN_LEVEL))) / np.float32(rng.uniform(*_STAIN_RIM))
    return _times(image, 1 - np.float32(rng.uniform(*_STAIN_DARKNESS)) * cover.clip(0, 1))


def cover(image: np.ndarray, mask: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A square crop and its mask with something large in it that is no crack and reaches in from outside.

    A shoe, a wall, a pipe, the frame of the picture: mostly darker than the ground, as cracks are, but never a dark
    spot in the midst of it, which a wide crack may be. What it hides becomes background.
    """
    inside = _outline(len(image), rng)
    soft = rng.uniform(_COVER_EDGE[0], _COVER_EDGE[1 if rng.random() < 0.8 else 2])
    share = (inside / np.float32(soft) + np.float32(0.5)).clip(0, 1)
    ground = np.array(cv2.mean(image)[:3])
    if dark := rng.random() < _COVER_DARK:
        colour = rng.uniform(0, 0.45) * ground * rng.uniform(0.8, 1.2, 3)
    else:
        colour = rng.uniform(20, 250) * rng.uniform(0.7, 1.2, 3)
    texture = rng.uniform(0, 0.2 if dark else 0.5) if rng.random() < 0.6 else 0.0
    flat = cv2.transform(image, np.hstack([np.eye(3) * texture, (colour - texture * ground)[:, None]]))
    picture = image
    if rng.random() < _COVER_SHADOW:
        move = np.array([[1, 0, rng.uniform(-15, 15)], [0, 1, rng.uniform(-15, 15)]], np.float32)
        beside = cv2.warpAffine(share, move, mask.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
        beside = cv2.GaussianBlur(beside, (0, 0), rng.uniform(1, 8))
        picture = _times(image, 1 - np.float32(rng.uniform(0.2, 0.8)) * beside)
    below = cv2.multiply(picture, cv2.merge([1 - share] * 3), dtype=cv2.CV_32F)
    above = cv2.multiply(flat, cv2.merge([share] * 3), dtype=cv2.CV_32F)
    hidden = (share > 0.5) & (mask != IGNORE)
    return cv2.add(below, above, dtype=cv2.CV_8U), np.where(hidden, 0, mask).astype(np.uint8)


def _outline(side: int, rng: np.random.Generator) -> np.ndarray:
    """float32 [side, side]: pixels from the outline of an object that reaches in from outside, above 0 inside it."""
    at = np.arange(side, dtype=np.float32) - np.float32(side / 2)
    turn = rng.uniform(0, 2 * np.pi) if rng.random() < 0.5 else rng.integers(4) * np.pi / 2 + rng.normal(0, 0.05)

    def beyond(angle: float, distance: float) -> np.ndarray:
        """Pixels beyond a straight line that lies `distance` pixels from the middle."""
        return np.float32(np.cos(angle)) * at + np.float32(np.sin(angle)) * at[:, None] - np.float32(distance)

    kind = rng.random()
    if kind < _COVER_ROUND:
        middle = rng.uniform(-0.5, 0.5, 2)
        middle[int(rng.integers(2))] = rng.choice([-0.5, 0.5])  # on the border of the crop
        x, y = (middle * side).astype(np.float32)
        long, radius = np.float32(rng.uniform(0.5, 1)), np.float32(rng.uniform(0.1, 0.45) * side)
        inside = radius - np.hypot((at - x) * long, (at[:, None] - y) / long)
    else:
        inside = beyond(turn, rng.uniform(*_COVER_BACK) * side)
        if kind < _COVER_ROUND + _COVER_CORNER:
            other = turn + rng.choice([-1, 1]) * np.pi / 2 + rng.normal(0, 0.25)
            inside = np.minimum(inside + np.float32(0.15 * side), beyond(other, rng.uniform(-0.1, 0.4) * side))
    if rng.random() < _COVER_RIPPLE[0]:
        ripple = cv2.resize(rng.standard_normal((9, 9), np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
        inside = inside + np.float32(rng.uniform(1, _COVER_RIPPLE[1])) * ripple
    return inside


def _field(nodes: tuple[int, int], shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """float32 [H, W]: normal numbers at a few nodes, and smooth between them."""
    count = int(rng.integers(nodes[0], nodes[1] + 1))
    coarse = rng.standard_normal((count, count), np.float32)
    return cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)


def _times(image: np.ndarray, factor: np.ndarray) -> np.ndarray:
    return cv2.multiply(image, cv2.merge([factor] * 3), dtype=cv2.CV_8U)
