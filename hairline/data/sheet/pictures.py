"""Small pictures with the outline of their mask, as data that a page can hold."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from hairline import palette
from hairline.data.images import read_image
from hairline.data.manifest import Sample
from hairline.data.masks import read_mask

OUTLINES = (
    palette.VERMILION, palette.SKY, palette.YELLOW, palette.GREEN, palette.PURPLE, palette.ORANGE, palette.BLUE,
)  # fmt: skip
"""Of the classes in order, seen on asphalt and on concrete; past the seventh they come again."""

_QUALITY = 72  # of WebP


@dataclass(frozen=True)
class Thumbnail:
    url: str
    width: int
    height: int


def thumbnail(prepared: Path, sample: Sample, *, classes: int, longest: int) -> Thumbnail:
    """Not larger than it is. Outlines run just outside the class, so that thin cracks stay seen."""
    image = read_image(prepared / sample.image)
    factor = min(1.0, longest / max(image.shape[:2]))
    height, width = (max(1, round(side * factor)) for side in image.shape[:2])
    small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    if sample.mask:
        mask = read_mask(prepared / sample.mask, classes=classes)
        for number in np.unique(mask[(mask > 0) & (mask < classes)]).tolist():
            small[_outline(mask == number, width, height)] = palette.rgb(colour_of(number))
    _, content = cv2.imencode(".webp", small[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, _QUALITY])
    return Thumbnail(f"data:image/webp;base64,{base64.b64encode(content.tobytes()).decode()}", width, height)


def colour_of(number: int) -> str:
    """Of the number-th class, background being 0."""
    return OUTLINES[(number - 1) % len(OUTLINES)]


def _outline(inside: np.ndarray, width: int, height: int) -> np.ndarray:
    """A pixel belongs to the class where it covers half of its own width across it, so thin lines stay whole."""
    share = cv2.resize(inside.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    region = (share >= 0.5 * height / inside.shape[0]).astype(np.uint8)
    return cv2.dilate(region, np.ones((3, 3), np.uint8)) > region


def spread(samples: Sequence[Sample], *, count: int) -> list[Sample]:
    """Evenly from those with the least crack to those with the most; without labels, from the first to the last."""
    order = sorted(samples, key=lambda sample: (not sample.labelled, sample.crack_share or 0, sample.id))
    if any(sample.labelled for sample in order):
        order = [sample for sample in order if sample.labelled]
    places = np.linspace(0, len(order) - 1, min(count, len(order))).round().astype(int)
    return [order[place] for place in places.tolist()]
