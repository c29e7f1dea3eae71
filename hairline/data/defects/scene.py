"""What all defects of one picture share: its light, which way water runs, and when a change can be seen at all."""

from dataclasses import dataclass

import cv2
import numpy as np

from hairline.data.synthetic.paint import VISIBLE, difference

Array = np.ndarray


@dataclass(frozen=True)
class Scene:
    size: int
    """Side of the picture, pixels."""
    light: float
    """Direction in which the light travels over the picture, radians; y points down."""
    lean: float
    """Pixels sideways by which run-off leaves the upright on each pixel down."""
    noise: float
    """Grey levels by which the bare ground varies from pixel to pixel."""

    def towards(self, far: float) -> tuple[float, float]:
        """x, y of a step of `far` pixels with the light."""
        return far * float(np.cos(self.light)), far * float(np.sin(self.light))


@dataclass(frozen=True)
class Patch:
    """A picture with one more defect."""

    image: Array
    mask: Array
    """[S, S] bool: where that defect is and can be seen."""


def moved(field: Array, step: tuple[float, float]) -> Array:
    """The field a fraction of a pixel or many pixels further along x, y; its border is repeated."""
    matrix = np.array([[1, 0, step[0]], [0, 1, step[1]]], np.float32)
    return cv2.warpAffine(field, matrix, field.shape[::-1], borderMode=cv2.BORDER_REPLICATE)


def shaded(light: Scene, cover: Array, *, far: float) -> Array:
    """0..1 where something as high as `far` pixels throws its shadow, itself included."""
    total = cover
    steps = max(2, round(far / 1.5))
    for step in range(1, steps + 1):
        total = cv2.max(total, moved(cover, light.towards(far * step / steps)))
    return cv2.GaussianBlur(total, (0, 0), 0.6 + 0.06 * far)


def grey_of(image: Array) -> Array:
    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)


def texture_of(image: Array) -> Array:
    """[S, S] the ground's own light and dark as a factor about 1, without its large blotches."""
    grey = grey_of(image)
    return grey / np.maximum(cv2.blur(grey, (15, 15)), 1.0)


def stands_out(before: Array, after: Array, cover: Array, scene: Scene, *, least: float = 0.0) -> Array:
    """[S, S] bool: the change is above the noise of the ground, and above `least` grey levels, in some colour."""
    return difference(before, after, cover) > max(VISIBLE * scene.noise, least)
