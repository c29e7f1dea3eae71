"""What else is dark, or has a crack in it: a second crop on top, light that falls unevenly, stains.

A network that sees few kinds of ground learns them by heart: on others it takes shadows and stains for cracks, or
overlooks cracks in a texture it does not know. These give it grounds that nobody photographed.
"""

import cv2
import numpy as np

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


def _field(nodes: tuple[int, int], shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """float32 [H, W]: normal numbers at a few nodes, and smooth between them."""
    count = int(rng.integers(nodes[0], nodes[1] + 1))
    coarse = rng.standard_normal((count, count), np.float32)
    return cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)


def _times(image: np.ndarray, factor: np.ndarray) -> np.ndarray:
    return cv2.multiply(image, cv2.merge([factor] * 3), dtype=cv2.CV_8U)
